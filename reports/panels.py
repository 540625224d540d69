"""The panel of the admin's home page."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.components import Component

from reports.dashboard_panels import key_tiles
from reports.periods import Span, period
from reports.selectors.dashboard import key_figures
from reports.views.dashboard import rows_address
from workbench.days import site_zone


class KeyFiguresPanel(Component):
    """The four numbers of the last 12 weeks, for people who may open the dashboard."""

    template_name = "reports/home_panel.html"
    # Below what waits for a decision.
    order = 15

    @property
    def media(self) -> forms.Media:
        return forms.Media(css={"all": [static("css/admin/dashboard.css")]})

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        viewer = parent_context["request"].user
        stretch = period(Span.WEEKS, now=timezone.now(), zone=site_zone())
        figures = key_figures(viewer=viewer, period=stretch)
        return {"tiles": key_tiles(figures, rows_address(span=Span.WEEKS)), "url": reverse("reports_dashboard")}
