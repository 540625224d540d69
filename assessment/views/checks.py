"""Answering a knowledge check: POST, graded on the server."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from assessment.selectors import asked_questions, field_name
from assessment.services import answer_check
from learning.models import EnrollmentStatus
from learning.views import lesson_of, own_enrollment, says_why
from questions.exceptions import AnswerInvalid


def anchor(block_id: str) -> str:
    return f"check-{block_id}"


@login_required
@require_POST
@says_why
def answer_view(request, uuid, lesson_key, block_id) -> HttpResponse:
    """Grade what was sent and return to the check in the lesson.

    Answers that cannot be understood come back beside their question with a sentence;
    the other questions of the check are stored. A question left empty is not an answer
    while another one was given.
    """
    enrollment = own_enrollment(request, uuid)
    lesson, block_id = lesson_of(enrollment, lesson_key), str(block_id)
    if block_id not in lesson.knowledge_checks:
        raise Http404("No such check in this lesson.")
    questions = asked_questions({block_id: lesson.knowledge_checks[block_id]})
    answers, drafts, empty = {}, {}, {}
    for question in questions.values():
        values = request.POST.getlist(field_name(question.pk))
        try:
            answers[question.pk] = question.kind.clean_answer(question.value, values)
        except AnswerInvalid as error:
            where = drafts if any(value.strip() for value in values) else empty
            where[str(question.pk)] = {"values": values, "error": str(error)}
    if not answers:
        drafts |= empty
    if drafts:
        request.session["check_drafts"] = {block_id: drafts}
    was_open = enrollment.status == EnrollmentStatus.ACTIVE
    if answers:
        answer_check(enrollment=enrollment, lesson=lesson, block_id=block_id, answers=answers)
        enrollment.refresh_from_db()
    if was_open and enrollment.status == EnrollmentStatus.COMPLETED:
        return redirect("learning:completion", uuid=enrollment.uuid)
    return redirect(f"{lesson.get_url(request)}#{anchor(block_id)}")
