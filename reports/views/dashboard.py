"""Dashboards: the page, which runs no report, and each of its tiles, which is one."""

import logging
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reports.dashboards import Choice, Dashboard, Narrowing, Tile, dashboards
from reports.filters import DashboardForm
from reports.periods import stretch, stretch_before
from reports.policies import ALL_ROWS, MAY_READ
from reports.selectors.dashboards import may_open, open_dashboards, open_tiles, people_called, team_choices
from reports.sources.people import courses_of, people_named
from reports.views.tiles import make_tile, report_url, tile_title
from workbench.days import site_day, site_zone
from workbench.furniture import furniture

logger = logging.getLogger(__name__)

ICON = "chart"
ASKED = ("range", "since", "until", "course", "team", "learner")
# What is listed to choose from where nothing was chosen yet.
MOST_LISTED = 24


@dataclass(frozen=True)
class Asked:
    """What an address asks of a dashboard. Without ``narrowing`` something is missing or wrong, and no tile is shown."""

    form: DashboardForm
    choices: dict[Choice, list[tuple[str, str]]]
    narrowing: Narrowing | None
    # The name of what the dashboard is about: a course, a team, a person.
    name: str = ""


@dataclass(frozen=True)
class Place:
    """A tile's place on the page. ``html`` is the tile itself where it was asked for at once."""

    key: str
    title: str
    width: str
    url: str
    report: str
    is_number: bool = False
    html: str = ""


def dashboard_or_404(request: HttpRequest, slug: str) -> Dashboard:
    if not request.user.has_perm(MAY_READ):
        raise PermissionDenied
    dashboard = dashboards.get(slug)
    if dashboard is None or not may_open(request.user, dashboard):
        raise Http404("There is no such dashboard for this viewer.")
    return dashboard


def read_address(request: HttpRequest, dashboard: Dashboard) -> Asked:
    """Http404 for a word that means nothing and for what lies outside the viewer's scope."""
    viewer = request.user
    choices: dict[Choice, list[tuple[str, str]]] = {}
    if "course" in dashboard.choices:
        choices["course"] = [(entry.value, entry.label) for entry in courses_of(viewer)]
    if "team" in dashboard.choices:
        choices["team"] = team_choices(viewer)
    form = DashboardForm(request.GET, dashboard=dashboard, choices=choices)
    if not form.is_valid():
        if form.strangers:
            raise Http404("There is no such choice for this viewer.")
        return Asked(form, choices, None)
    found = form.cleaned_data
    chosen = {name: str(found[name]) for name in dashboard.choices if found.get(name)}
    names = {name: dict(choices[name]).get(key, "") for name, key in chosen.items() if name in choices}
    if key := chosen.get("learner"):
        person = people_named(viewer, [key])
        if not person:
            raise Http404("There is no such person for this viewer.")
        names["learner"] = person[0].label
    if dashboard.needs and dashboard.needs not in chosen:
        return Asked(form, choices, None)
    span = found["range"]
    days = form.own_days or stretch(span, site_day())
    narrowing = Narrowing(span, days, stretch_before(span, days), chosen)
    return Asked(form, choices, narrowing, names.get(dashboard.needs or "", ""))


@require_safe
def dashboard_page(request: HttpRequest, slug: str = "overview") -> HttpResponse:
    """Answers at once: each tile is asked for by itself, or, without scripts, opens as its report. With ``all`` in the
    address the tiles stand in the page, for who has no scripts and wants them all."""
    dashboard = dashboard_or_404(request, slug)
    asked = read_address(request, dashboard)
    query, title = kept(request.GET, ASKED), str(dashboard.title)
    is_whole = "all" in request.GET
    context = {
        **furniture(asked.name or title, ICON, (reverse("reports_dashboard"), _("Dashboards")), last=title),
        "dashboard": dashboard,
        "asked": asked,
        "tabs": [
            (tab.title, f"{address(tab)}{kept(request.GET, ASKED[:3])}", tab is dashboard)
            for tab in open_dashboards(request.user)
        ],
        "url": address(dashboard),
        "whole_url": f"{address(dashboard)}{query}{'&' if query else '?'}all=1",
        "is_whole": is_whole,
        "places": places(request, dashboard, asked.narrowing, query, is_whole) if asked.narrowing else [],
        "scope_words": scope_words(request.user),
        "zone": site_zone().key,
        "has_before": bool(asked.narrowing and asked.narrowing.before),
    }
    if asked.narrowing is None:
        context |= to_choose(request, dashboard, asked)
    return render(request, "reports/dashboard.html", context)


