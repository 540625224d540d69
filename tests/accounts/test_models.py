"""Finding people by their address."""

import pytest
from django.db import connection

from accounts.models import User
from tests.factories.accounts import make_person

pytestmark = pytest.mark.django_db


def test_an_address_is_found_in_whatever_case():
    lea, mona = make_person(email="lea@example.com"), make_person(email="mona@example.com")
    User.objects.filter(pk=mona.pk).update(email="Mona@Example.com")
    make_person(email="leah@example.com")
    assert User.objects.with_address("LEA@example.com").get() == lea
    assert User.objects.get_by_natural_key("mona@EXAMPLE.com") == mona
    assert set(User.objects.with_address("lea@example.com", "mona@example.com", "nobody@example.com")) == {lea, mona}
    assert not User.objects.with_address("lea@example.co_", "").exists()


@pytest.mark.services
@pytest.mark.parametrize("addresses", [["Lea@example.com"], ["lea@example.com", "mona@example.com"]])
def test_the_index_serves_it(addresses):
    if connection.vendor != "postgresql":
        pytest.skip("The plan is PostgreSQL's: set DATABASE_URL.")
    with connection.cursor() as cursor:
        # A table this small is read whole unless told not to.
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "accounts_user_email_unique" in User.objects.order_by().with_address(*addresses).explain()
    assert "accounts_user_email_unique" not in User.objects.order_by().filter(email__iexact=addresses[0]).explain()
