"""Reports on what it all adds up to: day by day, from the rollups of the analytics database."""

from typing import Any

from django.db.models import BigIntegerField, Case, F, Q, QuerySet, TextField, UUIDField, Value, When
from django.db.models.functions import NullIf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.models import DATABASE, NONE, Rollup
from analytics.periods import Grain
from analytics.policies import visible_to
from analytics.rollups import MEASURES
from lms_pages.models import CourseStaff
from reports.columns import Aggregation, Column, Type
from reports.registries import Source, register_source
from reports.sources.people import COURSE, PERSON, courses_of, teams_of

WHAT = gettext_lazy("What happened")
# What is counted for each key on its own cannot be added up over them.
ADDS_UP = (
    "enrollments",
    "began",
    "halfway",
    "completions",
    "left",
    "lessons",
    "attempts",
    "visits",
    "clicks",
    "seconds",
    "page_views",
)


def measured(key: str) -> Column:
    return Column(
        label=MEASURES[key].label,
        entity=WHAT,
        type=Type.DURATION if key == "seconds" else Type.NUMBER,
        expression=Case(When(measure=key, then=F("value")), default=Value(0), output_field=BigIntegerField()),
        aggregations=frozenset({Aggregation.SUM}),
        operators=frozenset(),
        zero_is_nothing=True,
    )


@register_source
class DaysInSum(Source):
    """What happened on each day in each course and team. Nobody is named, so that whoever teaches a course sees all of it."""

    key = "days-in-sum"
    title = gettext_lazy("What happened, by day")
    description = gettext_lazy(
        "Enrollments, lessons done, completions, visits and time of each day, course and team, added up beforehand. The "
        "team and the course are called as they were then. One row for each day, course, team and number."
    )
    model = Rollup
    details = ("day", "course", "team", *ADDS_UP)

    day = Column(
        label=gettext_lazy("Day"),
        entity=WHAT,
        type=Type.DATE,
        expression="start",
        help=gettext_lazy("In the site's time zone."),
    )
    course = Column(
        label=gettext_lazy("Course"),
        entity=COURSE,
        type=Type.REFERENCE,
        # Page views of other pages belong to none.
        expression=NullIf("course_key", Value(NONE, UUIDField()), output_field=UUIDField()),
        label_expression=NullIf("course_title", Value(""), output_field=TextField()),
        candidates=courses_of,
    )
    team = Column(
        label=gettext_lazy("Team"),
        entity=PERSON,
        type=Type.REFERENCE,
        expression=NullIf("team", Value(NONE, UUIDField()), output_field=UUIDField()),
        label_expression=NullIf("team_name", Value(""), output_field=TextField()),
        candidates=teams_of,
        help=gettext_lazy("The primary team on that day."),
    )
    locals().update({name: measured(name) for name in ADDS_UP})

    def may_use(self, viewer: Any) -> bool:
        """Who teaches nothing would find nothing here."""
        return super().may_use(viewer) and (
            viewer.has_perm(self.all_rows) or CourseStaff.objects.filter(user=viewer).exists()
        )

    def database(self) -> str:
        return DATABASE

    def queryset(self) -> QuerySet:
        # Nobody knows of which team a page view is.
        known = Q(by="course+team", measure__in=ADDS_UP) | Q(by="course", measure="page_views")
        return Rollup.objects.filter(known, grain=Grain.DAY)

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return visible_to(viewer, queryset)

    def scope_key(self, viewer: Any) -> str:
        if viewer.has_perm(self.all_rows):
            return "all"
        courses = CourseStaff.objects.filter(user=viewer).order_by("course_id").values_list("course_id", flat=True)
        return f"courses:{list(courses)}"

    def scope_words(self, viewer: Any) -> str:
        if viewer.has_perm(self.all_rows):
            return _("everybody, all courses")
        return _("the courses that %(name)s teaches") % {"name": viewer.name}
