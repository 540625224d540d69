"""Every leaderboard that the demo offers is what SQL by hand says, from the tables and from Redis."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.management import call_command

from accounts.roles import CONTENT_EDITOR
from accounts.services import set_roles
from gamification.boards import Board, Metric, Period, Standings
from gamification.models import GamificationSettings
from gamification.selectors import boards as tables
from gamification.selectors.board_choices import scopes_for
from gamification.services.board_server import BoardServer
from gamification.services.boards import board_slice, show_on_leaderboards
from gamification.services.points import adjust_points
from lms_pages.models import CoursePage, CourseStaff
from tests.gamification.boards_by_hand import NOW, OWN_DATES, by_hand, placed

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture
def administrator(settings):
    """Of the demo, in which some of the best work in the admin or teach, left, or are off; and points were taken back."""
    settings.TIME_ZONE = "Europe/Berlin"
    with time_machine.travel(NOW, tick=False):
        # Its history ends on the morning of its last day.
        call_command("load_demo", until=NOW.date() + timedelta(days=1), verbosity=0)
        people = get_user_model().objects
        best = [people.get(pk=person) for person, _points in by_hand(Board(period=Period.ALL))[:12:2]]
        editor, teacher, superuser, gone, off, fined = best
        set_roles(user=editor, roles=(CONTENT_EDITOR,))
        CourseStaff.objects.create(course=CoursePage.objects.live().first(), user=teacher)
        people.filter(pk=superuser.pk).update(is_superuser=True)
        people.filter(pk=gone.pk).update(is_active=False)
        show_on_leaderboards(learner=off, shown=False)
        adjust_points(learner=fined, points=-500, reason="Counted twice", actor=None)
        yield people.get(email="administrator@example.com")


def offered(viewer) -> list[Board]:
    """All that the page's filters lead ``viewer`` to."""
    _name, groups = scopes_for(viewer, Board())
    scopes = ["site", *(scope for group in groups for scope, _name, _is_at_hand in group.choices)]
    days = {name: day.isoformat() for name, day in zip(("from", "to"), OWN_DATES.values(), strict=True)}
    return [
        Board.read({"metric": metric, "scope": scope, **({"period": period} if period != Period.DATES else days)})
        for metric in Metric
        for scope in scopes
        for period in Period
    ]


def test_every_board_the_demo_offers_is_what_sql_by_hand_says(administrator, board_redis):
    names = {person.pk: person.name for person in get_user_model().objects.all()}
    redis, everybody = BoardServer(board_redis), len(names)
    compared, kept, filled, tied, alike = 0, 0, 0, 0, 0
    for board in offered(administrator):
        before = None
        for with_staff in (False, True):
            GamificationSettings.objects.update_or_create(defaults={"staff_on_leaderboards": with_staff})
            places = placed(by_hand(board, with_staff=with_staff))
            expected = Standings(tuple(places), len(places))
            assert tables.standings(board, 0, first=everybody) == expected, board
            if board.period != Period.DATES:
                facts = tables.facts_of(board)
                assert redis.standings(board, 0, first=everybody, beside=0, facts=facts) == expected, board
                kept += 1
            shown = board_slice(board=board, viewer=administrator, first=everybody)
            assert [row.person.name for row in shown.rows] == [names[place.learner] for place in places], board
            compared, filled = compared + 1, filled + bool(places)
            tied += len({place.value for place in places}) < len(places)
            alike, before = alike + (before == places), places
    # A comparison is worth something where somebody stands on the board, where ties are, and where staff would be.
    assert (compared, kept, filled, tied, alike) == (720, 600, 534, 381, 360 - 74)
