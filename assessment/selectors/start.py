"""What the page of a quiz says before it begins: its rules in words, the attempts so far, and what may be done now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessment.models import Attempt, AttemptState
from assessment.selectors.attempts import Admission, Allowance, admission, allowance_for, attempts_of, review_rights
from learning.models import Enrollment, Result
from lms_pages.models import FeedbackMode, KeptAttempt, QuizPage, Review
from workbench.times import moment_words


@dataclass(frozen=True)
class KeptResult:
    """The points that count, of the attempts or as set by hand, and whether they pass; None where the quiz has no pass
    mark."""

    score: Decimal
    max_score: Decimal
    passed: bool | None
    is_by_hand: bool


def with_result(attempts: QuerySet[Attempt]) -> QuerySet[Attempt]:
    """Each attempt with the result its run keeps of the quiz, so that both come in one query."""
    results = Result.objects.filter(enrollment=OuterRef("enrollment"), page_key=OuterRef("quiz_key"))
    return attempts.annotate(
        kept_score=Subquery(results.values("score")[:1]),
        kept_of=Subquery(results.values("max_score")[:1]),
        kept_passed=Subquery(results.values("passed")[:1]),
        kept_by_hand=Subquery(results.values("is_by_hand")[:1]),
    )


def kept_result(attempts: Sequence[Any]) -> KeptResult | None:
    """The result beside attempts of `with_result`; None before there is one."""
    if not attempts or attempts[0].kept_score is None:
        return None
    first = attempts[0]
    return KeptResult(first.kept_score, first.kept_of, first.kept_passed, first.kept_by_hand)


@dataclass(frozen=True)
class QuizStart:
    """``rules`` are sentences; ``result`` is what counts so far. Without an enrollment there are rules only."""

    rules: tuple[str, ...]
    attempts: tuple[Attempt, ...] = ()
    under_way: Attempt | None = None
    admission: Admission = field(default_factory=Admission)
    result: KeptResult | None = None
    shows_points: bool = False

    @property
    def ended(self) -> tuple[Attempt, ...]:
        return tuple(attempt for attempt in self.attempts if not attempt.is_open)

    @property
    def waits_for_grading(self) -> bool:
        return any(attempt.state == AttemptState.SUBMITTED for attempt in self.attempts)


def quiz_start(*, quiz: QuizPage, enrollment: Enrollment | None, at: datetime | None = None) -> QuizStart:
    """The start of ``quiz`` for one run: two queries."""
    at = at or timezone.now()
    if enrollment is None:
        allowance = Allowance(quiz.attempts_allowed, quiz.opens_at, quiz.closes_at)
        return QuizStart(rules=rules_in_words(quiz, allowance, at))
    allowance = allowance_for(enrollment=enrollment, quiz=quiz)
    attempts = tuple(with_result(attempts_of(enrollment=enrollment, quiz=quiz)))
    return QuizStart(
        rules=rules_in_words(quiz, allowance, at),
        attempts=attempts,
        under_way=next((attempt for attempt in attempts if attempt.is_open), None),
        admission=admission(quiz=quiz, allowance=allowance, attempts=attempts, at=at),
        result=kept_result(attempts),
        shows_points=Review.POINTS in review_rights(quiz=quiz, closes_at=allowance.closes_at, at=at),
    )


def percent_words(share: Decimal) -> str:
    """ "60 %"; with one decimal where it is not whole."""
    percent = (share * 100).normalize()
    return _("%(number)s %%") % {"number": f"{percent:f}"}


def rules_in_words(quiz: QuizPage, allowance: Allowance, at: datetime) -> tuple[str, ...]:
    """Every rule that decides something, one sentence each, with what was granted to this run."""
    found = [
        ngettext("It asks %(count)d question.", "It asks %(count)d questions.", quiz.question_count)
        % {"count": quiz.question_count}
    ]
    if quiz.time_limit:
        minutes = quiz.time_limit + allowance.extra_minutes
        found.append(
            ngettext(
                "You have %(count)d minute from when you begin. What you have answered when it is over is handed in by itself.",
                "You have %(count)d minutes from when you begin. What you have answered when they are over is handed in by itself.",
                minutes,
            )
            % {"count": minutes}
        )
    else:
        found.append(_("There is no time limit. You can leave and come back; your answers are kept."))
    found.append(attempts_in_words(quiz, allowance))
    if quiz.pass_mark is not None:
        found.append(_("You pass with %(share)s of the points.") % {"share": percent_words(quiz.pass_mark)})
    if quiz.negative_marks:
        found.append(_("A wrong answer can cost points; an empty one costs nothing."))
    if quiz.feedback_mode == FeedbackMode.AT_ONCE:
        found.append(_("Each question can be checked once, when you have answered it. Then it stays as it is."))
    elif quiz.feedback_mode == FeedbackMode.AGAIN:
        found.append(
            _("You can check each question and try again. Every wrong try costs %(share)s of its points.")
            % {"share": percent_words(quiz.penalty)}
        )
    if allowance.opens_at and allowance.opens_at > at:
        found.append(_("It opens on %(when)s.") % {"when": moment_words(allowance.opens_at)})
    if allowance.closes_at and allowance.closes_at > at:
        found.append(_("It closes on %(when)s.") % {"when": moment_words(allowance.closes_at)})
    if allowance.is_extended:
        found.append(
            _("Your training team has given you more than the usual time or attempts; it is counted in above.")
        )
    return tuple(found)


def attempts_in_words(quiz: QuizPage, allowance: Allowance) -> str:
    if allowance.attempts == 1:
        return _("You can take it once.")
    which = {
        KeptAttempt.BEST: _("The best attempt counts."),
        KeptAttempt.LAST: _("The last attempt counts."),
        KeptAttempt.FIRST: _("The first attempt counts."),
        KeptAttempt.AVERAGE: _("The average of your attempts counts."),
    }[KeptAttempt(quiz.kept_attempt)]
    if allowance.attempts is None:
        often = _("You can take it as often as you like.")
    else:
        often = ngettext("You can take it %(count)d time.", "You can take it %(count)d times.", allowance.attempts) % {
            "count": allowance.attempts
        }
    if quiz.wait_minutes:
        wait = ngettext(
            "Between two attempts there is %(count)d minute.",
            "Between two attempts there are %(count)d minutes.",
            quiz.wait_minutes,
        ) % {"count": quiz.wait_minutes}
        return f"{often} {which} {wait}"
    return f"{often} {which}"
