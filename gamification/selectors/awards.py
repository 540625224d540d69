"""What brought somebody a badge, and a badge as its page shows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gamification.criteria import (
    ActiveDay,
    CourseCompleted,
    CoursesCompleted,
    Gain,
    History,
    Node,
    PointsReached,
    QuizScore,
    StreakReached,
    earned_at,
    leaves_of,
    reaches,
    tree_from,
)
from gamification.models import Badge, BadgeAward, EntryKind, PointEntry
from gamification.selectors.badges import holder_counts, names_in, with_pictures, words_of_badges
from gamification.selectors.dry_runs import verbs_of
from gamification.selectors.happenings import deeds_of
from gamification.wording import Names, percent_words, phrase
from learning.models import LearningEvent
from learning.verbs import Verb
from workbench.times import day_words


@dataclass(frozen=True)
class Cause:
    """One thing that somebody did, and what it was worth where that is a number."""

    title: str
    at: datetime
    value: str = ""


@dataclass(frozen=True)
class Met:
    """One criterion in words, and what met it, oldest first."""

    words: str
    causes: Sequence[Cause]


@dataclass(frozen=True)
class Record:
    """All that an explanation looks at: a learner's history, their points with what they were for, and titles of then."""

    history: History
    points: Sequence[tuple[Gain, str]]
    titles: dict[tuple[str, UUID | None, datetime], str]


def explain_award(award: BadgeAward) -> list[Met]:
    """What met each criterion of an award until it was earned, in the order of the criteria. Nothing for a badge given
    by hand, whose reason says it all, and for one whose person is gone. At most ten queries."""
    tree = tree_from(award.criteria)
    if tree is None or award.is_by_hand or award.learner_id is None:
        return []
    record, names, found = record_of(award.learner_id, tree), names_in([tree]), []
    for leaf in leaves_of(tree):
        at = earned_at(leaf, record.history)
        if at is not None and at <= award.earned_at:
            found.append(Met(capfirst(phrase(leaf, names)), list(causes_of(leaf, record, at, names))))
    return found


def record_of(learner: int, tree: Node) -> Record:
    lines = PointEntry.objects.filter(learner=learner, kind=EntryKind.EARNED).select_related("rule")
    points = sorted(((Gain(line.at, line.points), line_words(line)) for line in lines), key=lambda pair: pair[0])
    verbs = verbs_of(tree)
    kept = [line.event_id for line in lines if line.event_id]
    deeds = deeds_of([learner], kept=kept, at=timezone.now(), verbs=verbs)[learner]
    events = LearningEvent.objects.filter(learner=learner, verb__in=verbs & {Verb.COURSE_COMPLETED, Verb.QUIZ_GRADED})
    titles = {
        (verb, lesson if verb == Verb.QUIZ_GRADED else course, at): title
        for verb, course, lesson, at, title in events.values_list(
            "verb", "course_key", "lesson_key", "occurred_at", "page_title"
        )
    }
    history = History(deeds.completions, deeds.quizzes, deeds.days, [gain for gain, _words in points])
    return Record(history, points, titles)


def line_words(line: PointEntry) -> str:
    rule = line.rule.name if line.rule else ""
    return f"{rule}: {line.title}" if line.title and rule else line.title or rule


def causes_of(leaf: Node, record: Record, at: datetime, names: Names) -> Iterator[Cause]:
    """What met ``leaf`` at the moment ``at``."""
    match leaf:
        case CourseCompleted() | CoursesCompleted():
            yield from completions_until(leaf, record, at)
        case QuizScore():
            taken = next(one for one in sorted(record.history.quizzes) if one.at == at and reaches(leaf, one))
            title = record.titles.get((Verb.QUIZ_GRADED, taken.quiz_key, at), names.quizzes.get(taken.quiz_key, ""))
            yield Cause(title, at, percent_words(taken.percent))
        case StreakReached():
            days = streak_until(leaf.days, record.history.days, at)
            title = _("Learned on every day from %(first)s to %(last)s") % {
                "first": day_words(days[0].day),
                "last": day_words(days[-1].day),
            }
            yield Cause(title, at, ngettext("%d day", "%d days", len(days)) % len(days))
        case PointsReached():
            total = sum(gain.points for gain in record.history.gains if gain.at <= at)
            words = next(words for gain, words in record.points if gain.at == at)
            yield Cause(words, at, ngettext("%d point", "%d points", total) % total)


def completions_until(leaf: CourseCompleted | CoursesCompleted, record: Record, at: datetime) -> Iterator[Cause]:
    seen: set[UUID] = set()
    for one in sorted(record.history.completions):
        is_meant = (
            one.course_key == leaf.course_key
            if isinstance(leaf, CourseCompleted)
            else leaf.topic is None or leaf.topic in one.topics
        )
        if is_meant and one.at <= at and one.course_key not in seen:
            seen.add(one.course_key)
            yield Cause(record.titles.get((Verb.COURSE_COMPLETED, one.course_key, one.at), ""), one.at)


def streak_until(length: int, days: Sequence[ActiveDay], at: datetime) -> list[ActiveDay]:
    """The last ``length`` different days up to the moment ``at``."""
    first: dict[Any, ActiveDay] = {}
    for one in sorted(days):
        if one.at <= at:
            first.setdefault(one.day, one)
    return [first[day] for day in sorted(first)][-length:]


# The page of a badge ------------------------------------------------------------------


@dataclass(frozen=True)
class BadgeView:
    """A badge for one viewer: what has to be done, how many have it, and the viewer's own award with what brought it."""

    badge: Badge
    words: str
    holders: int
    award: BadgeAward | None
    met: Sequence[Met]

    @property
    def state(self) -> str:
        """held, over or revoked; to_earn where the viewer does not have it."""
        return self.award.state if self.award else "to_earn"


def badge_view(*, uuid: UUID, viewer: Any) -> BadgeView | None:
    """The badge with this uuid as ``viewer`` may see it: a published one that is not hidden, or one they have been given.
    None for any other. A fixed number of queries."""
    badge = with_pictures(Badge.objects.filter(uuid=uuid)).first()
    if badge is None:
        return None
    award = BadgeAward.objects.filter(badge=badge, learner=viewer).select_related("awarded_by").first()
    if award is None and (badge.is_hidden or not badge.live):
        return None
    met = explain_award(award) if award and award.revoked_at is None else []
    (words,) = words_of_badges([badge])
    return BadgeView(badge, words, holder_counts([badge.pk]).get(badge.pk, 0), award, met)
