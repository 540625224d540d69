"""Facts in one part for each month, on PostgreSQL; and all rollups over a million events."""

import datetime as dt
import os

import pytest
import time_machine
from django.db import connections

from analytics import services
from analytics.models import DATABASE, ActivityFact, EventFact, ViewFact
from analytics.partitions import ensure_partitions
from analytics.rollups import Feed
from learning.models import LearningEvent
from tests.factories.analytics import answer, make_history, make_runs, rollups, take_in
from tracking.models import PageView

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(databases=["default", "analytics"]),
]


@pytest.fixture(autouse=True)
def on_postgresql(db):
    if connections[DATABASE].vendor != "postgresql":
        pytest.skip("Needs PostgreSQL: run `make test-services`.")


def parts(model) -> list[str]:
    with connections[DATABASE].cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY 1",
            [model._meta.db_table],
        )
        return [row[0] for row in cursor.fetchall()]


def plan(queryset) -> str:
    return queryset.explain()


def test_each_month_has_its_part():
    make_history(make_runs())
    take_in()
    for model in (EventFact, ActivityFact):
        table = model._meta.db_table
        assert parts(model) == [f"{table}_2026_09", f"{table}_2026_10", f"{table}_2026_11"]
    assert rollups() == answer()
    october = EventFact.objects.filter(
        occurred_at__gte=dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
        occurred_at__lt=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
    )
    asked = plan(october)
    assert "analytics_eventfact_2026_10" in asked
    assert "_2026_09" not in asked
    assert "_2026_11" not in asked


def test_old_months_of_page_views_are_dropped_as_a_whole():
    first = dt.datetime(2026, 10, 3, 9, tzinfo=dt.UTC)
    PageView.objects.bulk_create(PageView(at=first + dt.timedelta(days=day), kind="catalog") for day in range(40))
    take_in()
    table = ViewFact._meta.db_table
    assert parts(ViewFact) == [f"{table}_2026_10", f"{table}_2026_11"]
    with time_machine.travel(first + dt.timedelta(days=430), tick=False):
        assert services.forget() == 1
        assert parts(ViewFact) == [f"{table}_2026_11"]
        assert ViewFact.objects.count() == 11
        assert services.forget() == 0
        # What comes for a month that went is not lost.
        PageView.objects.create(at=first, kind="catalog")
        services.fold(Feed.VIEWS, back=dt.timedelta(days=600))
        assert parts(ViewFact) == [f"{table}_2026_10", f"{table}_2026_11"]


def test_the_last_second_of_a_month_and_the_first_of_the_next():
    ensure_partitions(EventFact, [dt.date(2026, 12, 31), dt.date(2027, 1, 1)])
    run = make_runs(people=1, courses=1)[0]
    for number, moment in enumerate(["2026-12-31T23:59:59.999999+00:00", "2027-01-01T00:00:00+00:00"]):
        LearningEvent.objects.create(
            verb="course:enrolled", occurred_at=dt.datetime.fromisoformat(moment), enrollment=run,
            learner=run.learner, course_key=run.course_key, idempotency_key=f"edge:{number}",
        )  # fmt: skip
    take_in()
    assert EventFact.objects.count() == 2
    assert rollups() == answer()


def test_rollups_of_a_million_events_are_the_raw_answer():
    """As many as `LECTERN_MANY_EVENTS` says; 20,000 where it says nothing, so that the gate stays short."""
    many = int(os.environ.get("LECTERN_MANY_EVENTS") or 20_000)
    make_history(make_runs(people=30, courses=4), events=many)
    take_in(seconds=3_600)
    assert EventFact.objects.count() == many
    assert rollups() == answer()
    assert services.reconcile().is_well
