"""Writing events and ringing for them."""

import pytest

from assessment.services import start_attempt, submit_attempt
from learning.models import LearningEvent
from learning.services.events import new_event, record_events
from learning.signals import events_recorded
from learning.verbs import Verb
from tests.factories.learning import make_enrollment
from tests.factories.quizzes import make_quiz, make_taker

pytestmark = pytest.mark.django_db


@pytest.fixture
def rings():
    """The verbs that each ring told of."""
    heard: list[list[Verb]] = []

    def hear(sender, events, **kwargs):
        heard.append([event.verb for event in events])

    events_recorded.connect(hear)
    yield heard
    events_recorded.disconnect(hear)


def test_many_events_ring_once(rings, django_capture_on_commit_callbacks):
    run = make_enrollment()
    before = LearningEvent.objects.count()
    events = [new_event(verb=Verb.COURSE_LEFT, idempotency_key=f"test:{number}", enrollment=run) for number in range(2)]
    with django_capture_on_commit_callbacks(execute=True):
        record_events(events)
    assert rings == [["course:left", "course:left"]]
    assert LearningEvent.objects.count() == before + 2


def test_an_attempt_that_is_handed_in_empty_rings_for_what_happened_and_not_for_its_answers(
    rings, caplog, django_capture_on_commit_callbacks
):
    quiz = make_quiz()
    attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz)
    with django_capture_on_commit_callbacks(execute=True):
        submit_attempt(attempt=attempt)
    assert rings == [["quiz:submitted"], ["quiz:graded"], ["lesson:completed"], ["course:completed"]]
    assert not caplog.records
