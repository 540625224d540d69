"""Two people who decide at the same moment, on a database that runs them at the same time."""

import threading
from functools import partial

import pytest

from learning.exceptions import AlreadyDecided
from learning.models import Enrollment, LearningEvent
from learning.services import approve_request, decline_request, enrollment, request_enrollment
from notifications.models import OutboxMail
from tests.factories.accounts import make_person
from tests.factories.lms_pages import make_course
from tests.races import at_once, need_postgresql

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture(autouse=True)
def postgresql(db):
    need_postgresql()


@pytest.fixture
def asked():
    return request_enrollment(learner=make_person(), course=make_course(enrollment_policy="request", modules=1))


def decide(asked):
    """One approves, one declines, with their own copies of the row."""
    first, second = (Enrollment.objects.get(pk=asked.pk) for _copy in range(2))
    boss = make_person()
    return at_once(
        partial(approve_request, enrollment=first, actor=boss),
        partial(decline_request, enrollment=second, actor=boss, reason="No."),
    )


def verdicts():
    return sorted(LearningEvent.objects.exclude(verb="course:requested").order_by("pk").values_list("verb", flat=True))


def test_of_an_approval_and_a_refusal_at_once_one_holds(asked):
    told = decide(asked)
    assert sum(isinstance(one, AlreadyDecided) for one in told) == 1
    asked.refresh_from_db()
    assert verdicts() == (["course:enrolled"] if asked.status == "active" else ["course:declined"])
    assert Enrollment.objects.count() == 1
    assert OutboxMail.objects.count() == 1


def test_the_twin_that_looks_and_then_writes_decides_twice(asked, monkeypatch):
    declined = threading.Event()

    def look_then_save(runs, values):
        run = runs.get()
        declined.wait(20)
        for name, value in values.items():
            setattr(run, name, value)
        run.save()
        return run

    def decline(**kwargs):
        try:
            return decline_request(**kwargs)
        finally:
            declined.set()

    monkeypatch.setattr(enrollment, "_start_requested", look_then_save)
    first, second = (Enrollment.objects.get(pk=asked.pk) for _copy in range(2))
    boss = make_person()
    at_once(
        partial(approve_request, enrollment=first, actor=boss),
        partial(decline, enrollment=second, actor=boss, reason="No."),
    )
    assert verdicts() == ["course:declined", "course:enrolled"]
