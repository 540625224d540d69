"""The tasks of beat, where the database answers and where it is gone."""

import pytest
from django.db import OperationalError

from analytics import services, tasks
from analytics.models import StalePeriod
from tests.factories.analytics import answer, make_history, make_runs, rollups

pytestmark = pytest.mark.django_db(databases=["default", "analytics"])


def test_every_minute_days_and_every_hour_the_rest():
    make_history(make_runs())
    tasks.take_in()
    assert rollups() == {key: value for key, value in answer().items() if key[1] == "day"}
    assert set(StalePeriod.objects.values_list("grain", flat=True)) == {"week", "month"}
    tasks.take_in_late()
    assert rollups() == answer()
    assert not StalePeriod.objects.exists()


@pytest.mark.parametrize("task", [tasks.take_in, tasks.take_in_late, tasks.reconcile])
def test_a_database_that_is_gone_is_one_line_in_the_log(task, monkeypatch, caplog):
    def gone(*_args, **_options):
        raise OperationalError("connection refused by secret.example.com")

    for name in ("fold", "add_up", "reconcile"):
        monkeypatch.setattr(services, name, gone)
    task()
    assert "analytics waits: a database does not answer (OperationalError)" in caplog.text
    assert "secret.example.com" not in caplog.text
