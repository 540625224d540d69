"""Taking a quiz: begin, answer, hand in, look at it again. Every change is a POST, and the server keeps the time."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import wraps
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessment.exceptions import AlreadyChecked, AttemptOver
from assessment.models import Attempt, SubmittedBy
from assessment.selectors.attempt_pages import attempt_page, review_page, seconds_left
from assessment.services import check_answer, save_answers, start_attempt, submit_attempt
from assessment.services.attempts import Window, is_over, is_too_long
from learning.exceptions import LearningError, NotEnrolled
from learning.models import EnrollmentStatus
from learning.views import lesson_of, own_enrollment, says_why
from lms_pages.models import QuizPage
from questions.exceptions import AnswerInvalid, AnswerUnfinished
from questions.types import Answer, Values, submitted
from workbench.text import plain_text
from workbench.times import moment_words


@login_required
@require_POST
def begin_view(request, uuid, quiz_key) -> HttpResponse:
    """Begin an attempt or go on with the one that is under way; a refusal is told on the page of the quiz."""
    enrollment = own_enrollment(request, uuid)
    quiz = lesson_of(enrollment, quiz_key).specific
    if not isinstance(quiz, QuizPage):
        raise Http404("This lesson is no quiz.")
    try:
        attempt = start_attempt(enrollment=enrollment, quiz=quiz)
    except LearningError as error:
        messages.error(request, error.args[0])
        return redirect(quiz.get_url(request))
    return redirect("assessment:attempt", uuid=attempt.uuid)


def of_mine(view):
    """Hand the view an attempt of the person's own; 404 for any other. One whose time is up is handed in first."""

    @wraps(view)
    @login_required
    def call(request, uuid, **kwargs):
        attempt = get_object_or_404(
            Attempt.objects.select_related("enrollment__course", "enrollment__learner", "quiz"),
            uuid=uuid,
            enrollment__learner=request.user,
        )
        request.learning_course = attempt.enrollment.course
        if attempt.is_open and not attempt.enrollment.is_open:
            messages.error(request, NotEnrolled().args[0])
            return redirect(attempt.enrollment.course.get_url(request) or "my_learning")
        if attempt.is_open and is_over(attempt, timezone.now()):
            attempt = submit_attempt(attempt=attempt)
            say_how_it_ended(request, attempt)
        return view(request, attempt, **kwargs)

    return call


@of_mine
@require_http_methods(["GET", "POST"])
@says_why
def attempt_view(request, attempt) -> HttpResponse:
    """The questions of an open attempt. A POST saves what is on the page, then does what its button says."""
    if not attempt.is_open:
        return redirect("assessment:review", uuid=attempt.uuid)
    if request.method == "GET":
        page = attempt_page(attempt=attempt, wanted=request.GET.get("q", ""), empty=number(request.GET.get("empty")))
        return render(request, "assessment/attempt.html", {"page": page, "attempt": attempt, "quiz": attempt.quiz})
    sent = read_answers(request, attempt)
    check = number(request.POST.get("check"))
    try:
        saved = save_answers(
            attempt=attempt, answers=sent.answers, unfinished=sent.unfinished, window=window_of(request)
        )
        if check is not None and sent.answers.get(check) is not None and check not in sent.errors:
            check_answer(attempt=attempt, position=check, answer=sent.answers[check])
    except AttemptOver:
        return ended(request, submit_attempt(attempt=attempt))
    except AlreadyChecked as error:
        messages.info(request, error.args[0])
        saved = None
    if saved is not None and saved.elsewhere:
        messages.warning(request, answered_elsewhere(saved.elsewhere))
    for position in sent.lost:
        messages.error(request, f"{position}. {sent.errors[position]}")
    if check is not None and check not in sent.answers and check not in sent.errors:
        messages.info(request, AlreadyChecked().args[0])
    if check is not None:
        is_empty = check in sent.answers and sent.answers[check] is None
        return redirect(place_of(attempt, check, is_empty=is_empty))
    # The last look names what is not complete.
    if request.POST.get("go") == "finish":
        return redirect("assessment:finish", uuid=attempt.uuid)
    go = number(request.POST.get("go"))
    if sent.errors and go is None:
        return redirect(place_of(attempt, min(sent.errors)))
    for position in sorted(set(sent.unfinished) - {go, *(saved.elsewhere if saved else ())}):
        words = {"number": position, "sentence": sent.errors[position]}
        messages.warning(request, _("Question %(number)s is not complete yet. %(sentence)s") % words)
    return redirect(place_of(attempt, go))


@of_mine
@require_POST
def save_view(request, attempt) -> JsonResponse:
    """The same for a script that saves while the learner goes on: what is kept now, and which answers are not clear."""
    if not attempt.is_open:
        return JsonResponse({"is_over": True, "sentence": AttemptOver().args[0]}, status=409)
    sent = read_answers(request, attempt)
    try:
        saved = save_answers(
            attempt=attempt, answers=sent.answers, unfinished=sent.unfinished, window=window_of(request)
        )
    except AttemptOver as error:
        return JsonResponse({"is_over": True, "sentence": error.args[0]}, status=409)
    except LearningError as error:
        return JsonResponse({"is_over": False, "sentence": error.args[0]}, status=error.status)
    return JsonResponse(
        {
            "sentence": _("Saved at %(time)s.") % {"time": moment_words(saved.at).rpartition(" ")[2]},
            "errors": {str(position): sentence for position, sentence in sent.errors.items()}
            | {str(position): answered_elsewhere([position]) for position in saved.elsewhere},
            "seconds_left": seconds_left(attempt),
            "answered": answered_words(attempt),
        }
    )


