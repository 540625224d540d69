"""What is added up from facts: the one list of measures. Whoever adds one here runs `manage.py rebuild_analytics`.

Counts of different people cannot be added up over days, courses or teams, so they are made for each of them on its own.
All other measures are made by day, and by what is finest; whoever reads adds them up.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Aggregate, Count, F, Q, Sum, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics.periods import Grain
from learning.verbs import Verb


class Feed(TextChoices):
    EVENTS = "events", _("learning events")
    ACTIVITY = "activity", _("activity by day")
    VIEWS = "views", _("page views")


COURSE, TEAM, COHORT, LESSON = "course_key", "team", "cohort", "lesson_key"
# The field of a fact and of a rollup that says what a key was called.
CALLED = {COURSE: "course_title", TEAM: "team_name", COHORT: "cohort_name", LESSON: "lesson_title"}
# What a measure is made for: the names of the keys that are told apart, joined as ``Rollup.by`` has them.
Keys = tuple[str, ...]

EACH_WAY: tuple[Keys, ...] = ((), (COURSE,), (TEAM,), (COURSE, TEAM), (COURSE, COHORT))
FINEST: tuple[Keys, ...] = ((COURSE, TEAM), (COURSE, COHORT))
WITH_LESSONS: tuple[Keys, ...] = (*FINEST, (COURSE, LESSON))
# Shares of points are kept as whole numbers of this.
TEN_THOUSANDTHS = 10_000


@dataclass(frozen=True)
class Measure:
    """A number over time. ``value`` makes the aggregate, ``where`` picks the facts it is made of."""

    key: str
    label: str | Promise
    feed: Feed
    value: Callable[[], Aggregate]
    where: Q = field(default_factory=Q)
    keys: tuple[Keys, ...] = FINEST
    grains: tuple[Grain, ...] = (Grain.DAY,)


def by_of(keys: Keys) -> str:
    return "+".join(key.removesuffix("_key") for key in keys)


def happened(*verbs: Verb) -> Q:
    return Q(verb__in=verbs)


# Half of the lessons were done with this one, and were not before it.
HALF = Q(completed__gte=F("required") / 2.0) & Q(completed__lt=F("required") / 2.0 + 1)
# A grade that was put right later is another event of the same attempt.
FIRST_GRADE = happened(Verb.QUIZ_GRADED) & ~Q(cause="regrade") & Q(share__isnull=False)

MEASURES: dict[str, Measure] = {
    measure.key: measure
    for measure in (
        Measure(
            "active_learners",
            _("Active learners"),
            Feed.ACTIVITY,
            lambda: Count("learner", distinct=True),
            where=Q(hits__gt=0),
            keys=EACH_WAY,
            grains=(Grain.DAY, Grain.WEEK, Grain.MONTH),
        ),
        # Of whole pages, also those that belong to no course, by whoever; nobody knows whose team that was.
        Measure(
            "page_views",
            _("Page views"),
            Feed.VIEWS,
            lambda: Sum("weight"),
            keys=((COURSE,), (COURSE, LESSON)),
        ),
        Measure("visits", _("Visits"), Feed.ACTIVITY, lambda: Sum("hits"), keys=WITH_LESSONS),
        Measure("clicks", _("Clicks"), Feed.ACTIVITY, lambda: Sum("clicks"), keys=WITH_LESSONS),
        Measure("seconds", _("Time spent"), Feed.ACTIVITY, lambda: Sum("seconds"), keys=WITH_LESSONS),
        Measure(
            "enrollments", _("Enrollments"), Feed.EVENTS, lambda: Count("uuid"), where=happened(Verb.COURSE_ENROLLED)
        ),
        Measure(
            "began",
            _("Did a first lesson"),
            Feed.EVENTS,
            lambda: Count("enrollment", distinct=True),
            where=happened(Verb.LESSON_COMPLETED, Verb.LESSON_RECORDED) & Q(completed=1),
        ),
        Measure(
            "halfway",
            _("Came half way"),
            Feed.EVENTS,
            lambda: Count("enrollment", distinct=True),
            where=happened(Verb.LESSON_COMPLETED, Verb.LESSON_RECORDED) & Q(required__gt=0) & HALF,
        ),
        Measure(
            "completions", _("Completions"), Feed.EVENTS, lambda: Count("uuid"), where=happened(Verb.COURSE_COMPLETED)
        ),
        Measure("left", _("Left"), Feed.EVENTS, lambda: Count("uuid"), where=happened(Verb.COURSE_LEFT)),
        Measure(
            "lessons",
            _("Lessons done"),
            Feed.EVENTS,
            lambda: Count("uuid"),
            where=happened(Verb.LESSON_COMPLETED, Verb.LESSON_RECORDED),
            keys=WITH_LESSONS,
        ),
        Measure(
            "attempts",
            _("Quizzes handed in"),
            Feed.EVENTS,
            lambda: Count("uuid"),
            where=happened(Verb.QUIZ_SUBMITTED),
            keys=WITH_LESSONS,
        ),
        Measure("grades", _("Grades"), Feed.EVENTS, lambda: Count("uuid"), where=FIRST_GRADE, keys=WITH_LESSONS),
        # Divided by the grades, the average score.
        Measure(
            "shares",
            _("Scores, in ten-thousandths"),
            Feed.EVENTS,
            lambda: Sum(F("share") * TEN_THOUSANDTHS),
            where=FIRST_GRADE,
            keys=WITH_LESSONS,
        ),
    )
}