def places(request: HttpRequest, dashboard: Dashboard, narrowing: Narrowing, query: str, is_whole: bool) -> list[Place]:
    return [
        Place(
            key=tile.key,
            title=tile_title(tile),
            width=tile.width,
            url=reverse("reports_tile", args=[dashboard.slug, tile.key]) + query,
            report=report_url(tile, narrowing),
            is_number=tile.figure is not None,
            html=fragment(tile, narrowing, request.user)[0] if is_whole else "",
        )
        for tile in open_tiles(request.user, dashboard)
    ]


def to_choose(request: HttpRequest, dashboard: Dashboard, asked: Asked) -> dict[str, Any]:
    """What there is to choose, where a dashboard is about one thing and nothing was chosen yet."""
    if dashboard.needs is None or asked.form.errors:
        return {}
    entries, words = list(asked.choices.get(dashboard.needs, [])), request.GET.get("q", "").strip()
    total = len(entries)
    if dashboard.needs == "learner":
        people = people_called(request.user, words)
        entries = [(str(person.uuid), person.name) for person in people[:MOST_LISTED]]
        total = people.count()
    given = kept(request.GET, ASKED[:3])
    return {
        "to_choose": [
            (f"{address(dashboard)}{given}{'&' if given else '?'}{dashboard.needs}={key}", name)
            for key, name in entries[:MOST_LISTED]
        ],
        "to_choose_total": total,
        "words": words,
        "sees_all": request.user.has_perm(ALL_ROWS),
    }


def address(dashboard: Dashboard) -> str:
    if dashboard.slug == "overview":
        return reverse("reports_dashboard")
    return reverse("reports_dashboard_named", args=[dashboard.slug])


def kept(given: QueryDict, names: tuple[str, ...]) -> str:
    """The part of an address that says ``names``."""
    query = QueryDict(mutable=True)
    for name in names:
        if given.get(name):
            query[name] = given[name]
    return f"?{query.urlencode()}" if query else ""


def scope_words(viewer: Any) -> str:
    if viewer.has_perm(ALL_ROWS):
        return _("All people and all courses.")
    return _("People of the teams you manage, everybody in the courses you teach, and your own courses.")


# Tiles ----------------------------------------------------------------------------


@require_safe
def tile_view(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """One tile, as a piece of HTML or with ``format=json`` as data. One that fails says so, and the others stand. As all of
    the admin it is stored nowhere, neither here nor in a browser: what somebody saw is never shown to the next."""
    dashboard = dashboard_or_404(request, slug)
    tile = next((tile for tile in open_tiles(request.user, dashboard) if tile.key == key), None)
    asked = read_address(request, dashboard)
    if tile is None or asked.narrowing is None:
        raise Http404("There is no such tile for this viewer.")
    if request.GET.get("format") == "json":
        return data_answer(tile, asked.narrowing, request.user)
    html, status = fragment(tile, asked.narrowing, request.user)
    return HttpResponse(html, status=status)


def fragment(tile: Tile, narrowing: Narrowing, viewer: Any) -> tuple[str, int]:
    """The tile as HTML, and its status. Whatever goes wrong is logged, and stays inside of it."""
    try:
        return render_to_string(
            "reports/includes/dashboard_tile.html", {"made": make_tile(tile, narrowing, viewer)}
        ), 200
    except Exception:
        logger.exception("A tile could not be made: %s", tile.report)
        context = {"title": tile_title(tile), "report": report_url(tile, narrowing), "key": tile.key}
        return render_to_string("reports/includes/dashboard_failed.html", context), 500


def data_answer(tile: Tile, narrowing: Narrowing, viewer: Any) -> HttpResponse:
    try:
        return JsonResponse(make_tile(tile, narrowing, viewer).data, json_dumps_params={"ensure_ascii": False})
    except Exception:
        logger.exception("A tile could not be made: %s", tile.report)
        return JsonResponse({"error": _("These numbers could not be made.")}, status=500)
