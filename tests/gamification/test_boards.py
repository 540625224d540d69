"""What an address names, and which days a board counts."""

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamification.boards import EARLIEST, LATEST, Among, Board, Metric, Period
from gamification.exceptions import UnknownBoard

KEY = UUID("6f1c0e2a-8a51-4f7e-9a35-0d9f0f0c1a11")
TODAY = date(2026, 11, 26)


def parts(query: str) -> dict[str, str]:
    return dict(part.split("=") for part in query.replace("%3A", ":").split("&"))


def test_an_empty_address_is_points_of_everybody_this_month():
    board = Board.read({"scope": "", "from": "", "to": ""})
    assert board == Board(Metric.POINTS, Among.SITE, None, Period.MONTH)
    assert board.query == "metric=points&scope=site&period=month"


def test_an_address_names_one_board_and_a_board_one_address():
    query = {"metric": "quiz", "scope": f"course:{KEY}", "period": "quarter"}
    board = Board.read(query)
    assert board == Board(Metric.QUIZ, Among.COURSE, KEY, Period.QUARTER)
    assert parts(board.query) == query


def test_days_make_it_own_dates_whatever_the_period_says():
    board = Board.read({"period": "month", "from": "2026-03-01", "to": "2026-04-15"})
    assert (board.period, board.first, board.last) == (Period.DATES, date(2026, 3, 1), date(2026, 4, 15))
    assert parts(board.query) == {
        "metric": "points", "scope": "site", "period": "dates", "from": "2026-03-01", "to": "2026-04-15"
    }  # fmt: skip
    assert Board.read({"to": "2026-04-15"}).first is None


DAYS = st.dates(EARLIEST, LATEST)
SCOPES = st.one_of(
    st.just((Among.SITE, None)),
    st.tuples(st.just(Among.TOPIC), st.integers(0, 10**12)),
    st.tuples(st.sampled_from([Among.COURSE, Among.COHORT, Among.TEAM]), st.uuids()),
)
TIMES = st.one_of(
    st.tuples(st.sampled_from([period for period in Period if period != Period.DATES]), st.none(), st.none()),
    st.lists(DAYS, min_size=2, max_size=2).map(lambda pair: (Period.DATES, min(pair), max(pair))),
    DAYS.map(lambda day: (Period.DATES, day, None)),
)


@given(st.sampled_from(Metric), SCOPES, TIMES)
def test_every_board_comes_back_from_its_address(metric, scope, times):
    board = Board(metric, *scope, *times)
    assert Board.read(parts(board.query)) == board


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"metric": "money"}, "There is no leaderboard of “money”."),
        ({"period": "year"}, "There is no leaderboard for the time “year”."),
        ({"period": "dates"}, "Own dates need a first or a last day."),
        ({"scope": "world"}, "There is no leaderboard among “world”."),
        ({"scope": "site:1"}, "There is no leaderboard among “site:1”."),
        ({"scope": "course"}, "There is no leaderboard among “course”."),
        ({"scope": "course:1"}, "There is no leaderboard among “course:1”."),
        ({"scope": f"topic:{KEY}"}, f"There is no leaderboard among “topic:{KEY}”."),
        ({"scope": "topic:-1"}, "There is no leaderboard among “topic:-1”."),
        ({"scope": "topic:٣"}, "There is no leaderboard among “topic:٣”."),
        ({"scope": "topic:9999999999999999999"}, "There is no leaderboard among “topic:9999999999999999999”."),
        ({"from": "yesterday"}, "“yesterday” is no day. Write it as year, month and day, such as 2026-11-30."),
        ({"to": "2026-02-30"}, "“2026-02-30” is no day. Write it as year, month and day, such as 2026-11-30."),
        ({"from": "0001-01-01"}, "“0001-01-01” is no day. Write it as year, month and day, such as 2026-11-30."),
        ({"from": "2026-02-02", "to": "2026-02-01"}, "The last day lies before the first one."),
    ],
)
def test_what_it_does_not_know_is_refused_in_a_sentence(query, sentence):
    with pytest.raises(UnknownBoard) as refused:
        Board.read(query)
    assert refused.value.args == (sentence,)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("period", "today", "first", "last"),
    [
        (Period.DAY, TODAY, TODAY, TODAY),
        (Period.WEEK, TODAY, date(2026, 11, 23), date(2026, 11, 29)),
        (Period.WEEK, date(2027, 1, 3), date(2026, 12, 28), date(2027, 1, 3)),
        (Period.MONTH, TODAY, date(2026, 11, 1), date(2026, 11, 30)),
        (Period.MONTH, date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (Period.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (Period.QUARTER, TODAY, date(2026, 10, 1), date(2026, 12, 31)),
        (Period.QUARTER, date(2026, 3, 31), date(2026, 1, 1), date(2026, 3, 31)),
        (Period.ALL, TODAY, None, None),
    ],
)
def test_days_of_a_period(period, today, first, last):
    assert Board(period=period).days(today) == (first, last)


def test_a_day_ends_at_midnight_of_the_sites_zone_also_when_clocks_change():
    """25 October 2026 has 25 hours in Berlin."""
    board = Board(period=Period.DATES, first=date(2026, 10, 25), last=date(2026, 10, 25))
    start, end = board.moments(TODAY, ZoneInfo("Europe/Berlin"))
    assert start == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert end == datetime(2026, 10, 25, 23, tzinfo=UTC)
