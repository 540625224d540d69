"""Loading the demo academy: the same rows for the same seed and day, never over data, never in production."""

from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import Invitation, Team
from analytics.models import EventFact, StalePeriod
from learning.models import Enrollment, LearningEvent
from lms_pages.models import CoursePage
from reports.models import Schedule
from tests.factories.learning import activity_of
from tracking.models import PageView
from workbench.models import ImportBatch

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 22)


def load(**options):
    call_command("load_demo", until=DAY, learners=12, verbosity=0, **options)


def rows() -> list:
    """What was done by whom and when, without ids that are random on purpose."""
    return [
        list(
            LearningEvent.objects.order_by("occurred_at", "pk").values_list(
                "verb", "learner__email", "page_title", "occurred_at", "score", "data__attempt", "data__is_right"
            )
        ),
        list(
            Enrollment.objects.order_by("pk").values_list(
                "learner__email", "course__slug", "status", "due_on", "completed_at"
            )
        ),
        list(get_user_model().objects.order_by("pk").values_list("email", "first_name", "last_name", "date_joined")),
        list(PageView.objects.order_by("at", "pk").values_list("at", "kind", "title", "is_signed_in")),
    ]


def test_the_same_seed_and_day_give_the_same_rows():
    before = transaction.savepoint()
    load()
    first = rows()
    transaction.savepoint_rollback(before)
    assert not get_user_model().objects.exists()

    load()

    assert len(first[0]) > 100
    assert rows() == first
    nothing_lies_in_the_future_and_nobody_is_left_out()


def nothing_lies_in_the_future_and_nobody_is_left_out():
    """Asked of the load above: loading takes seconds."""
    assert not LearningEvent.objects.filter(occurred_at__date__gt=DAY).exists()
    assert CoursePage.objects.live().count() == 4
    # Those of the load that was taken back are there as well.
    taken_in = set(EventFact.objects.values_list("uuid", flat=True))
    assert set(LearningEvent.objects.values_list("uuid", flat=True)) <= taken_in
    assert not StalePeriod.objects.exists()
    assert Team.objects.count() == 8
    assert not Team.objects.filter(managers=None).exists()
    assert Schedule.objects.count() == 2
    emails = {
        f"{name}@example.com" for name in ("administrator", "editor", "instructor", "manager", "reporter", "learner")
    }
    assert set(get_user_model().objects.filter(email__in=emails).values_list("email", flat=True)) == emails
    imports = ImportBatch.objects.order_by("pk")
    assert list(imports.values_list("state", "new_count", "changed_count", "same_count", "error_count")) == [
        ("written", 0, 5, 1, 0),
        ("checked", 4, 2, 1, 0),
        ("checked", 2, 0, 0, 3),
    ]
    assert Invitation.objects.pending().count() == 5
    visits = sum(visits for visits, *_more in activity_of(Enrollment.objects.all()))
    assert PageView.objects.filter(kind="lesson").count() == visits > 100
    assert not PageView.objects.filter(at__date__gte=DAY).exists()
    counted = Enrollment.objects.get(learner__email="learner@example.com", course__slug="sql-for-analysts")
    assert (counted.completed_lessons, counted.required_lessons, counted.status) == (6, 15, "active")


def test_it_refuses_a_site_with_people_and_changes_nothing(learner):
    with pytest.raises(CommandError, match="needs an empty site"):
        load()
    assert get_user_model().objects.count() == 1
    assert not CoursePage.objects.exists()


def test_it_refuses_production(settings):
    settings.LECTERN_DEMO_ALLOWED = False
    with pytest.raises(CommandError, match="production"):
        load()
    assert not get_user_model().objects.exists()
