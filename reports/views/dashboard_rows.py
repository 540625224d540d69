"""The rows behind one number of the dashboard."""

import datetime as dt
import uuid
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import F
from django.http import Http404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, NumberColumn, TitleColumn
from wagtail.admin.views.generic import BaseListingView

from accounts.policies import visible_to as visible_people
from lms_pages.models import CoursePage
from lms_pages.policies import edits_pages
from lms_pages.policies import visible_to as visible_courses
from reports.dashboard_panels import NO_TEAM, OTHER, others
from reports.dashboards import Cut, What, named_and_rest, overdue_of
from reports.periods import BEFORE, WITHIN
from reports.selectors.dashboard import course_figures, overdue_by_team
from reports.selectors.dashboard_rows import active_people, enrollment_rows, with_achievements
from reports.views.dashboard import MayViewDashboard, chosen_period

TITLES = {
    What.ENROLLMENTS: gettext_lazy("Enrollments"),
    What.COMPLETIONS: gettext_lazy("Completions"),
    What.FINISHED: gettext_lazy("Enrollments that are completed by now"),
    What.ACTIVE: gettext_lazy("Active learners"),
    What.OVERDUE: gettext_lazy("Overdue enrollments"),
}
EXPLANATIONS = {
    What.ACTIVE: gettext_lazy("Active is whoever opened a lesson, answered a question or completed a lesson."),
    What.OVERDUE: gettext_lazy("Not completed, and past the due date; whenever they began."),
    What.FINISHED: gettext_lazy("Begun in that time, and completed since."),
}
# The address says what to sort by; several columns of the database may stand behind it.
PEOPLE_ORDER = {
    "person": ("last_name", "first_name", "email"),
    "team": ("team_name",),
    "days": ("days",),
    "lessons": ("lessons",),
    "answers": ("answers",),
}
ENROLLMENT_ORDER = {
    "person": ("learner__last_name", "learner__first_name", "learner__email"),
    "team": ("team_name",),
    "course": ("course__title",),
    "enrolled": ("enrolled_at",),
    "done": ("completed_lessons",),
    "due": ("due_on",),
    "completed": ("completed_at",),
}
DEFAULT_ORDER = {
    What.ENROLLMENTS: "-enrolled",
    What.COMPLETIONS: "-completed",
    What.FINISHED: "-completed",
    What.ACTIVE: "person",
    What.OVERDUE: "due",
}


class LinkColumn(TitleColumn):
    """A link that is not the row's title."""

    cell_template_name = "reports/includes/link_cell.html"


