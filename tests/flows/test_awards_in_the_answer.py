"""What was earned stands in the very answer that the learner gets: after a lesson, after a quiz, after the course."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from assessment.services import start_attempt
from gamification import receivers
from gamification.models import LearnerProfile, PointEntry
from learning.models import LearningEvent
from learning.services import enroll
from tests.factories.accounts import make_person
from tests.factories.lms_pages import lessons_of, make_course, make_module
from tests.factories.quizzes import answers_to, make_quiz

pytestmark = pytest.mark.django_db


def words(response) -> str:
    text = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.fixture
def send(client, django_capture_on_commit_callbacks):
    """Send a form, let what hangs on the commit happen before the answer as it does on a real site, and read the page that
    the answer leads to."""

    def post(address: str, data: dict | None = None) -> str:
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(address, data or {})
        assert answer.status_code == 302
        return words(client.get(answer.url))

    return post


def test_points_and_badges_are_told_in_the_answer_that_earned_them(client, send):
    course = make_course("Fire safety", modules=1, lessons=1, with_check=False)
    (lesson,) = lessons_of(course)
    quiz = make_quiz(make_module(course), title="Doors and ladders", pass_mark=Decimal("0.5"))
    learner = make_person("Lea Learner")
    client.force_login(learner)
    run = enroll(learner=learner, course=course)

    said = send(reverse("learning:complete", args=[run.uuid, lesson.translation_key]))
    assert "15 points for you" in said
    assert f"+10 Lesson “{lesson.title}” completed" in said
    assert "points for you" not in words(client.get(reverse("my_learning")))

    attempt = start_attempt(enrollment=run, quiz=quiz)
    data = {"asked": [1, 2], **{f"q{place}": given["options"] for place, given in answers_to(attempt).items()}}
    send(reverse("assessment:attempt", args=[attempt.uuid]), {**data, "go": "finish"})
    said = send(reverse("assessment:finish", args=[attempt.uuid]))
    # 10 for the lesson that the quiz is, 20 and 30 for its result, 100 for the course.
    assert "+160 You have reached the level Learner" in said
    assert "Course “Fire safety” completed" in said
    assert "Points earned" in said
    for badge in ("First steps", "Course completed", "Sharp eye", "At the first go", "Flawless"):
        assert badge in said
    assert LearnerProfile.objects.get(learner=learner).balance == 175
    assert PointEntry.objects.filter(learner=learner).count() == 6


def test_an_error_while_settling_costs_nobody_the_lesson(client, send, monkeypatch):
    course = make_course(modules=1, lessons=2, with_check=False)
    lesson = lessons_of(course)[0]
    learner = make_person()
    client.force_login(learner)
    run = enroll(learner=learner, course=course)
    monkeypatch.setattr("gamification.receivers.settle_learners", lambda **_what: 1 / 0)
    assert "is done" in send(reverse("learning:complete", args=[run.uuid, lesson.translation_key]))
    assert run.progress.count() == 1
    assert PointEntry.objects.count() == 0


def test_the_events_of_one_answer_are_settled_once(client, send, monkeypatch):
    """The last lesson writes two events, which ring one after the other; the first has taken in the second."""
    course = make_course("Fire safety", modules=1, lessons=1, with_check=False)
    (lesson,) = lessons_of(course)
    learner = make_person("Lea Learner")
    client.force_login(learner)
    run = enroll(learner=learner, course=course)
    settled = []
    settle = receivers.settle_learners
    monkeypatch.setattr(
        receivers,
        "settle_learners",
        lambda *, learner_ids: (settled.append(set(learner_ids)), settle(learner_ids=learner_ids)),
    )
    send(reverse("learning:complete", args=[run.uuid, lesson.translation_key]))
    assert LearningEvent.objects.filter(learner=learner, verb="course:completed").count() == 1
    assert settled == [{learner.pk}]
    # The twin that forgets what was taken in settles twice.
    monkeypatch.setattr(receivers, "has_taken_in", lambda events: False)
    other = enroll(learner=learner, course=make_course("First aid", modules=1, lessons=1, with_check=False))
    (lesson,) = lessons_of(other.course)
    settled.clear()
    send(reverse("learning:complete", args=[other.uuid, lesson.translation_key]))
    assert settled == [{learner.pk}, {learner.pk}]
