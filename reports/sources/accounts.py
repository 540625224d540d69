"""Reports on people and their teams, each with what they learn."""

from typing import Any

from django.db.models import Count, FloatField, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, TeamMembership, User
from accounts.policies import visible_to
from learning.models import ActivityDay, Enrollment, EnrollmentStatus
from learning.policies import visible_to as visible_runs
from reports.columns import Column, ForViewer, Type
from reports.expressions import over
from reports.moments import Moment
from reports.registries import register_source
from reports.sources.people import PERSON, LearnersRows, person_columns, teams_of, within

LEARNING, ACTIVITY = _("Learning"), _("Activity")

COMPLETED = Q(status=EnrollmentStatus.COMPLETED)


def runs_of(viewer: Any) -> QuerySet:
    return visible_runs(viewer, Enrollment.objects.counted())


def overdue(moment: Moment) -> Q:
    return Q(status=EnrollmentStatus.ACTIVE, due_on__lt=moment.today)


def completion_rate() -> Any:
    return 100.0 * Cast(Count("pk", filter=COMPLETED), FloatField()) / NullIf(Count("pk"), 0)


def of_person(added_up: Any, empty: Any = 0) -> ForViewer:
    """A number about the runs of a person that the viewer may see."""
    return ForViewer(lambda moment, viewer: over(runs_of(viewer), "learner", added_up, empty=empty))


def active_days_of_person(moment: Moment, viewer: Any) -> Any:
    # On one day somebody may be active in two runs, so this is not the sum of the runs' counters.
    days = visible_runs(viewer, ActivityDay.objects.all())
    return over(days, "enrollment__learner", Count("day", distinct=True), empty=0)


@register_source
class Learners(LearnersRows):
    """Everybody, with what they learn: people one may see, and those on the courses one teaches."""

    key = "learners"
    title = _("People")
    description = _("Everybody and what they learn, also those who are on no course. One row for each person.")
    model = User
    details = ("person", "team", "enrollments", "completed", "overdue", "last_activity")

    locals().update(person_columns())
    may_sign_in = Column(label=_("May sign in"), entity=PERSON, type=Type.BOOLEAN, expression="is_active")
    joined = Column(label=_("Account made"), entity=PERSON, type=Type.DATETIME, expression="date_joined", as_day=True)
    enrollments = Column(label=_("Enrollments"), entity=LEARNING, type=Type.NUMBER, expression=of_person(Count("pk")))
    active = Column(
        label=_("Active enrollments"),
        entity=LEARNING,
        type=Type.NUMBER,
        expression=of_person(Count("pk", filter=Q(status=EnrollmentStatus.ACTIVE))),
    )
    completed = Column(
        label=_("Completed"),
        entity=LEARNING,
        type=Type.NUMBER,
        expression=of_person(Count("pk", filter=COMPLETED)),
    )
    completion = Column(
        label=_("Completion rate"),
        entity=LEARNING,
        type=Type.PERCENT,
        expression=of_person(completion_rate(), empty=None),
    )
    overdue = Column(
        label=_("Overdue"),
        entity=LEARNING,
        type=Type.NUMBER,
        expression=ForViewer(
            lambda moment, viewer: over(runs_of(viewer), "learner", Count("pk", filter=overdue(moment)), empty=0)
        ),
    )
    lessons_done = Column(
        label=_("Lessons done"), entity=LEARNING, type=Type.NUMBER, expression=of_person(Sum("completed_lessons"))
    )
    last_activity = Column(
        label=_("Last activity"),
        entity=ACTIVITY,
        type=Type.DATETIME,
        expression=of_person(Max("last_activity_at"), empty=None),
        as_day=True,
    )
    active_days = Column(
        label=_("Active days"),
        entity=ACTIVITY,
        type=Type.NUMBER,
        expression=ForViewer(active_days_of_person),
    )
    hits = Column(label=_("Visits"), entity=ACTIVITY, type=Type.NUMBER, expression=of_person(Sum("hits")))
    seconds = Column(label=_("Time spent"), entity=ACTIVITY, type=Type.DURATION, expression=of_person(Sum("seconds")))

    def queryset(self) -> QuerySet:
        # Of a person with two accounts, the one that was merged away is nobody.
        return User.objects.filter(merged_into=None)

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        if viewer.has_perm("learning.view_all_enrollments"):
            return queryset
        people = visible_to(viewer, User.objects.all()).order_by().values("pk")
        return queryset.filter(Q(pk__in=people) | Q(pk__in=runs_of(viewer).order_by().values("learner")))

    def scope_key(self, viewer: Any) -> str:
        return f"{super().scope_key(viewer)} all people:{viewer.has_perm('accounts.view_user')}"