class DashboardRowsView(MayViewDashboard, BaseListingView):
    """As many rows as the number that was opened said; an address that names no such number is a 404."""

    header_icon = "chart"
    paginate_by = 50
    index_url_name = "reports_dashboard_rows"
    template_name = "reports/dashboard_rows.html"
    results_template_name = "reports/dashboard_rows_results.html"
    no_results_message = gettext_lazy("Nothing is counted here.")

    @cached_property
    def narrowed(self) -> tuple[Cut, list[str]]:
        """What was asked for, and the same in words."""
        asked = self.request.GET
        try:
            cut = Cut(
                what=What(asked.get("what", "")),
                period=chosen_period(self.request),
                day=dt.date.fromisoformat(asked["day"]) if "day" in asked else None,
                is_earlier="earlier" in asked,
            )
            _stretch = cut.stretch
        except (ValueError, KeyError):
            raise Http404("There is no such number.") from None
        words = [self.time_words(cut)]
        course, team = asked.get("course"), asked.get("team")
        keys, teams = None, None
        if course:
            keys, name = self.chosen_courses(cut, course)
            words.append(name)
        if team:
            teams, name = self.chosen_teams(cut, team, keys)
            words.append(name)
        return Cut(cut.what, cut.period, keys, teams, cut.day, cut.is_earlier), words

    def time_words(self, cut: Cut) -> str:
        if cut.what is What.OVERDUE:
            return _("today")
        if cut.day:
            words = _("in the %(part)s") if cut.period.step == "week" else _("in %(part)s")
            return words % {"part": cut.period.part_name(cut.day)}
        return str(BEFORE[cut.period.span] if cut.is_earlier else WITHIN[cut.period.span])

    def chosen_courses(self, cut: Cut, asked: str) -> tuple[list[uuid.UUID], str]:
        figures = course_figures(viewer=self.request.user, period=cut.period)
        if asked == OTHER:
            sizes = {What.OVERDUE: overdue_of}
            rest = named_and_rest(figures, sizes.get(cut.what, lambda course: course.enrolled))[1]
            found, name = rest, others(len(rest))
        else:
            found = [course for course in figures if str(course.key) == asked]
            name = found[0].title if found else ""
        if not found:
            raise Http404("There is no such course for this viewer.")
        return [course.key for course in found], name

    def chosen_teams(self, cut: Cut, asked: str, courses: list[uuid.UUID] | None) -> tuple[list[uuid.UUID | None], str]:
        if cut.what is not What.OVERDUE:
            raise Http404("Only overdue enrollments are counted by team.")
        figures = overdue_by_team(viewer=self.request.user, cut=Cut(cut.what, cut.period, courses))
        if asked == OTHER:
            found, name = named_and_rest(figures, overdue_of)[1], _("other teams")
        else:
            found = [team for team in figures if (str(team.key) if team.key else NO_TEAM) == asked]
            name = (found[0].name or _("in no team")) if found else ""
        if not found:
            raise Http404("There is no such team for this viewer.")
        return [team.key for team in found], name

    @property
    def cut(self) -> Cut:
        return self.narrowed[0]

    @property
    def lists_people(self) -> bool:
        return self.cut.what is What.ACTIVE

    # Furniture ------------------------------------------------------------------

    def get_page_title(self):
        return TITLES[self.cut.what]

    def get_page_subtitle(self):
        return ", ".join(self.narrowed[1])

    @property
    def heading(self) -> str:
        return f"{self.get_page_title()} {self.get_page_subtitle()}"

    @property
    def explanation(self) -> str:
        clock = _("Days are those of the site's clock (%(zone)s).") % {"zone": self.cut.period.zone.key}
        return f"{EXPLANATIONS.get(self.cut.what, '')} {clock}".strip()

    def get_breadcrumbs_items(self):
        query = self.request.GET.copy()
        for name in set(query) - {"range", "course"}:
            del query[name]
        if query.get("course") == OTHER:
            del query["course"]
        url = reverse("reports_dashboard") + (f"?{query.urlencode()}" if query else "")
        return [
            *self.breadcrumbs_items,
            {"url": url, "label": _("Dashboard")},
            {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()},
        ]

    # Rows -----------------------------------------------------------------------

    def get_base_queryset(self):
        viewer, cut = self.request.user, self.cut
        if self.lists_people:
            return with_achievements(active_people(viewer=viewer, cut=cut), viewer=viewer, cut=cut)
        return enrollment_rows(viewer=viewer, cut=cut).select_related("learner", "course")

    @property
    def default_ordering(self):
        return DEFAULT_ORDER[self.cut.what]

    def order_queryset(self, queryset):
        key = self.ordering.removeprefix("-")
        fields = [F(field) for field in (PEOPLE_ORDER if self.lists_people else ENROLLMENT_ORDER)[key]]
        # What is missing comes last either way, on every database.
        if key == self.ordering:
            ordered = [field.asc(nulls_last=True) for field in fields]
        else:
            ordered = [field.desc(nulls_last=True) for field in fields]
        return queryset.order_by(*ordered, "pk")

    def paginate_queryset(self, queryset, page_size):
        paginator, page, found, is_cut = super().paginate_queryset(queryset, page_size)
        self.shown = list(found)
        return paginator, page, self.shown, is_cut

    @cached_property
    def columns(self) -> list[Column]:
        person = TitleColumn("person", label=_("Person"), accessor=self.person_name, get_url=self.person_url)
        team = Column("team", label=_("Team"), accessor="team_name")
        if self.lists_people:
            found = [
                person,
                team,
                NumberColumn("days", label=_("Days with a lesson open")),
                NumberColumn("lessons", label=_("Lessons completed")),
                NumberColumn("answers", label=_("Questions answered")),
            ]
        else:
            found = [
                person,
                team,
                LinkColumn("course", label=_("Course"), accessor="course.title", get_url=self.course_url),
                Column("enrolled", label=_("Enrolled"), accessor=lambda row: self.day(row.enrolled_at)),
                Column("done", label=_("Lessons done"), accessor=lessons_done),
                Column("due", label=_("Due"), accessor=lambda row: self.day(row.due_on)),
                Column("completed", label=_("Completed"), accessor=lambda row: self.day(row.completed_at)),
            ]
        for column in found:
            column.sort_key = column.name
        return found

    def day(self, value: dt.date | dt.datetime | None) -> str:
        """A date for reading, on the clock that the number was counted by."""
        if isinstance(value, dt.datetime):
            value = value.astimezone(self.cut.period.zone)
        return date_format(value, "j M Y") if value else "–"

    def person(self, row: Any) -> Any:
        return row if self.lists_people else row.learner

    def person_name(self, row: Any) -> str:
        return self.person(row).name

    @cached_property
    def people_in_reach(self) -> set[int]:
        """Whom of the people shown the viewer may open."""
        shown = [self.person(row).pk for row in self.shown]
        people = visible_people(self.request.user, get_user_model().objects.filter(pk__in=shown))
        return set(people.values_list("pk", flat=True))

    def person_url(self, row: Any) -> str | None:
        person = self.person(row)
        if person.pk not in self.people_in_reach:
            return None
        return reverse("accounts_user_modeladmin_inspect", args=[person.pk])

    @cached_property
    def courses_in_reach(self) -> set[int]:
        shown = {row.course_id for row in self.shown}
        courses = visible_courses(self.request.user, CoursePage.objects.filter(pk__in=shown))
        return set(courses.values_list("pk", flat=True))

    @cached_property
    def edits_pages(self) -> bool:
        return edits_pages(self.request.user)

    def course_url(self, row: Any) -> str | None:
        if row.course_id not in self.courses_in_reach:
            return None
        if self.edits_pages:
            return reverse("wagtailadmin_explore", args=[row.course_id])
        return row.course.get_url(self.request)


def lessons_done(row: Any) -> str:
    return _("%(done)s of %(total)s") % {"done": row.completed_lessons, "total": row.required_lessons}
