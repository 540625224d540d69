"""Rebuilt from the site's rows, all is as it was, and broken off nothing is."""

import pytest
from django.core.management import call_command

from analytics import services
from analytics.models import EventFact, Feed, Rollup
from analytics.services import rebuilding
from tests.analytics.test_folding import facts
from tests.factories.analytics import answer, make_history, make_runs, rollups, take_in

pytestmark = pytest.mark.django_db(databases=["default", "analytics"])


@pytest.fixture
def history(db):
    make_history(make_runs())
    take_in()


def test_it_gives_the_same_rows(history):
    before = facts(), rollups()
    assert services.rebuild() == len(before[0][0]) + len(before[0][1])
    assert (facts(), rollups()) == before


def test_what_was_spoiled_is_mended_and_said(history, capsys):
    EventFact.objects.filter(verb="course:completed").delete()
    Rollup.objects.update(value=7)
    call_command("rebuild_analytics")
    assert rollups() == answer()
    said = capsys.readouterr().out
    assert "rows taken in." in said
    assert "no difference." in said


def test_broken_off_it_changes_nothing(history, monkeypatch):
    before = facts(), rollups()
    monkeypatch.setattr(rebuilding, "add_up_some", lambda *_args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.rebuild()
    assert (facts(), rollups()) == before
    monkeypatch.undo()
    assert services.fold(Feed.EVENTS) > 0
