"""What Check connections says of analytics."""

import pytest
import time_machine
from django.db import OperationalError
from django.urls import reverse

from analytics import checks, services
from analytics.models import EventFact, Reconciliation
from tests.factories.accounts import make_person
from tests.factories.analytics import make_history, make_runs, take_in

pytestmark = pytest.mark.django_db(databases=["default", "analytics"])


def test_from_the_first_day_to_a_difference():
    with time_machine.travel("2026-11-24T09:00Z", tick=False) as clock:
        assert checks.analytics().words == "nothing was taken in yet; the worker does it every minute"
        make_history(make_runs())
        take_in()
        clock.shift(60)
        assert checks.analytics().words == "taken in 1\xa0minute ago"
        services.reconcile()
        assert checks.analytics().words == "taken in 1\xa0minute ago; the same as the site on 61 days"
        clock.shift(20 * 60)
        found = checks.analytics()
        assert (found.is_well, found.words) == (False, "took in what happened up to 21\xa0minutes ago")
        EventFact.objects.filter(verb="course:completed", day="2026-10-01").delete()
        services.reconcile()
        drift = Reconciliation.objects.first().drifts[0]
        found = checks.analytics()
        assert not found.is_well
        assert found.words.startswith(
            f"differs from the site: on 2026-10-01 course:completed, rows 0 instead of {drift[3]}; differences: "
        )
        assert found.mend == "Make it anew: manage.py rebuild_analytics"
        services.rebuild()
        services.reconcile()
        assert checks.analytics().is_well


def test_a_database_that_is_gone_is_named(client, monkeypatch):
    def gone():
        raise OperationalError("secret.example.com refused")

    monkeypatch.setattr(checks.FoldState.objects, "all", gone)
    client.force_login(make_person("Ada Admin", roles=("administrator",)))
    page = client.get(reverse("operations_connections")).content.decode()
    assert "the database does not answer (OperationalError); nothing is lost" in page
    assert "Start the server named by ANALYTICS_DATABASE_URL" in page
    assert "secret.example.com" not in page
