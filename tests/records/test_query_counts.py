"""Every list of records asks as many queries at 20,000 rows as at 20. The plain tests ask at 200: it is the same question."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import make_person
from tests.factories.many import MANY
from tests.query_table import expect_queries
from workbench.modeladmin import registered

pytestmark = pytest.mark.django_db
FEW, SOME, MOST = 20, 200, 20_000
CEILING = 25


def label(admin) -> str:
    return admin.model._meta.label


def test_every_list_has_its_rows():
    assert {label(admin) for admin in registered} - set(MANY) == set(), "Add a function to tests/factories/many.py."


@pytest.mark.parametrize("admin", registered, ids=label)
def test_a_list_costs_the_same_for_few_and_some(client, admin):
    few, many = assert_costs_the_same(client, admin, SOME)
    expect_queries("Lists of the admin", label(admin), few, many)


@pytest.mark.services
@pytest.mark.parametrize("admin", registered, ids=label)
def test_a_list_costs_the_same_for_few_and_very_many(client, admin):
    assert_costs_the_same(client, admin, MOST)


def assert_costs_the_same(client, admin, most: int) -> tuple[int, int]:
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
    MANY[label(admin)](most - FEW)
    many = queries()

    assert totals[1] - totals[0] >= most - FEW
    assert shown[1] == admin.list_per_page
    assert many == few
    assert many <= CEILING
    return few, many
