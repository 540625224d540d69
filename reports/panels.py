"""The panel of the admin's home page."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.templatetags.static import static
from wagtail.admin.ui.components import Component

from reports.dashboards import Narrowing, dashboards
from reports.periods import Span, stretch
from reports.selectors.dashboards import open_dashboards
from reports.views.dashboard import address, places
from workbench.days import site_day


class KeyFiguresPanel(Component):
    """The numbers of the overview, which the page asks for when it is there, and the way to the dashboards."""

    template_name = "reports/home_panel.html"
    # Below what waits for a decision.
    order = 15

    @property
    def media(self) -> forms.Media:
        return forms.Media(
            css={"all": [static("css/admin/charts.css"), static("css/admin/dashboard.css")]},
            js=[forms.Script(static("js/admin/tiles.js"), type="module")],
        )

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        request = parent_context["request"]
        overview = dashboards["overview"]
        narrowing = Narrowing(Span.WEEKS, stretch(Span.WEEKS, site_day()))
        found = places(request, overview, narrowing, "", is_whole=False)
        return {
            "places": [place for place in found if place.is_number],
            "dashboards": [(one.title, address(one)) for one in open_dashboards(request.user)],
        }
