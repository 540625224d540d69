"""Dashboards as data: every tile is a report that there is, can be narrowed by what its page offers, and can be drawn."""

import datetime as dt

import pytest

from reports.checking import check_spec
from reports.columns import Operator
from reports.dashboards import FILTERS, Narrowing, dashboards
from reports.definitions import shipped
from reports.periods import Span, stretch
from reports.views.tiles import tile_definition

TILES = [
    pytest.param(board, tile, id=f"{board.slug}-{tile.key}") for board in dashboards.values() for tile in board.tiles
]


def test_there_are_six():
    assert list(dashboards) == ["overview", "course", "team", "learner", "content", "trends", "operations"]
    for board in dashboards.values():
        keys = [tile.key for tile in board.tiles]
        assert len(set(keys)) == len(keys)
        assert board.version >= 1


@pytest.mark.parametrize(("board", "tile"), TILES)
def test_a_tile_is_a_report_that_its_page_can_narrow(board, tile):
    """What the page is narrowed to is never silently dropped by one of its tiles."""
    spec = tile_definition(tile).spec
    check_spec(spec)
    filters = {entry.name: entry for entry in spec.filters}
    assert {FILTERS[name] for name in board.choices} <= set(filters)
    if tile.days:
        assert filters[tile.days].operator == Operator.BETWEEN
    if tile.figure is not None:
        assert tile.figure < len(spec.figures)
        assert tile.width == "quarter"
        assert tile.days or tile.note
    elif not tile.lists:
        assert spec.chart
    if tile.figure is None:
        assert str(tile.empty).endswith(".")


def test_days_of_the_page_stand_in_for_the_reports_own():
    board = dashboards["overview"]
    days = stretch(Span.WEEKS, dt.date(2026, 11, 22))
    narrowing = Narrowing(Span.WEEKS, days, None, {"course": "c", "team": "t"})
    tile = board.tile("weekly")
    assert list(narrowing.fields(tile, shipped[tile.report].spec, days)) == [
        ("clock", "site"),
        ("day_between-value", "2026-08-31"),
        ("day_between-until", "2026-11-22"),
        ("course_any_of-values", "c"),
        ("team_any_of-values", "t"),
        ("day_within-relative", ""),
    ]
    tile = board.tile("overdue")
    assert list(narrowing.fields(tile, shipped[tile.report].spec, days)) == [
        ("clock", "site"),
        ("course_any_of-values", "c"),
        ("team_any_of-values", "t"),
    ]
