"""Several at once, on PostgreSQL: who finds a feed held leaves it alone, and nothing is counted twice."""

import threading

import pytest
from django.db import connections, transaction

from analytics import services
from analytics.models import DATABASE, EventFact, Feed
from analytics.services.folding import hold, make_states
from tests.factories.analytics import answer, make_history, make_runs, rollups, take_in
from tests.races import none_fails

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, databases=["default", "analytics"], serialized_rollback=True),
]


@pytest.fixture(autouse=True)
def on_postgresql(transactional_db):
    if connections[DATABASE].vendor != "postgresql":
        pytest.skip("Needs PostgreSQL: run `make test-services`.")


def test_eight_at_once_and_again():
    make_history(make_runs(), events=500)
    for _time in range(3):
        none_fails(*[take_in] * 8)
    assert EventFact.objects.count() == 500
    assert rollups() == answer()


def test_a_worker_does_not_wait_for_who_holds_it():
    make_history(make_runs(people=2), events=30)
    make_states()
    held, go_on = threading.Event(), threading.Event()

    def holder() -> None:
        with transaction.atomic(using=DATABASE):
            hold(Feed.EVENTS)
            held.set()
            assert go_on.wait(30)

    def worker() -> tuple[int, int]:
        assert held.wait(30)
        try:
            return services.fold(Feed.EVENTS), services.fold(Feed.ACTIVITY)
        finally:
            go_on.set()

    (_none, (events, activity)) = none_fails(holder, worker)
    assert events == 0
    assert activity > 0
    assert not EventFact.objects.exists()
    take_in()
    assert rollups() == answer()


def test_made_anew_while_workers_take_in():
    make_history(make_runs(), events=200)
    take_in()
    before = rollups()
    none_fails(services.rebuild, *[take_in] * 4)
    assert rollups() == before == answer()
