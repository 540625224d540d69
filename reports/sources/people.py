"""Columns and scopes that many sources share: people, their teams, courses, and who sees which of them."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, Left, NullIf, StrIndex, Substr, Trim
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Team, TeamMembership, holds_on
from accounts.policies import visible_to as visible_people
from accounts.roles import INSTRUCTOR
from assessment.models import Attempt
from learning.models import Cohort, CohortMembership, Enrollment
from learning.policies import answers_for_all, taught_keys
from learning.policies import visible_to as visible_runs
from lms_pages.models import CoursePage, CourseStaff, LessonPage
from lms_pages.policies import COURSE_PATH_LENGTH
from reports.columns import LISTS, Aggregation, Column, Things, Type, Words
from reports.expressions import title_of
from reports.moments import Moment
from reports.registries import Source, source_for

PERSON, COURSE, LESSON = gettext_lazy("Person"), gettext_lazy("Course"), gettext_lazy("Lesson")


def person_name(path: str = "") -> Any:
    """First and last name, or the address's local part, as `User.name` has it."""
    prefix = f"{path}__" if path else ""
    email = F(f"{prefix}email")
    full = Trim(Concat(F(f"{prefix}first_name"), Value(" "), F(f"{prefix}last_name")))
    local = Left(email, StrIndex(email, Value("@")) - 1)
    return Coalesce(NullIf(full, Value("")), local, output_field=TextField())


def newest(rows: QuerySet, of: str, path: str, name: str, condition: Q | None = None) -> dict[str, Any]:
    """A join by ``path`` under ``name`` to the newest of ``rows`` that have one and the same ``of``.

    ``condition`` says of what is joined that it is among ``rows``; without it all are.
    """
    # The question goes by the name of the join itself, so that the database asks it of the rows as it joins them.
    newer = rows.filter(**{of: OuterRef(f"{name}__{of}")}).filter(
        Q(since__gt=OuterRef(f"{name}__since")) | Q(since=OuterRef(f"{name}__since"), pk__gt=OuterRef(f"{name}__pk"))
    )
    return {name: FilteredRelation(path, condition=(condition or Q()) & Q(~Exists(newer)))}


def primary_membership(path: str) -> Callable[[Moment], dict[str, Any]]:
    """A join to the membership of somebody's primary team on the day of the report; of several the newest."""

    def on_the_day(moment: Moment) -> dict[str, Any]:
        current = TeamMembership.objects.current(moment.today).filter(is_primary=True)
        is_current = holds_on(moment.today, f"{path}__") & Q(**{f"{path}__is_primary": True})
        return newest(current, "user", path, "primary_membership", is_current)

    return on_the_day


def has_role(person: str, role: str) -> Any:
    memberships = get_user_model().groups.through.objects.filter(user=OuterRef(person), group__name=role)
    return Exists(memberships)


def person_columns(path: str = "") -> dict[str, Column]:
    """Who somebody is: name, address, team. ``path`` leads from the row to the person."""
    prefix = f"{path}__" if path else ""
    return {
        "person": Column(
            label=gettext_lazy("Person"),
            entity=PERSON,
            type=Type.TEXT,
            expression=person_name(path),
            is_personal=True,
            sort_by=(f"{prefix}last_name", f"{prefix}first_name", f"{prefix}email"),
        ),
        "account": Column(
            label=gettext_lazy("Account"),
            entity=PERSON,
            type=Type.REFERENCE,
            expression=f"{prefix}uuid",
            label_expression=person_name(path),
            named=people_named,
            operators=LISTS,
            is_personal=True,
            help=gettext_lazy("The person by name; two of one name stay two."),
        ),
        "email": Column(
            label=gettext_lazy("E-mail address"),
            entity=PERSON,
            type=Type.TEXT,
            expression=f"{prefix}email",
            is_personal=True,
        ),
        "team": Column(
            label=gettext_lazy("Team"),
            entity=PERSON,
            type=Type.REFERENCE,
            expression="primary_membership__team__uuid",
            label_expression="primary_membership__team__name",
            joins=primary_membership(f"{prefix}team_memberships"),
            candidates=teams_of,
            help=gettext_lazy("The primary team on the day of the report."),
        ),
        "is_instructor": Column(
            label=gettext_lazy("Is an instructor"),
            entity=PERSON,
            type=Type.BOOLEAN,
            expression=has_role(path or "pk", INSTRUCTOR),
            help=gettext_lazy("Whether the person has the role of instructors on the day of the report."),
        ),
    }


def learners_column(path: str) -> Column:
    """How many different people rows are of."""
    return Column(
        label=gettext_lazy("Learners"),
        entity=PERSON,
        type=Type.NUMBER,
        expression=path,
        aggregations=frozenset({Aggregation.COUNT_DISTINCT}),
        operators=frozenset(),
        only_adds_up=True,
        help=gettext_lazy("How many different people."),
    )


def course_column(path: str = "") -> Column:
    """The course a row belongs to. Translations of a course are one course."""
    prefix = f"{path}__" if path else ""
    return Column(
        label=gettext_lazy("Course"),
        entity=COURSE,
        type=Type.REFERENCE,
        expression=f"{prefix}course_key",
        label_expression=f"{prefix}course__title",
        candidates=courses_of,
    )


