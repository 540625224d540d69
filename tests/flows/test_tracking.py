"""Ten minutes of one learner, and what analytics services hear of them: what was agreed to, each thing once."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from assessment.services import start_attempt
from learning.models import Enrollment
from library.models import Document, Media
from tests.factories.accounts import make_person
from tests.factories.lms_pages import catalog, lessons_of, make_course, make_module
from tests.factories.quizzes import answers_to, make_quiz
from tests.factories.tracking import switch_on, use_stand_in
from tracking import middleware
from tracking.models import Dispatch
from tracking.selectors.consent import Choice
from tracking.services import sending
from tracking.standin import StandIn
from tracking.tasks import look_again, send_events

pytestmark = pytest.mark.django_db
HERE = {"HTTP_ORIGIN": "http://testserver"}
# Of each service: six pages (the lesson once more after it was finished, then the quiz, its form, its end and its review).
BADGES = {"First steps", "Course completed", "Sharp eye", "At the first go", "Flawless"}


class Learner:
    """One person and their browser; each step takes half a minute, and beat does its work after it."""

    def __init__(self, client, clock, capture):
        self.client, self.clock, self.capture = client, clock, capture
        self.pages = Counter()

    def wait(self):
        self.clock.shift(timedelta(seconds=30))
        send_events()

    def get(self, address: str):
        with self.capture(execute=True):
            answer = self.client.get(address)
        assert answer.status_code == 200, address
        if hasattr(answer, "context") and answer.context is not None:
            self.pages["page_view"] += 1
        self.wait()
        return answer

    def post(self, address: str, data: dict | None = None, status: int = 302):
        with self.capture(execute=True):
            answer = self.client.post(address, data or {}, **HERE)
        assert answer.status_code == status, address
        self.wait()
        return answer


@pytest.fixture
def stand_in(settings, committed):
    with StandIn() as running:
        use_stand_in(settings, running)
        switch_on("ga4", "mixpanel")
        committed()
        yield running


@pytest.fixture
def learner(client, django_capture_on_commit_callbacks):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        person = Learner(client, clock, django_capture_on_commit_callbacks)
        client.force_login(make_person("Lea Learner", email="lea@example.com"))
        yield person


def ten_minutes(learner: Learner) -> Counter:
    """What services are to hear: of what happens after she agreed."""
    course = make_course("Fire safety", modules=1, lessons=1, with_check=False)
    (lesson,) = lessons_of(course)
    quiz = make_quiz(make_module(course), title="Doors and ladders", pass_mark=Decimal("0.5"))
    film = Media.objects.create(title="A film", file=ContentFile(b"film", name="film.mp4"), type="video", duration=4)
    paper = Document.objects.create(title="A paper", file=ContentFile(b"paper", name="paper.txt"))
    send_events()
    # Before she says anything.
    for address in ("/my-learning/", catalog().url, course.url, "/search/?q=fire"):
        learner.get(address)
    learner.client.get(paper.url)
    learner.wait()
    assert not Dispatch.objects.exists()
    learner.pages.clear()
    learner.post("/usage-data/", {"choice": "yes", "next": course.url})
    # From here on.
    learner.get(course.url)
    learner.get("/search/?q=ladder")
    learner.post(reverse("learning:enroll", args=[course.translation_key]))
    run = Enrollment.objects.get()
    ticket = learner.get(lesson.url).context["ticket"]
    beacon = reverse("tracking:beacon")
    learner.post(beacon, {"ticket": ticket, "seconds": 20}, status=204)
    for percent in (25, 50, 75, 100):
        learner.post(beacon, {"ticket": ticket, "media": film.pk, "percent": percent}, status=204)
    assert b"".join(learner.client.get(paper.url).streaming_content) == b"paper"
    learner.wait()
    learner.post(reverse("learning:complete", args=[run.uuid, lesson.translation_key]))
    learner.get(quiz.url)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    data = {"asked": [1, 2], **{f"q{place}": given["options"] for place, given in answers_to(attempt).items()}}
    learner.post(reverse("assessment:attempt", args=[attempt.uuid]), {**data, "go": "finish"})
    learner.post(reverse("assessment:finish", args=[attempt.uuid]))
    learner.get(reverse("learning:completion", args=[run.uuid]))
    assert Enrollment.objects.values_list("status", "seconds").get() == ("completed", 20)
    return learner.pages + Counter(
        search=1,
        course_enrolled=1,
        lesson_completed=2,
        quiz_submitted=1,
        video_progress=4,
        file_download=1,
        badge_earned=len(BADGES),
    )


def heard(stand_in: StandIn) -> dict[str, Counter]:
    found: dict[str, Counter] = {"ga4": Counter(), "mixpanel": Counter()}
    for arrival in stand_in.received:
        found[arrival.vendor][arrival.name] += 1
    return found


def settle(learner: Learner) -> None:
    """An hour later: what was to be tried again was."""
    for _turn in range(120):
        learner.wait()
    look_again()
    send_events()


def test_each_thing_is_heard_once_by_both_and_nothing_from_before_she_agreed(learner, stand_in):
    expected = ten_minutes(learner)
    settle(learner)
    assert expected["page_view"] == 5
    assert heard(stand_in) == {"ga4": expected, "mixpanel": expected}
    assert stand_in.dropped == []
    assert set(Dispatch.objects.values_list("state", flat=True)) == {"sent"}
    by_name = {name: [one.params for one in stand_in.received if one.name == name] for name in expected}
    assert {params["badge"] for params in by_name["badge_earned"]} == BADGES
    assert sorted(params["percent"] for params in by_name["video_progress"]) == [25, 25, 50, 50, 75, 75, 100, 100]
    assert {params["search_term"] for params in by_name["search"]} == {"ladder"}
    assert {params["file_name"] for params in by_name["file_download"]} == {"A paper"}
    # One sitting, one pseudonym, and nobody's name in any of it.
    assert len({one.params["session_id"] for one in stand_in.received if one.vendor == "ga4"}) == 1
    assert len({one.visitor for one in stand_in.received}) == 2
    for secret in ("Lea", "lea@", str(Enrollment.objects.get().learner.uuid), str(Enrollment.objects.get().uuid)):
        assert secret not in str(stand_in.received)


def test_also_when_both_answer_500_for_a_while(learner, stand_in):
    stand_in.fail_with(*[500] * 12)
    expected = ten_minutes(learner)
    settle(learner)
    assert heard(stand_in) == {"ga4": expected, "mixpanel": expected}
    assert set(Dispatch.objects.values_list("state", flat=True)) == {"sent"}
    assert Dispatch.objects.filter(tries__gt=1).exists()


def test_the_twin_that_does_not_ask_whether_she_agreed_tells_too_much(learner, stand_in, monkeypatch):
    """Two guards stand there: who asks before it is written, and who asks before it is sent."""
    monkeypatch.setattr(middleware, "may_tell", lambda request: Choice(True, "1" * 32))
    learner.get("/my-learning/")
    assert stand_in.received == []
    monkeypatch.setattr(sending, "agreed", list)
    with pytest.raises(AssertionError):
        ten_minutes(learner)
    assert heard(stand_in)["mixpanel"] == {"page_view": 4, "search": 1}


def test_without_consent_nothing_leaves(learner, stand_in):
    learner.post("/usage-data/", {"choice": "no"})
    course = make_course("Fire safety", with_check=False)
    learner.get(course.url)
    learner.post(reverse("learning:enroll", args=[course.translation_key]))
    learner.get(lessons_of(course)[0].url)
    settle(learner)
    assert stand_in.received == []
    assert not Dispatch.objects.exists()