def members(moment: Moment) -> QuerySet:
    """Ids of the people whose primary team it is."""
    current = TeamMembership.objects.current(moment.today).filter(is_primary=True, team=OuterRef(OuterRef("pk")))
    return current.values("user")


def of_members(added_up: Any, empty: Any = 0) -> ForViewer:
    """A number about the runs of a team's people that the viewer may see."""

    def build(moment: Moment, viewer: Any) -> Any:
        number = added_up(moment) if callable(added_up) and not hasattr(added_up, "resolve_expression") else added_up
        runs = runs_of(viewer).filter(learner__in=members(moment)).order_by()
        found = Subquery(runs.annotate(one=Value(1)).values("one").annotate(added_up=number).values("added_up"))
        return found if empty is None else Coalesce(found, empty)

    return ForViewer(build)


def size(moment: Moment, viewer: Any) -> Any:
    people = TeamMembership.objects.current(moment.today).filter(is_primary=True)
    return over(people, "team", Count("user", distinct=True), empty=0)


@register_source
class Teams(LearnersRows):
    """The line organization, with what its people learn."""

    key = "teams"
    title = _("Teams")
    description = _("Each team with its people and what they learn. One row for each team.")
    model = Team
    details = ("team", "people", "enrollments", "completed", "completion", "overdue")

    team = Column(
        label=_("Team"),
        entity=PERSON,
        type=Type.REFERENCE,
        expression="uuid",
        label_expression="name",
        candidates=teams_of,
    )
    people = Column(
        label=_("People"),
        entity=PERSON,
        type=Type.NUMBER,
        expression=ForViewer(size),
        help=_("Whose primary team it is on the day of the report."),
    )
    enrollments = Column(label=_("Enrollments"), entity=LEARNING, type=Type.NUMBER, expression=of_members(Count("pk")))
    active = Column(
        label=_("Active enrollments"),
        entity=LEARNING,
        type=Type.NUMBER,
        expression=of_members(Count("pk", filter=Q(status=EnrollmentStatus.ACTIVE))),
    )
    completed = Column(
        label=_("Completed"), entity=LEARNING, type=Type.NUMBER, expression=of_members(Count("pk", filter=COMPLETED))
    )
    completion = Column(
        label=_("Completion rate"),
        entity=LEARNING,
        type=Type.PERCENT,
        expression=of_members(completion_rate(), empty=None),
    )
    overdue = Column(
        label=_("Overdue"),
        entity=LEARNING,
        type=Type.NUMBER,
        expression=of_members(lambda moment: Count("pk", filter=overdue(moment))),
    )
    learners = Column(
        label=_("People on a course"),
        entity=LEARNING,
        type=Type.NUMBER,
        expression=of_members(Count("learner", distinct=True)),
    )
    last_activity = Column(
        label=_("Last activity"),
        entity=ACTIVITY,
        type=Type.DATETIME,
        expression=of_members(Max("last_activity_at"), empty=None),
        as_day=True,
    )

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        if viewer.has_perm("learning.view_all_enrollments"):
            return queryset
        # Of a team that somebody is only in, they would see their own runs and take them for the team's.
        return within(queryset, visible_to(viewer, Team.objects.filter(managers=viewer)))
