"""How the site speaks to PostgreSQL."""

import pytest
from django.db import connection

pytestmark = [pytest.mark.services, pytest.mark.django_db]


def test_queries_are_not_compiled_before_they_run():
    if connection.vendor != "postgresql":
        pytest.skip("Only PostgreSQL compiles queries.")
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
