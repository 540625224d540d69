"""Whether somebody may begin a quiz now, and what stands in the way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessment.exceptions import CannotBegin
from assessment.models import Attempt, Extension
from learning.models import Enrollment
from lms_pages.models import QuizPage, Review
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
    """What `combined` makes of the extensions of the run and of its cohort. One query."""
    return combined(quiz, extensions_of(enrollment).filter(quiz_key=quiz.translation_key))


def extensions_of(enrollment: Enrollment) -> QuerySet[Extension]:
    """What was granted to a run itself, and to the cohort it is in."""
    cohorts = enrollment.cohort_memberships.filter(until=None).values("cohort")
    return Extension.objects.filter(Q(enrollment=enrollment) | Q(cohort__in=cohorts))


def combined(quiz: QuizPage, extensions: Iterable[Extension]) -> Allowance:
    """The quiz's rules with what was granted: the most minutes and attempts of all grants, and the run's own dates
    before those of its cohort. A second grant never takes away what the first one gave."""
    found = sorted(extensions, key=lambda extension: extension.enrollment_id is None)
    extra = max((extension.extra_attempts for extension in found), default=0)
    return Allowance(
        attempts=None if quiz.attempts_allowed is None else quiz.attempts_allowed + extra,
        opens_at=next((extension.opens_at for extension in found if extension.opens_at), quiz.opens_at),
        closes_at=next((extension.closes_at for extension in found if extension.closes_at), quiz.closes_at),
        extra_minutes=max((extension.extra_minutes for extension in found), default=0),
        is_extended=bool(found),
    )


def unseen_quizzes(*, enrollment: Enrollment, at: datetime) -> frozenset[UUID]:
    """The keys of quizzes whose points a learner may not see yet, by their review rules. Two queries."""
    granted: dict[UUID, list[Extension]] = {}
    for extension in extensions_of(enrollment):
        granted.setdefault(extension.quiz_key, []).append(extension)
    quizzes = QuizPage.objects.filter(attempts__enrollment=enrollment).distinct()
    return frozenset(
        quiz.translation_key
        for quiz in quizzes
        if Review.POINTS
        not in review_rights(
            quiz=quiz, closes_at=combined(quiz, granted.get(quiz.translation_key, [])).closes_at, at=at
        )
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
