"""Going back behind the schedules' new kinds sends nobody else's rows, and nothing more often."""

import importlib

import pytest
from django.apps import apps

from tests.factories.reports import make_schedule

pytestmark = pytest.mark.django_db

migration = importlib.import_module("reports.migrations.0003_schedules")


@pytest.mark.parametrize(
    ("days", "before"),
    [
        ("daily", ("weekly", [0, 1, 2, 3, 4, 5, 6], 5, True)),
        ("weekdays", ("weekly", [0, 1, 2, 3, 4], 5, True)),
        ("weekly", ("weekly", [2], 5, True)),
        ("monthly", ("monthly", [2], 5, True)),
        ("month_end", ("monthly", [2], 31, True)),
        ("hourly", ("weekly", [2], 5, False)),
        ("quarterly", ("monthly", [2], 5, False)),
        ("quarter_end", ("monthly", [2], 5, False)),
    ],
)
def test_kinds_go_back_to_what_was_known(days, before):
    schedule = make_schedule(days=days, weekdays=[2], month_day=5)
    migration.back_to_what_was_known(apps, None)
    schedule.refresh_from_db()
    assert (schedule.days, schedule.weekdays, schedule.month_day, schedule.is_enabled) == before
