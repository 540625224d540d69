"""Expressions of the sources, beside what they must say in SQL."""

import pytest
from django.db import connection
from django.db.models import Count, Q
from django.test.utils import CaptureQueriesContext

from learning.models import Enrollment
from reports.expressions import is_true
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import make_course

pytestmark = pytest.mark.django_db
LATE = is_true(Q(due_on__lt="2026-11-01"))


@pytest.fixture
def runs():
    """One is late, one is not, and one is never due."""
    course = make_course(modules=1, lessons=1, with_check=False)
    days = ("2026-10-31", "2026-11-01", None)
    return [make_enrollment(make_person(), course, due_on=day) for day in days]


def test_what_nothing_is_known_of_is_no(runs):
    found = Enrollment.objects.annotate(late=LATE)
    assert dict(found.values_list("pk", "late")) == {runs[0].pk: True, runs[1].pk: False, runs[2].pk: False}
    assert set(found.filter(late=True)) == {runs[0]}
    assert set(found.filter(late=False)) == set(runs[1:])
    assert set(found.filter(Q(late=True) | Q(pk=runs[2].pk))) == {runs[0], runs[2]}
    assert found.aggregate(number=Count("pk", filter=Q(late=True))) == {"number": 1}


def test_asking_for_yes_asks_for_the_condition_that_an_index_may_answer(runs):
    found = Enrollment.objects.alias(late=LATE)
    with CaptureQueriesContext(connection) as asked:
        assert found.filter(late=True).count() == 1
        assert found.filter(late=False).count() == 2
    assert ["CASE" in query["sql"] for query in asked] == [False, True]