def last_cohort(path: str) -> Callable[[Moment], dict[str, Any]]:
    """A join to the last membership of a run in a cohort."""

    def now(moment: Moment) -> dict[str, Any]:
        return newest(CohortMembership.objects.all(), "enrollment", path, "last_cohort")

    return now


def cohort_column(path: str = "") -> Column:
    """The cohort of a run, whose enrollment is at ``path``: the one it is in now, else the last one it was in."""
    prefix = f"{path}__" if path else ""
    return Column(
        label=gettext_lazy("Cohort"),
        entity=COURSE,
        type=Type.REFERENCE,
        expression="last_cohort__cohort__uuid",
        label_expression="last_cohort__cohort__name",
        joins=last_cohort(f"{prefix}cohort_memberships"),
        candidates=cohorts_of,
        help=gettext_lazy("The one a run is in now, else the last one it was in."),
    )


def lesson_column(path: str = "lesson_key", label: Words = LESSON) -> Column:
    """A lesson or quiz by its key. Translations of a lesson are one lesson."""
    return Column(
        label=label,
        entity=COURSE,
        type=Type.REFERENCE,
        expression=path,
        label_expression=title_of(LessonPage.objects.all(), path),
        label_by_key=True,
        candidates=lessons_of,
    )


@Things
def people_named(viewer: Any) -> QuerySet:
    """People whose rows ``viewer`` may see."""
    source = source_for("learners")
    people = source.scope(source.queryset(), viewer)
    return people.annotate(thing=F("uuid"), called=person_name()).order_by("last_name", "first_name", "email")


@Things
def teams_of(viewer: Any) -> QuerySet:
    """All teams for those who see everybody's rows, else those one manages or is in."""
    teams = Team.objects.all()
    if not viewer.has_perm("learning.view_all_enrollments"):
        teams = visible_people(viewer, teams)
    return teams.annotate(thing=F("uuid"), called=text("name")).order_by("name", "pk")


def visible_courses(viewer: Any) -> QuerySet:
    """The courses somebody's rows may be of: all of them, or those they teach, and those they or their people take."""
    courses = CoursePage.objects.all()
    if viewer.has_perm("learning.view_all_enrollments"):
        return courses
    runs = visible_runs(viewer, Enrollment.objects.counted()).order_by()
    return courses.filter(Q(translation_key__in=taught_keys(viewer)) | Q(translation_key__in=runs.values("course_key")))


@Things
def courses_of(viewer: Any) -> QuerySet:
    return by_title(visible_courses(viewer))


@Things
def lessons_of(viewer: Any) -> QuerySet:
    """The lessons and quizzes of `visible_courses`."""
    lessons = LessonPage.objects.all()
    if not viewer.has_perm("learning.view_all_enrollments"):
        courses = visible_courses(viewer).order_by().values("path")
        lessons = lessons.annotate(above=Substr("path", 1, COURSE_PATH_LENGTH)).filter(above__in=courses)
    return by_title(lessons)


@Things
def cohorts_of(viewer: Any) -> QuerySet:
    cohorts = visible_runs(viewer, Cohort.objects.all()).order_by("course__title", "name", "pk")
    return cohorts.annotate(
        thing=F("uuid"), called=Concat("name", Value(" · "), "course__title", output_field=TextField())
    )


def by_title(pages: QuerySet) -> QuerySet:
    """Pages by name; translations are one, under whichever name stands first."""
    return pages.annotate(thing=F("translation_key"), called=text("title")).order_by("title", "pk")


def text(path: str) -> Any:
    """One type for all names, so that a query may ask for several kinds of things at once."""
    return Cast(path, TextField())


class LearnersRows(Source):
    """Sources whose rows belong to learners: everything for those who answer for everybody, else one's own, those of
    the teams one manages, and those of the courses one teaches."""

    def scope_key(self, viewer: Any) -> str:
        if viewer.has_perm("learning.view_all_enrollments"):
            return "all"
        teams = viewer.managed_teams.order_by("pk").values_list("pk", flat=True)
        courses = CourseStaff.objects.filter(user=viewer).order_by("course_id").values_list("course_id", flat=True)
        return f"person:{viewer.pk} teams:{list(teams)} courses:{list(courses)}"

    def scope_words(self, viewer: Any) -> str:
        if viewer.has_perm("learning.view_all_enrollments"):
            return _("everybody, all courses")
        return _("what %(name)s may open: their own rows, the teams they manage, the courses they teach") % {
            "name": viewer.name
        }


def own_answers_key(key: str, viewer: Any) -> str:
    """``key`` for sources that keep a viewer's own quizzes from them: another one for each who took any."""
    if answers_for_all(viewer) or not Attempt.objects.filter(enrollment__learner=viewer).exists():
        return key
    return f"{key} without own answers:{viewer.pk}"


def within(queryset: QuerySet, visible: QuerySet) -> QuerySet:
    """``queryset`` cut down to the rows of ``visible``, without what that one joins."""
    return queryset.filter(pk__in=visible.order_by().values("pk"))
