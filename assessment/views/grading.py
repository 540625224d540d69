"""Grading by the people who teach a course: what waits, and one answer after the other."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from assessment.forms import AnswerGradeForm
from assessment.models import AttemptQuestion, AttemptState
from assessment.policies import may_grade, visible_to
from assessment.selectors.grading import answer_to_grade, answers_to_grade, graded_by_hand
from assessment.services import grade_answer
from learning.exceptions import LearningError
from learning.views.teaching import of_my_course

SHOWN = 200


@of_my_course
def queue_page(request, course, cohort) -> HttpResponse:
    """What waits, question by question, and what was graded last."""
    queue = answers_to_grade(request.user, course)
    context = {
        "course": course,
        "waiting": list(queue[:SHOWN]),
        "total": queue.count(),
        "graded": graded_by_hand(request.user, course),
    }
    return render(request, "assessment/grading.html", context)


@of_my_course
def grade_page(request, course, cohort, attempt, position) -> HttpResponse:
    """One answer: read it, give points and a comment, go on to the next. 404 outside the viewer's courses, and while
    the attempt is under way."""
    rows = visible_to(request.user, AttemptQuestion.objects.exclude(attempt__state=AttemptState.OPEN))
    row = get_object_or_404(
        rows.select_related(
            "question_revision",
            "attempt__enrollment__learner",
            "attempt__enrollment__course",
            "attempt__quiz",
            "graded_by",
        ),
        attempt__uuid=attempt,
        attempt__enrollment__course_key=course.translation_key,
        position=position,
        answer__isnull=False,
    )
    if not may_grade(request.user, row.attempt.enrollment):
        raise Http404("Nobody grades themselves.")
    answer = answer_to_grade(request.user, course, row)
    form = AnswerGradeForm(request.POST or None, answer=answer)
    if request.method == "POST" and form.is_valid():
        try:
            grade_answer(
                answer=row,
                points=form.earned,
                actor=request.user,
                comment=form.cleaned_data["comment"],
                rubric=form.rubric,
            )
        except LearningError as error:
            messages.error(request, error.args[0])
        else:
            messages.success(request, _("%(name)s is graded.") % {"name": row.attempt.enrollment.learner.name})
        following = answer.after if answer.after and "next" in request.POST else None
        if following:
            return redirect(
                "assessment:grade_answer", course.translation_key, following.attempt.uuid, following.position
            )
        return redirect("assessment:grading", course.translation_key)
    return render(
        request, "assessment/grade_answer.html", {"course": course, "answer": answer, "row": row, "form": form}
    )
