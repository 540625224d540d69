"""Learning events as the rules of points and the criteria of badges see them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db.models import Count, QuerySet

from gamification.criteria import ActiveDay, Completion, QuizTaken
from gamification.models import PointRuleVersion
from gamification.rules import Happening, Terms
from learning.models import LearningEvent
from learning.verbs import Verb
from lms_pages.models import CoursePage, QuizPage
from workbench.days import site_zone

# What counts as learning on a day, where the learner did it themselves.
ACTIVE_VERBS = (Verb.LESSON_COMPLETED, Verb.QUESTION_ANSWERED, Verb.QUIZ_STARTED, Verb.QUIZ_SUBMITTED)
# A class held in a room earns what the lesson earns.
EARNS_AS = {Verb.LESSON_RECORDED.value: Verb.LESSON_COMPLETED.value}
VERBS = tuple(
    verb.value
    for verb in (
        Verb.COURSE_ENROLLED,
        Verb.LESSON_COMPLETED,
        Verb.LESSON_RECORDED,
        Verb.LESSON_RESET,
        Verb.QUESTION_ANSWERED,
        Verb.QUIZ_STARTED,
        Verb.QUIZ_SUBMITTED,
        Verb.QUIZ_GRADED,
        Verb.COURSE_COMPLETED,
    )
)
# Entered by staff or a file: no sign of the learner's own day.
NOT_THEMSELVES = ("import", "staff", "sweep")
FIELDS = (
    "learner_id",
    "pk",
    "verb",
    "occurred_at",
    "recorded_at",
    "enrollment_id",
    "course_key",
    "lesson_key",
    "object_uuid",
    "score",
    "data",
    "actor_id",
    "source",
)


@dataclass
class Deeds:
    """What one learner has done, as rules and criteria see it, each part in the order of time."""

    happenings: list[Happening] = field(default_factory=list)
    completions: list[Completion] = field(default_factory=list)
    quizzes: list[QuizTaken] = field(default_factory=list)
    days: list[ActiveDay] = field(default_factory=list)
    events: int = 0


def events_that_count() -> QuerySet[LearningEvent]:
    return LearningEvent.objects.filter(verb__in=VERBS, learner__isnull=False)


def counted_events(learners: Collection[int]) -> dict[int, int]:
    """How many events each learner has that points, streaks or badges look at. One query."""
    rows = events_that_count().filter(learner__in=learners).order_by()
    return dict(rows.values_list("learner_id").annotate(count=Count("pk")))


def zones_of(learners: Collection[int]) -> dict[int, ZoneInfo]:
    """The zone of each learner's own calendar: theirs, else the site's."""
    rows = get_user_model().objects.filter(pk__in=learners).values_list("pk", "timezone")
    return {pk: zone_named(name) for pk, name in rows}


def zone_named(name: str) -> ZoneInfo:
    return ZoneInfo(name) if name else site_zone()


def topics_of_courses(keys: Collection[UUID]) -> dict[UUID, frozenset[int]]:
    """The topics of courses as they are now, by course key."""
    found: dict[UUID, set[int]] = defaultdict(set)
    pages = CoursePage.objects.filter(translation_key__in=keys, topics__isnull=False)
    for key, topic in pages.values_list("translation_key", "topics"):
        found[key].add(topic)
    return {key: frozenset(topics) for key, topics in found.items()}


def hidden_quizzes(keys: Collection[UUID], at: datetime) -> set[UUID]:
    """Quizzes whose points learners may not see yet: what their results earn would tell."""
    if not keys:
        return set()
    pages = QuizPage.objects.filter(translation_key__in=keys).defer("body", "sections")
    return {page.translation_key for page in pages if not page.shows_points(at)}


def percent_of(verb: str, score: Decimal | None, data: dict[str, Any]) -> Decimal | None:
    """A score as percent of what there was to get; None for what has no score or nothing to get."""
    if score is None:
        return None
    if verb == Verb.QUIZ_GRADED:
        most = Decimal(data["max_score"])
        return score * 100 / most if most > 0 else None
    # Answers in a quiz are judged with their attempt, once its points may be seen; only those in a lesson stand alone.
    return score * 100 if verb == Verb.QUESTION_ANSWERED and data["block_id"] else None


def deeds_of(
    learners: Collection[int],
    *,
    kept: Collection[int],
    at: datetime,
    verbs: Collection[str] = VERBS,
    zones: dict[int, ZoneInfo] | None = None,
) -> dict[int, Deeds]:
    """What ``learners`` have done up to now, by events of ``verbs``. At most four queries, however many they are; one
    less where ``zones`` of all are given.

    Results of quizzes whose points are not shown yet are left out, unless their event is among ``kept``: what was
    earned once is not taken away because a quiz hides its points today.
    """
    events = events_that_count().filter(learner__in=learners, verb__in=verbs)
    rows = list(events.order_by("occurred_at", "pk").values_list(*FIELDS))
    zones = zones or zones_of(learners)
    topics = topics_of_courses({row[6] for row in rows if row[6]})
    hidden = hidden_quizzes({row[7] for row in rows if row[2] == Verb.QUIZ_GRADED}, at)
    found: dict[int, Deeds] = {learner: Deeds() for learner in learners}
    for learner, key, verb, happened, recorded, run, course, lesson, thing, score, data, actor, source in rows:
        deeds, day = found[learner], happened.astimezone(zones[learner]).date()
        if verb == Verb.QUIZ_GRADED and lesson in hidden and key not in kept:
            continue
        deeds.events += 1
        percent = percent_of(verb, score, data)
        deeds.happenings.append(
            Happening(
                at=happened,
                key=key,
                verb=EARNS_AS.get(verb, verb),
                recorded_at=recorded,
                day=day,
                run=run,
                course_key=course,
                lesson_key=lesson,
                object_uuid=thing,
                topics=topics.get(course, frozenset()),
                percent=percent,
            )
        )
        if verb == Verb.COURSE_COMPLETED and course:
            deeds.completions.append(Completion(happened, course, topics.get(course, frozenset())))
        elif verb == Verb.QUIZ_GRADED and percent is not None and lesson:
            deeds.quizzes.append(QuizTaken(happened, lesson, percent, data["attempt"]))
        elif verb in ACTIVE_VERBS and actor == learner and source not in NOT_THEMSELVES:
            deeds.days.append(ActiveDay(day, happened))
    return found


def point_terms() -> list[Terms]:
    """All rules' terms, of now and of before."""
    versions = PointRuleVersion.objects.select_related("rule").order_by("rule", "pk")
    return [terms_of(version) for version in versions]


def terms_of(version: PointRuleVersion) -> Terms:
    once: Any = version.once_per
    return Terms(
        key=version.pk,
        rule=version.rule_id,
        verb=version.rule.verb,
        points=version.points,
        once_per=once,
        course_key=version.course_key,
        topic=version.topic_id,
        min_percent=version.min_percent,
        per_day=version.per_day,
        per_course=version.per_course,
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        is_active=version.is_active,
        since=version.since,
        until=version.until,
    )


def by_rule(terms: Sequence[Terms]) -> dict[int, list[Terms]]:
    found: dict[int, list[Terms]] = defaultdict(list)
    for one in terms:
        found[one.rule].append(one)
    return found
