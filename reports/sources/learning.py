"""Reports on enrollments and progress."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Avg, Count, F, FloatField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import TeamMembership
from learning.models import Enrollment, EnrollmentStatus, Result
from learning.policies import visible_to
from lms_pages.models import CourseStaff
from reports.charts import Bar, BarChart
from reports.dashboards import percent
from reports.figures import number
from reports.registries import Moment, Source, register_source
from reports.results import Column, GroupTable, Summary

MOST_BARS = 12


@register_source
class CourseProgress(Source):
    """Every run of every learner through every course, and how far it has come."""

    key = "course-progress"
    title = gettext_lazy("Course progress")

    def queryset(self) -> QuerySet:
        return Enrollment.objects.counted()

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return visible_to(viewer, queryset)

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

    def columns(self) -> tuple[Column, ...]:
        return (
            Column("person", _("Person")),
            Column("team", _("Team")),
            Column("course", _("Course")),
            Column("enrolled", _("Enrolled"), "date"),
            Column("done", _("Lessons done"), "progress"),
            Column("last_activity", _("Last activity"), "date"),
            Column("due", _("Due"), "date"),
            Column("completed", _("Completed"), "date"),
            # Of the scores that count, those set by hand among them; the weighted total stands in the gradebook.
            Column("score", _("Mean score"), "percent"),
        )

    def rows(self, queryset: QuerySet, moment: Moment) -> QuerySet:
        team = (
            TeamMembership.objects.current(moment.today)
            .filter(user=OuterRef("learner"), is_primary=True)
            .order_by("-since", "-pk")
            .values("team__name")[:1]
        )
        share = Cast("score", FloatField()) / Cast("max_score", FloatField())
        score = (
            Result.objects.filter(enrollment=OuterRef("pk")).order_by().values("enrollment").annotate(mean=Avg(share))
        )
        return (
            queryset.annotate(team=Subquery(team), mean_score=Subquery(score.values("mean")))
            .order_by("learner__last_name", "learner__first_name", "learner__email", "course__title", "run", "pk")
            .values_list(
                "learner__first_name",
                "learner__last_name",
                "learner__email",
                "team",
                "course__title",
                "enrolled_at",
                "completed_lessons",
                "required_lessons",
                "last_activity_at",
                "due_on",
                "completed_at",
                "mean_score",
            )
        )

    def row(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        first, last, email, team, course, enrolled, done, total, active, due, completed, score = values
        name = f"{first} {last}".strip() or email.partition("@")[0]
        return (
            name,
            team,
            course,
            enrolled,
            (done, total),
            active,
            due,
            completed,
            None if score is None else round(100 * score, 1),
        )

    def summary(self, queryset: QuerySet, moment: Moment) -> Summary:
        late = Q(status=EnrollmentStatus.ACTIVE, due_on__lt=moment.today)
        courses = list(
            queryset.order_by()
            # Translations of a course are one course; any one of their titles will do.
            .values(key=F("course_key"))
            .annotate(
                name=Min("course__title"),
                enrolled=Count("pk"),
                completed=Count("pk", filter=Q(status=EnrollmentStatus.COMPLETED)),
                overdue=Count("pk", filter=late),
            )
        )
        courses.sort(key=lambda entry: (entry["completed"] / entry["enrolled"], entry["name"], entry["key"]))
        total = sum(entry["enrolled"] for entry in courses)
        completed = sum(entry["completed"] for entry in courses)
        overdue = sum(entry["overdue"] for entry in courses)
        return Summary(
            sentence=_sentence(courses, total, completed, overdue),
            figures=(
                (_("Enrollments"), number(total)),
                (
                    _("Completed"),
                    _("%(n)s (%(share)s %%)") % {"n": number(completed), "share": percent(completed, total)},
                ),
                (_("Overdue"), number(overdue)),
            ),
            chart=_chart(courses) if courses else None,
            groups=GroupTable(
                title=_("By course"),
                columns=(
                    Column("course", _("Course")),
                    Column("enrolled", _("Enrollments"), "number"),
                    Column("completed", _("Completed"), "number"),
                    Column("share", _("Completion rate"), "percent"),
                    Column("overdue", _("Overdue"), "number"),
                ),
                rows=(
                    *(
                        (e["name"], e["enrolled"], e["completed"], percent(e["completed"], e["enrolled"]), e["overdue"])
                        for e in courses
                    ),
                    (_("All"), total, completed, percent(completed, total), overdue),
                ),
            )
            if courses
            else None,
        )


def _sentence(courses: list[dict[str, Any]], total: int, completed: int, overdue: int) -> str:
    if not total:
        return _("Nobody is enrolled in anything you may open yet.")
    parts = [
        ngettext(
            "%(completed)s of %(total)s enrollment is completed (%(share)s %%).",
            "%(completed)s of %(total)s enrollments are completed (%(share)s %%).",
            total,
        )
        % {"completed": number(completed), "total": number(total), "share": percent(completed, total)}
    ]
    if overdue:
        parts.append(ngettext("%(n)s is overdue.", "%(n)s are overdue.", overdue) % {"n": number(overdue)})
    else:
        parts.append(_("None is overdue."))
    low = courses[0]
    if len(courses) > 1 and low["completed"] < low["enrolled"]:
        parts.append(
            _("“%(course)s” is lowest with %(share)s %%.")
            % {"course": low["name"], "share": percent(low["completed"], low["enrolled"])}
        )
    return " ".join(parts)


def _chart(courses: list[dict[str, Any]]) -> BarChart:
    """The lowest first; beyond a dozen courses the best ones are one bar, so that nothing is left out."""
    named, rest = (courses, []) if len(courses) <= MOST_BARS else (courses[: MOST_BARS - 1], courses[MOST_BARS - 1 :])
    bars = [_bar(entry["name"], [entry]) for entry in named]
    if rest:
        bars.append(_bar(_("%(n)s other courses") % {"n": number(len(rest))}, rest))
    return BarChart(
        title=_("Completed by course"),
        unit=_("% of enrollments"),
        bars=tuple(bars),
        limit=100,
        description="; ".join(f"{bar.name}: {bar.label}" for bar in bars),
    )


def _bar(name: str, entries: Iterable[dict[str, Any]]) -> Bar:
    entries = list(entries)
    completed, enrolled = sum(e["completed"] for e in entries), sum(e["enrolled"] for e in entries)
    share = percent(completed, enrolled)
    return Bar(
        name=name,
        value=share,
        label=_("%(share)s %% (%(n)s of %(of)s)") % {"share": share, "n": number(completed), "of": number(enrolled)},
    )
