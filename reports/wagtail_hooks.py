"""Reports in the admin."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from reports.modeladmin.runs import DeliveryAdmin, RunAdmin
from reports.modeladmin.schedules import ScheduleAdmin
from reports.panels import KeyFiguresPanel
from reports.views.dashboard import PERMISSION, DashboardView
from reports.views.dashboard_rows import DashboardRowsView

for admin in (ScheduleAdmin(), RunAdmin(), DeliveryAdmin()):
    admin.register_with_wagtail()


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action("reports.send_now", _("Send one now"), _("Asked for one report, sent now"))
    actions.register_action("reports.pause", _("Pause"), _("Paused"))
    actions.register_action("reports.resume", _("Resume"), _("Resumed"))


@hooks.register("register_admin_urls")
def register_dashboard_urls():
    return [
        path("reports/dashboard/", DashboardView.as_view(), name="reports_dashboard"),
        path("reports/dashboard/rows/", DashboardRowsView.as_view(), name="reports_dashboard_rows"),
    ]


@hooks.register("register_icons")
def register_chart_icon(icons):
    return [*icons, "reports/icons/chart.svg"]


class DashboardMenuItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm(PERMISSION)


@hooks.register("register_reports_menu_item")
def register_dashboard_menu_item():
    return DashboardMenuItem(
        _("Dashboard"), reverse("reports_dashboard"), name="reports-dashboard", icon_name="chart", order=10
    )


@hooks.register("construct_main_menu")
def leave_out_reports_without_figures(request, items):
    """What Wagtail lists about pages is no reason for a menu of its own; the list of courses tells editors the same."""
    if not request.user.has_perm(PERMISSION):
        items[:] = [item for item in items if item.name != "reports"]


@hooks.register("construct_homepage_panels")
def add_key_figures(request, panels):
    if request.user.has_perm(PERMISSION):
        panels.append(KeyFiguresPanel())
