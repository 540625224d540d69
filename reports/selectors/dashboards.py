"""Who may open which dashboard, and what there is to choose on it."""

from typing import Any

from django.db.models import Q, QuerySet

from reports.dashboards import Dashboard, Tile, dashboards
from reports.definitions import shipped
from reports.policies import ALL_ROWS, MAY_READ
from reports.registries import source_for


def open_dashboards(viewer: Any) -> list[Dashboard]:
    """Those ``viewer`` may open, in order. Whose rows their tiles show is the reports' business."""
    return [dashboard for dashboard in dashboards.values() if may_open(viewer, dashboard)]


def may_open(viewer: Any, dashboard: Dashboard) -> bool:
    if not all(viewer.has_perm(permission) for permission in (MAY_READ, *dashboard.permissions)):
        return False
    if dashboard.needs == "team" and not viewer.has_perm(ALL_ROWS) and not viewer.managed_teams.exists():
        return False
    return bool(open_tiles(viewer, dashboard))


def open_tiles(viewer: Any, dashboard: Dashboard) -> list[Tile]:
    """The tiles whose reports ``viewer`` may make at all."""
    return [tile for tile in dashboard.tiles if source_for(shipped[tile.report].spec.source).may_use(viewer)]


def team_choices(viewer: Any) -> list[tuple[str, str]]:
    """All teams for those who see everybody's rows, else those one manages: of another one would see oneself alone."""
    source = source_for("teams")
    teams = source.scope(source.queryset(), viewer).order_by("name", "pk")
    return [(str(key), name) for key, name in teams.values_list("uuid", "name")]


def people_called(viewer: Any, words: str) -> QuerySet:
    """People whose rows ``viewer`` may see, with each of ``words`` in their name or address."""
    source = source_for("learners")
    people = source.scope(source.queryset(), viewer)
    for word in words.split()[:5]:
        people = people.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word))
    return people.order_by("last_name", "first_name", "email")
