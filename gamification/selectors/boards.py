"""Who stands where on a leaderboard, as the tables say it. What Redis keeps is made of this, and equals it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, F, FloatField, IntegerField, Max, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Floor
from django.utils import timezone

from accounts.models import TeamMembership
from accounts.policies import kept_out_of_admin
from assessment.models import Attempt, AttemptState
from gamification.boards import Among, Board, Metric, Place, Standings
from gamification.models import LearnerProfile, PointEntry
from gamification.models.points import MERITS
from gamification.selectors.site import switches
from learning.models import Cohort, CohortMembership, Enrollment
from lms_pages.models import CoursePage, CourseStaff, QuizPage
from workbench.days import site_day, site_zone

# Of a whole percent this is nothing, and far more than floating point is off by.
A_LITTLE = 1e-9


@dataclass(frozen=True)
class Facts:
    """What a board depends on beside what learners did: any other value of it makes another board."""

    with_staff: bool = False
    # The courses that count, where not all do.
    courses: tuple[UUID, ...] | None = None
    # The people of a cohort or team.
    people: tuple[int, ...] | None = None
    # Quizzes whose points learners may not see yet.
    hidden: tuple[UUID, ...] = ()


def facts_of(board: Board) -> Facts:
    """The facts as they are now. At most four queries."""
    courses: tuple[UUID, ...] | None = None
    key: Any = board.key
    match board.among:
        case Among.COURSE:
            courses = (key,)
        case Among.TOPIC:
            keys = CoursePage.objects.filter(topics=key).order_by("translation_key")
            courses = tuple(keys.values_list("translation_key", flat=True).distinct())
        case Among.COHORT:
            courses = tuple(Cohort.objects.filter(uuid=key).values_list("course_key", flat=True))
    members = members_of(board)
    return Facts(
        with_staff=switches().staff_on_leaderboards,
        courses=courses,
        people=None if members is None else tuple(sorted({person for (person,) in members})),
        hidden=hidden_quizzes() if board.metric == Metric.QUIZ else (),
    )


def members_of(board: Board) -> QuerySet | None:
    """Ids of the people of a cohort or team as it is today; None where a board is open to all."""
    key: Any = board.key
    match board.among:
        case Among.COHORT:
            members = CohortMembership.objects.filter(cohort__uuid=key, until=None)
            return members.order_by().values_list("enrollment__learner")
        case Among.TEAM:
            return TeamMembership.objects.current().filter(team__uuid=key).order_by().values_list("user")
    return None


def hidden_quizzes() -> tuple[UUID, ...]:
    now = timezone.now()
    pages = QuizPage.objects.only("translation_key", "closes_at", "review_after_submission", "review_after_close")
    return tuple(sorted({page.translation_key for page in pages if not page.shows_points(now)}))


def people_on_boards(*, with_staff: bool) -> QuerySet:
    """Whoever may stand on a leaderboard: active, not opted out, and no staff unless they are let in.

    Staff are those who may work in the admin, and whoever teaches a course.
    """
    me = OuterRef("pk")
    opted_out = Exists(LearnerProfile.objects.filter(learner=me, on_leaderboards=False))
    people = get_user_model().objects.filter(~opted_out, is_active=True).order_by()
    if with_staff:
        return people
    return kept_out_of_admin(people).filter(~Exists(CourseStaff.objects.filter(user=me)))


# Lines that are added up ----------------------------------------------------------------


def lines_of(board: Board, facts: Facts, learners: Collection[int] | None) -> QuerySet:
    """Rows of ``person`` and ``n``, whose sum for each person is their value on the board."""
    match board.metric:
        case Metric.POINTS:
            return points_lines(board, facts, learners)
        case Metric.COMPLETIONS:
            return completion_lines(board, facts, learners)
    return quiz_lines(board, facts, learners)


def counted(board: Board, facts: Facts, learners: Collection[int] | None, *, at: str, run: str = "") -> Q:
    """What counts of rows that happened ``at``, and whose learner and course stand at ``run``."""
    start, end = board.moments(site_day(), site_zone())
    found = Q(**{f"{at}__gte": start}) if start else Q()
    if end:
        found &= Q(**{f"{at}__lt": end})
    if facts.courses is not None:
        found &= Q(**{f"{run}course_key__in": facts.courses})
    if (members := members_of(board)) is not None:
        found &= Q(**{f"{run}learner__in": members})
    if learners is not None:
        found &= Q(**{f"{run}learner__in": learners})
    return found


def points_lines(board: Board, facts: Facts, learners: Collection[int] | None) -> QuerySet:
    """Earned, taken back and set by hand; spending takes nothing from what somebody has done."""
    lines = PointEntry.objects.filter(counted(board, facts, learners, at="at"), kind__in=MERITS, learner__isnull=False)
    return lines.order_by().values(person=F("learner_id"), n=F("points"))


def completion_lines(board: Board, facts: Facts, learners: Collection[int] | None) -> QuerySet:
    """Each course once, however often it was completed in these days."""
    runs = Enrollment.objects.filter(counted(board, facts, learners, at="completed_at"), completed_at__isnull=False)
    return runs.order_by().values("course_key", person=F("learner_id"), n=Value(1)).distinct()


def quiz_lines(board: Board, facts: Facts, learners: Collection[int] | None) -> QuerySet:
    """Of each quiz the best attempt that was handed in within these days and is graded, in whole percent."""
    attempts = Attempt.objects.filter(
        counted(board, facts, learners, at="submitted_at", run="enrollment__"),
        state=AttemptState.GRADED,
        max_score__gt=0,
    ).exclude(quiz_key__in=facts.hidden)
    percent = Cast("score", FloatField()) * 100.0 / Cast("max_score", FloatField())
    whole = Cast(Floor(percent + A_LITTLE), IntegerField())
    return attempts.order_by().values("quiz_key", person=F("enrollment__learner_id")).annotate(n=Max(whole))


# Who stands where -----------------------------------------------------------------------

# The lines are Django's own SQL; that sums of theirs are ranked over a sub-select, its queries cannot say.
SUMS = """
WITH sums AS (
  SELECT person, CAST(SUM(n) AS bigint) AS value FROM ({lines}) AS lines GROUP BY person HAVING SUM(n) > 0
), shown AS (
  SELECT person, value FROM sums WHERE person IN ({people})
)
"""
SCORES = "SELECT person, value FROM shown"
PLACES = """
, placed AS (
  SELECT person, value, RANK() OVER (ORDER BY value DESC) AS standing,
    ROW_NUMBER() OVER (ORDER BY value DESC, person) AS place, COUNT(*) OVER () AS total
  FROM shown
), mine AS (
  SELECT place FROM placed WHERE person = %s
)
SELECT person, value, standing, place, total FROM placed
WHERE place <= %s OR place BETWEEN (SELECT place FROM mine) - %s AND (SELECT place FROM mine) + %s
ORDER BY place
"""


def sums(board: Board, facts: Facts, learners: Collection[int] | None = None) -> tuple[str, list[Any]]:
    """The SQL that everything here begins with. EmptyResultSet where Django sees that there is nothing to read."""
    people = people_on_boards(with_staff=facts.with_staff).values("pk")
    (lines, first), (eligible, second) = (
        queryset.query.get_compiler(using="default").as_sql() for queryset in (lines_of(board, facts, learners), people)
    )
    return SUMS.format(lines=lines, people=eligible), [*first, *second]


def scores(
    board: Board, learners: Collection[int] | None = None, *, facts: Facts | None = None
) -> Iterator[tuple[int, int]]:
    """(learner, value) of all who are on the board, or of those of ``learners`` who are, in no order. Values are above 0."""
    try:
        sql, params = sums(board, facts or facts_of(board), learners)
    except EmptyResultSet:
        return
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql + SCORES, params)
        while rows := cursor.fetchmany(2000):
            yield from rows


def standings(board: Board, learner: int, *, first: int = 20, beside: int = 2, facts: Facts | None = None) -> Standings:
    """The ``first`` of the board, and ``learner`` with as many neighbors ``beside`` them on each side. One query, beside
    those of `facts_of`."""
    try:
        sql, params = sums(board, facts or facts_of(board))
    except EmptyResultSet:
        return Standings()
    with connection.cursor() as cursor:
        cursor.execute(sql + PLACES, [*params, learner, first, beside, beside])
        rows = cursor.fetchall()
    places = tuple(Place(person, value, rank, place) for person, value, rank, place, _total in rows)
    return Standings(places, rows[0][-1] if rows else 0)
