"""Reports in the admin."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from reports.modeladmin.runs import DeliveryAdmin, RunAdmin
from reports.modeladmin.schedules import ScheduleAdmin
from reports.panels import KeyFiguresPanel
from reports.policies import MAY_READ
from reports.views.builder import CustomizeView, EditView, NewReportView, sources_page
from reports.views.dashboard import dashboard_page, tile_view
from reports.views.exports import cancel_view, download_view, export_page, export_progress, exports_page, repeat_view
from reports.views.listing import ICON, delete_view, duplicate_view, list_page
from reports.views.report import file_view, report_page, rows_page

for admin in (ScheduleAdmin(), RunAdmin(), DeliveryAdmin()):
    admin.register_with_wagtail()


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action("reports.share", _("Share"), _("Changed whom it is shared with"))
    actions.register_action("reports.send_now", _("Send one now"), _("Asked for one report, sent now"))
    actions.register_action("reports.pause", _("Pause"), _("Paused"))
    actions.register_action("reports.resume", _("Resume"), _("Resumed"))


@hooks.register("register_admin_urls")
def register_dashboard_urls():
    return [
        path("reports/dashboard/", dashboard_page, name="reports_dashboard"),
        path("reports/dashboard/<slug:slug>/", dashboard_page, name="reports_dashboard_named"),
        path("reports/dashboard/<slug:slug>/tile/<slug:key>/", tile_view, name="reports_tile"),
    ]


@hooks.register("register_admin_urls")
def register_report_urls():
    return [
        path("reports/list/", list_page, name="reports_list"),
        path("reports/new/", sources_page, name="reports_new"),
        path("reports/new/<slug:source>/", NewReportView.as_view(), name="reports_build"),
        path("reports/report/<slug:slug>/", report_page, name="reports_report"),
        path("reports/report/<slug:slug>/rows/", rows_page, name="reports_report_rows"),
        path("reports/report/<slug:slug>/file/<str:kind>/", file_view, name="reports_report_file"),
        path("reports/report/<slug:slug>/edit/", EditView.as_view(), name="reports_edit"),
        path("reports/report/<slug:slug>/customize/", CustomizeView.as_view(), name="reports_customize"),
        path("reports/report/<slug:slug>/duplicate/", duplicate_view, name="reports_duplicate"),
        path("reports/report/<slug:slug>/delete/", delete_view, name="reports_delete"),
    ]


@hooks.register("register_admin_urls")
def register_export_urls():
    return [
        path("reports/exports/", exports_page, name="reports_exports"),
        path("reports/exports/<uuid:uuid>/", export_page, name="reports_export"),
        path("reports/exports/<uuid:uuid>/progress/", export_progress, name="reports_export_progress"),
        path("reports/exports/<uuid:uuid>/cancel/", cancel_view, name="reports_export_cancel"),
        path("reports/exports/<uuid:uuid>/again/", repeat_view, name="reports_export_again"),
        path("reports/exports/<uuid:uuid>/file/", download_view, name="reports_export_file"),
    ]


@hooks.register("register_icons")
def register_chart_icon(icons):
    return [*icons, "reports/icons/chart.svg"]


class ReadersMenuItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm(MAY_READ)


@hooks.register("register_reports_menu_item")
def register_dashboard_menu_item():
    return ReadersMenuItem(
        _("Dashboards"), reverse("reports_dashboard"), name="reports-dashboard", icon_name="chart", order=10
    )


@hooks.register("register_reports_menu_item")
def register_list_menu_item():
    return ReadersMenuItem(_("Reports"), reverse("reports_list"), name="reports-list", icon_name=ICON, order=20)


@hooks.register("construct_main_menu")
def leave_out_reports_without_figures(request, items):
    """What Wagtail lists about pages is no reason for a menu of its own; the list of courses tells editors the same."""
    if not request.user.has_perm(MAY_READ):
        items[:] = [item for item in items if item.name != "reports"]


@hooks.register("construct_homepage_panels")
def add_key_figures(request, panels):
    if request.user.has_perm(MAY_READ):
        panels.append(KeyFiguresPanel())
