"""Hit rates, as a command and on a page; and that a demo's visitors get most of what is kept."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from redis.exceptions import ConnectionError as Unreachable

from tests.factories.accounts import make_person
from workbench import kept


@pytest.fixture(autouse=True)
def nothing_counted(db):
    kept.counts.clear()


def report() -> str:
    out = StringIO()
    call_command("cache_report", stdout=out)
    return out.getvalue()


def test_before_anything_was_asked_for():
    assert report() == "Nothing was asked for yet. Open a page, then look again.\n"


def test_the_rates():
    kept.counts.update({("outlines", "hits"): 3, ("outlines", "misses"): 1, ("addresses", "passed"): 2})
    assert report().splitlines() == [
        "               taken      made passed by hit rate",
        "addresses          0         0         2        –",
        "outlines           3         1         0     75 %",
        "In all 75 % of 4.",
    ]


def test_a_server_that_is_gone_is_said(monkeypatch):
    class Gone:
        def hgetall(self, name):
            raise Unreachable

    monkeypatch.setattr(kept, "redis_behind_cache", Gone)
    with pytest.raises(CommandError, match=r"cannot be reached \(ConnectionError\)"):
        report()


def test_the_page_of_connections_shows_them(client):
    client.force_login(make_person("Ada Admin", roles=("administrator",)))
    kept.counts.update({("outlines", "hits"): 1234, ("outlines", "misses"): 66})
    page = client.get(reverse("operations_connections")).content.decode()
    row = page[page.index("Outlines") :].partition("</tr>")[0]
    assert ("1,234" in row, "66" in row, "94 %" in row) == (True, True, True)
