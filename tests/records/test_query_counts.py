"""Every list of records asks as many queries at 20,000 rows as at 20."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import make_person
from tests.factories.many import MANY
from workbench.modeladmin import registered

pytestmark = pytest.mark.django_db
FEW, MOST = 20, 20_000
CEILING = 25


def label(admin) -> str:
    return admin.model._meta.label


def test_every_list_has_its_rows():
    assert {label(admin) for admin in registered} - set(MANY) == set(), "Add a function to tests/factories/many.py."


@pytest.mark.parametrize("admin", registered, ids=label)
def test_a_list_costs_the_same_at_two_sizes(client, admin):
    client.force_login(make_person("Ada Admin", roles=("administrator",)))
    url = admin.url_helper.index_url

    def queries() -> int:
        # The first visit fills what is remembered for longer than a request.
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(url)
        assert response.status_code == 200
        shown.append(len(response.context["object_list"]))
        totals.append(response.context["result_count"])
        return len(captured)

    shown: list[int] = []
    totals: list[int] = []
    MANY[label(admin)](FEW)
    few = queries()
    MANY[label(admin)](MOST - FEW)
    many = queries()

    assert totals[1] - totals[0] >= MOST - FEW
    assert shown[1] == admin.list_per_page
    assert many == few
    assert many <= CEILING
