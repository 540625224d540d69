"""Every shipped report and every source through the screens: it opens, its numbers open their rows, it can be customized."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.definitions import shipped
from reports.models import Report
from reports.registries import sources
from tests.factories.dashboards import make_academy
from tests.factories.forms import Form

pytestmark = pytest.mark.django_db


@pytest.fixture
def academy(client):
    academy = make_academy()
    client.force_login(academy.administrator)
    return academy


@pytest.mark.parametrize("slug", sorted(shipped))
def test_a_shipped_report_opens_drills_and_is_customized(client, academy, slug):
    address = reverse("reports_report", args=[slug])
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address)
    assert (page.status_code, len(queries) <= 20) == (200, True)
    shown = page.context["shown"]
    for table in filter(None, (shown.table, shown.summary)):
        for row in table.rows[:3]:
            for cell in row:
                if cell.url:
                    assert client.get(cell.url).status_code == 200, cell.url
    address = reverse("reports_customize", args=[slug])
    form = Form(client.get(address).content.decode(), "builder")
    saved = client.post(address, form.sent("save"))
    assert saved.status_code == 302, (dict(saved.context["found"].places), saved.context["found"].rest)
    report = Report.objects.get()
    assert report.based_on == slug
    assert in_order(report.spec) == in_order(shipped[slug].spec.model_dump(mode="json"))


def in_order(data):
    """A form sends what is chosen from a list in the order of the list."""
    if isinstance(data, dict):
        return {key: in_order(value) for key, value in data.items()}
    if isinstance(data, list) and all(isinstance(entry, str) for entry in data):
        return sorted(data)
    return [in_order(entry) for entry in data] if isinstance(data, list) else data


@pytest.mark.parametrize("key", sorted(sources))
def test_a_report_can_be_begun_on_every_source(client, academy, key):
    address = reverse("reports_build", args=[key])
    page = client.get(address)
    assert page.context["found"].count == 0
    assert page.context["trouble"] == []
    form = Form(page.content.decode(), "builder")
    # Each column there is, and each condition: the form offers nothing that it then refuses to draw.
    for place in ("columns", "conditions"):
        for column in filter(None, form.options[f"new-{place}"]):
            added = client.post(address, {**form.sent(f"add:{place}"), f"new-{place}": column})
            assert added.status_code == 200, column
            assert added.context["found"].rest == [], column
