"""Moving many people between teams at once, as `assign_team` does for one, and taking it back."""

from datetime import date, timedelta
from typing import Any

from accounts.models import Team, TeamMembership
from workbench.days import site_day


def current_teams(people: list[Any]) -> dict[int, Team]:
    """The team each person belongs to from today on, as `primary_team` says it for one. One query.

    A membership whose last day is today is over for a file: it says how things are from now on.
    """
    rows = TeamMembership.objects.current().filter(user__in=people).select_related("team")
    rows = rows.exclude(until=site_day())
    # The last one of a person wins, so the order is that of `primary_team` backwards.
    return {row.user_id: row.team for row in rows.order_by("is_primary", "since", "pk")}


def move_people(moves: list[tuple[Any, Team | None]]) -> dict[int, dict[str, list[int]]]:
    """Give each person their team from today on; what that changed, by person, for `move_back`.

    A fixed number of queries, and one more for each day on which an ended membership had begun.
    """
    today = site_day()
    open_ones: dict[int, list[TeamMembership]] = {}
    for row in TeamMembership.objects.filter(user__in=[person for person, _team in moves], until=None):
        open_ones.setdefault(row.user_id, []).append(row)
    traces: dict[int, dict[str, list[int]]] = {}
    ended: dict[date, list[int]] = {}
    raised: list[int] = []
    made: list[TeamMembership] = []
    for person, team in moves:
        trace = traces.setdefault(person.pk, {})
        mine = open_ones.get(person.pk, [])
        if team is not None and any(row.is_primary and row.team_id == team.pk for row in mine):
            continue
        for row in mine:
            if row.is_primary:
                ended.setdefault(max(today - timedelta(days=1), row.since), []).append(row.pk)
                trace.setdefault("ended", []).append(row.pk)
        if team is None:
            continue
        other = next((row for row in mine if row.team_id == team.pk), None)
        if other is not None:
            raised.append(other.pk)
            trace["raised"] = [other.pk]
        else:
            made.append(TeamMembership(user=person, team=team, since=today))
    for day, keys in ended.items():
        TeamMembership.objects.filter(pk__in=keys).update(until=day)
    TeamMembership.objects.filter(pk__in=raised).update(is_primary=True)
    for row in TeamMembership.objects.bulk_create(made):
        traces[row.user_id]["made"] = [row.pk]
    return traces


def move_back(traces: list[dict[str, list[int]]]) -> None:
    """Undo `move_people`."""

    def keys(what: str) -> list[int]:
        return [key for trace in traces for key in trace.get(what, ())]

    TeamMembership.objects.filter(pk__in=keys("made")).delete()
    TeamMembership.objects.filter(pk__in=keys("raised")).update(is_primary=False)
    TeamMembership.objects.filter(pk__in=keys("ended")).update(until=None)
