"""A difference between the site and its analytics is found, to the day and the number."""

import datetime as dt

import pytest
import time_machine

from analytics import services
from analytics.models import NONE, ActivityFact, EventFact, Reconciliation, Rollup
from analytics.tasks import reconcile as reconcile_task
from tests.factories.analytics import make_history, make_runs, take_in

pytestmark = pytest.mark.django_db(databases=["default", "analytics"])


@pytest.fixture
def runs(db):
    runs = make_runs()
    make_history(runs)
    take_in()
    return runs


def test_all_is_well(runs):
    found = services.reconcile()
    assert found.is_well
    assert found.days == 61


def test_a_fact_that_is_missing(runs):
    fact = EventFact.objects.filter(verb="course:enrolled").order_by("day").first()
    there = EventFact.objects.filter(verb="course:enrolled", day=fact.day).count()
    fact.delete()
    drifts = services.reconcile().drifts
    assert [fact.day.isoformat(), "course:enrolled", "rows", there, there - 1] in drifts
    assert [fact.day.isoformat(), "rollup enrollments", "value", there - 1, there] in drifts


def test_a_fact_of_nothing(runs):
    day = dt.date(2026, 9, 1)
    ActivityFact.objects.create(day=day, enrollment=NONE, lesson_key=NONE, hits=3)
    drifts = services.reconcile().drifts
    assert ["2026-09-01", "activity", "rows", 0, 1] in drifts
    assert ["2026-09-01", "activity", "hits", 0, 3] in drifts


def test_a_rollup_that_is_wrong(runs):
    wrong = Rollup.objects.filter(measure="visits", by="course+team", value__gt=0).first()
    Rollup.objects.filter(pk=wrong.pk).update(value=wrong.value + 5)
    (drift,) = services.reconcile().drifts
    day, what, name, should, is_now = drift
    assert (day, what, name, is_now - should) == (wrong.start.isoformat(), "rollup visits", "value", 5)


def test_the_last_two_days_are_still_on_their_way(runs):
    last = EventFact.objects.order_by("-day").first()
    last.delete()
    at = dt.datetime.combine(last.day, dt.time(12), dt.UTC)
    with time_machine.travel(at + dt.timedelta(days=1), tick=False):
        assert services.reconcile().is_well
    with time_machine.travel(at + dt.timedelta(days=3), tick=False):
        assert not services.reconcile().is_well


def test_the_task_alarms_in_the_log(runs, caplog):
    reconcile_task()
    assert "analytics differs" not in caplog.text
    EventFact.objects.all().delete()
    reconcile_task()
    assert "analytics differs from its source" in caplog.text
    assert len(Reconciliation.objects.first().drifts) == 200


def test_only_the_last_ninety_are_kept(runs):
    for _time in range(92):
        Reconciliation.objects.create(at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), until=dt.date(2026, 1, 1), days=0)
    assert services.reconcile() == Reconciliation.objects.first()
    assert Reconciliation.objects.count() == 90
