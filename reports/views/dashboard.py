"""The dashboard: what changed, and for whom."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from reports.dashboard_panels import RowsAddress, dashboard
from reports.dashboards import What
from reports.filters import DashboardForm
from reports.periods import Period, Span, period
from reports.selectors.dashboard import dashboard_figures, first_moment
from workbench.days import site_zone

PERMISSION = "reports.view_dashboard"


def chosen_period(request: HttpRequest) -> Period:
    """The span in the address, the last 12 weeks without one; 404 for a word that names none."""
    try:
        span = Span(request.GET.get("range") or Span.WEEKS)
    except ValueError:
        raise Http404("There is no such range.") from None
    first = first_moment(request.user) if span is Span.ALL else None
    return period(span, now=timezone.now(), zone=site_zone(), first=first)


def chosen_course(request: HttpRequest) -> uuid.UUID | None:
    """The course key in the address; 404 for what is none."""
    try:
        return uuid.UUID(request.GET["course"]) if request.GET.get("course") else None
    except ValueError:
        raise Http404("There is no such course.") from None


def rows_address(*, span: Span, course: uuid.UUID | None = None) -> RowsAddress:
    """Addresses of rows that stay within ``span`` and, unless another is asked for, ``course``."""
    base = reverse("reports_dashboard_rows")

    def address(what: What, **narrowed: Any) -> str:
        query = QueryDict(mutable=True)
        query.update({"what": what, "range": span})
        if course:
            query["course"] = str(course)
        for name, value in narrowed.items():
            query[name] = str(value)
        return f"{base}?{query.urlencode()}"

    return address


class MayViewDashboard:
    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class DashboardView(MayViewDashboard, WagtailAdminTemplateMixin, TemplateView):
    template_name = "reports/dashboard.html"
    page_title = gettext_lazy("Dashboard")
    header_icon = "chart"

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        stretch, course = chosen_period(self.request), chosen_course(self.request)
        try:
            figures = dashboard_figures(viewer=self.request.user, period=stretch, course=course)
        except KeyError:
            raise Http404("There is no such course for this viewer.") from None
        chosen = {"range": stretch.span, "course": str(course or "")}
        return {
            **super().get_context_data(**kwargs),
            "form": DashboardForm(initial=chosen, courses=figures.choices, label_suffix=""),
            "has_data": bool(figures.courses),
            "dashboard": dashboard(figures, rows_address(span=stretch.span, course=course)),
            "sees_all": self.request.user.has_perm("learning.view_all_enrollments"),
            "period": stretch,
            "scope_words": self.scope_words(),
        }

    def scope_words(self) -> str:
        if self.request.user.has_perm("learning.view_all_enrollments"):
            return _("All people and all courses.")
        return _("People of the teams you manage, everybody in the courses you teach, and your own courses.")