@of_mine
@require_http_methods(["GET", "POST"])
@says_why
def finish_view(request, attempt) -> HttpResponse:
    """What is answered and what is not; then it is handed in. A second press finds it handed in already."""
    if request.method == "POST" and attempt.is_open:
        was_open = attempt.enrollment.status == EnrollmentStatus.ACTIVE
        sent = read_answers(request, attempt)
        attempt = submit_attempt(
            attempt=attempt, answers=sent.answers, unfinished=sent.unfinished, window=window_of(request)
        )
        say_how_it_ended(request, attempt)
        attempt.enrollment.refresh_from_db()
        if was_open and attempt.enrollment.status == EnrollmentStatus.COMPLETED:
            return redirect("learning:completion", uuid=attempt.enrollment.uuid)
    if not attempt.is_open:
        return redirect("assessment:review", uuid=attempt.uuid)
    page = attempt_page(attempt=attempt, wanted="", all_of_it=True)
    return render(request, "assessment/finish.html", {"page": page, "attempt": attempt, "quiz": attempt.quiz})


@of_mine
@require_GET
def review_view(request, attempt) -> HttpResponse:
    """An attempt that was handed in, as far as the quiz's rules let it be seen now."""
    if attempt.is_open:
        return redirect("assessment:attempt", uuid=attempt.uuid)
    page = review_page(attempt=attempt, at=timezone.now())
    return render(request, "assessment/review.html", {"page": page, "attempt": attempt, "quiz": attempt.quiz})


def window_of(request) -> Window:
    """The page that was sent, with the windows it knew of when it was drawn."""
    seen = {
        position: request.POST.get(f"seen{position}", "")[:32]
        for text in request.POST.getlist("asked")
        if (position := number(text)) is not None
    }
    return Window(request.POST.get("window", "")[:32], seen)


def answered_elsewhere(positions: Collection[int]) -> str:
    """Which answers stay as another window saved them."""
    sentence = ngettext(
        "Question %(numbers)s was answered in another window meanwhile. What stands there was kept.",
        "Questions %(numbers)s were answered in another window meanwhile. What stands there was kept.",
        len(positions),
    )
    return sentence % {"numbers": ", ".join(map(str, positions))}


@dataclass(frozen=True)
class Sent:
    """What a form held, by the numbers of its questions: cleaned answers, the values of those that are none yet, and
    a sentence for each of these."""

    answers: dict[int, Answer | None] = field(default_factory=dict)
    unfinished: dict[int, Values] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)

    @property
    def lost(self) -> list[int]:
        """Those too long to be kept."""
        return sorted(set(self.errors) - set(self.unfinished))


def read_answers(request, attempt: Attempt) -> Sent:
    """The answers to the questions that the form says it held.

    A question that is there and left empty is an answer taken back; one that is not there stays as it is.
    """
    there = {position for text in request.POST.getlist("asked") if (position := number(text)) is not None}
    sent = Sent()
    rows = attempt.questions.filter(position__in=there, is_final=False).select_related("question_revision")
    for row in rows.order_by("position"):
        values = submitted(request.POST, f"q{row.position}")
        if not any(text.strip() for texts in values.values() for text in texts):
            sent.answers[row.position] = None
            continue
        question = row.as_asked
        try:
            sent.answers[row.position] = question.kind.clean_answer(question.value, values)
            continue
        except AnswerInvalid as error:
            sent.errors[row.position] = str(error)
            if isinstance(error, AnswerUnfinished):
                # It counts as far as it goes: nobody loses what they wrote.
                sent.answers[row.position] = error.answer
        values = {plain_text(part): [plain_text(text) for text in texts] for part, texts in values.items()}
        if not is_too_long(values):
            sent.unfinished[row.position] = values
    return sent


def answered_words(attempt: Attempt) -> str:
    is_complete = Q(answer__isnull=False, unfinished__isnull=True)
    count = attempt.questions.aggregate(all=Count("pk"), answered=Count("pk", filter=is_complete))
    return _("%(answered)d of %(total)d answered") % {"answered": count["answered"], "total": count["all"]}


def number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 5 else None


def place_of(attempt: Attempt, position: int | None, *, is_empty: bool = False) -> str:
    """The address of a question: its own page, or its place on the page of all. ``is_empty`` where it has no answer
    to be checked."""
    address = reverse("assessment:attempt", args=[attempt.uuid])
    if position is None:
        return address
    query = {"q": position} if attempt.judged_by.layout == "one" else {}
    query |= {"empty": position} if is_empty else {}
    return f"{address}{'?' if query else ''}{urlencode(query)}#q-{position}"


def ended(request, attempt: Attempt) -> HttpResponse:
    say_how_it_ended(request, attempt)
    return redirect("assessment:review", uuid=attempt.uuid)


def say_how_it_ended(request, attempt: Attempt) -> None:
    if attempt.submitted_by == SubmittedBy.DEADLINE:
        answered = attempt.questions.filter(answer__isnull=False).count()
        sentence = ngettext(
            "The time was over. %(count)d answer that was saved until then was handed in.",
            "The time was over. The %(count)d answers that were saved until then were handed in.",
            answered,
        )
        messages.warning(request, sentence % {"count": answered})
    else:
        messages.success(request, _("“%(title)s” is handed in.") % {"title": attempt.quiz.title})
