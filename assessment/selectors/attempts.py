"""Whether somebody may begin a quiz now, and what stands in the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessment.exceptions import CannotBegin
from assessment.models import Attempt, Extension
from learning.models import Enrollment
from lms_pages.models import QuizPage
from workbench.times import moment_words


@dataclass(frozen=True)
class Allowance:
    """What the quiz's rules allow one run, with what was granted beyond them. None: no limit."""

    attempts: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    extra_minutes: int = 0
    is_extended: bool = False


def allowance_for(*, enrollment: Enrollment, quiz: QuizPage) -> Allowance:
    """One query. What was granted to the run itself goes before what its cohort got."""
    cohorts = enrollment.cohort_memberships.filter(until=None).values("cohort")
    found = sorted(
        Extension.objects.filter(Q(enrollment=enrollment) | Q(cohort__in=cohorts), quiz_key=quiz.translation_key),
        key=lambda extension: extension.enrollment_id is None,
    )
    if not found:
        return Allowance(quiz.attempts_allowed, quiz.opens_at, quiz.closes_at)
    extension = found[0]
    return Allowance(
        attempts=None if quiz.attempts_allowed is None else quiz.attempts_allowed + extension.extra_attempts,
        opens_at=extension.opens_at or quiz.opens_at,
        closes_at=extension.closes_at or quiz.closes_at,
        extra_minutes=extension.extra_minutes,
        is_extended=True,
    )


@dataclass(frozen=True)
class Admission:
    """Whether an attempt may begin. ``sentence`` says why not; ``again_at`` when, where only time stands in the way."""

    sentence: str = ""
    again_at: datetime | None = None
    left: int | None = None

    @property
    def is_open(self) -> bool:
        return not self.sentence

    def require(self) -> None:
        """CannotBegin with the sentence, where it is not open."""
        if self.sentence:
            raise CannotBegin(self.sentence)


def admission(*, quiz: QuizPage, allowance: Allowance, attempts: Sequence[Attempt], at: datetime) -> Admission:
    """Whether one more attempt may begin ``at``, after these ``attempts`` (in order). No query."""
    left = None if allowance.attempts is None else max(allowance.attempts - len(attempts), 0)
    if allowance.opens_at and at < allowance.opens_at:
        sentence = _("This quiz opens on %(when)s.") % {"when": moment_words(allowance.opens_at)}
        return Admission(sentence, allowance.opens_at, left)
    if allowance.closes_at and at >= allowance.closes_at:
        sentence = _("This quiz closed on %(when)s.") % {"when": moment_words(allowance.closes_at)}
        return Admission(sentence, None, left)
    if left == 0:
        sentence = ngettext(
            "You have taken this quiz, and it can be taken once.",
            "You have taken this quiz %(count)d times, which is how often it can be taken.",
            len(attempts),
        ) % {"count": len(attempts)}
        return Admission(sentence, None, 0)
    ended = [attempt.submitted_at for attempt in attempts if attempt.submitted_at]
    if quiz.wait_minutes and ended:
        again_at = max(ended) + timedelta(minutes=quiz.wait_minutes)
        if at < again_at:
            sentence = _("You can take this quiz again from %(when)s.") % {"when": moment_words(again_at)}
            return Admission(sentence, again_at, left)
    return Admission(left=left)


def attempts_of(*, enrollment: Enrollment, quiz: QuizPage) -> QuerySet[Attempt]:
    """A run's attempts at a quiz, the newest first."""
    return Attempt.objects.filter(enrollment=enrollment, quiz_key=quiz.translation_key).order_by("-number")


def review_rights(*, quiz: QuizPage, closes_at: datetime | None, at: datetime) -> frozenset[str]:
    """What may be seen of a finished attempt: by the quiz as it is published now, so that an author can open it later."""
    is_closed = closes_at is not None and at >= closes_at
    return frozenset(quiz.review_after_close if is_closed else quiz.review_after_submission)
