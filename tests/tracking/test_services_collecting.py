"""What services are told of the learning record: of whom, since when, and how often."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from gamification.models import Badge, BadgeAward
from learning.models import LearningEvent
from learning.services import complete_lesson
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import lessons_of, make_course
from tests.factories.tracking import switch_on
from tracking.models import Collected, Dispatch
from tracking.services import agree, collect, decline
from tracking.services.collecting import OVERLAP
from tracking.tasks import LATE

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return make_person("Lea")


@pytest.fixture
def run(person):
    """Switched on, agreed, and then a course begun."""
    switch_on("mixpanel")
    collect("mixpanel")
    agree(person=person)
    return make_enrollment(person, make_course("Fire safety", with_check=False))


def told() -> list[tuple[str, dict]]:
    return list(Dispatch.objects.order_by("at", "pk").values_list("name", "params"))


def test_lessons_quizzes_and_courses_are_told_in_so_many_words(run):
    lesson = lessons_of(run.course)[0]
    complete_lesson(enrollment=run, lesson=lesson)
    assert collect("mixpanel") == 2
    course = {"course_id": str(run.course_key), "course": "Fire safety"}
    (first, enrolled), (second, done) = told()
    assert (first, second) == ("course_enrolled", "lesson_completed")
    assert enrolled == {"run": 1, **course} | ({"policy": enrolled["policy"]} if "policy" in enrolled else {})
    assert done == {
        "rule": "button",
        "completed": 1,
        "required": 4,
        "lesson_id": str(lesson.translation_key),
        "lesson": lesson.title,
        **course,
    }


def test_looking_again_tells_nothing_again(run):
    complete_lesson(enrollment=run, lesson=lessons_of(run.course)[0])
    collect("mixpanel")
    before = list(Dispatch.objects.order_by("pk").values())
    assert collect("mixpanel") == 2
    assert collect("mixpanel", back=LATE) == 2
    assert list(Dispatch.objects.order_by("pk").values()) == before


def test_what_was_written_late_is_found_by_the_hourly_look(run):
    collect("mixpanel")
    known = Dispatch.objects.count()
    now = timezone.now()
    with time_machine.travel(now + timedelta(hours=3), tick=False):
        collect("mixpanel")
        # A transaction that took long: its event bears the moment it was made.
        complete_lesson(enrollment=run, lesson=lessons_of(run.course)[0])
        late = timezone.now() - OVERLAP - timedelta(minutes=30)
        LearningEvent.objects.filter(verb="lesson:completed").update(recorded_at=late, occurred_at=late)
        collect("mixpanel")
        assert Dispatch.objects.count() == known
        collect("mixpanel", back=LATE)
        assert Dispatch.objects.count() == known + 1


def test_nothing_from_before_it_was_switched_on_or_agreed_to(person):
    course = make_course(with_check=False)
    lessons = lessons_of(course)
    run = make_enrollment(person, course)
    agree(person=person)
    complete_lesson(enrollment=run, lesson=lessons[0])
    switch_on("mixpanel")
    collect("mixpanel")
    assert told() == []
    decline(person=person)
    complete_lesson(enrollment=run, lesson=lessons[1])
    agree(person=person)
    complete_lesson(enrollment=run, lesson=lessons[2])
    collect("mixpanel")
    assert [(name, params["lesson"]) for name, params in told()] == [("lesson_completed", lessons[2].title)]


def test_of_those_who_did_not_agree_nothing_is_told(run):
    others = [make_person("Otto"), make_person("Nina")]
    decline(person=others[0])
    for other in others:
        complete_lesson(enrollment=make_enrollment(other, run.course), lesson=lessons_of(run.course)[0])
    collect("mixpanel")
    assert [name for name, _params in told()] == ["course_enrolled"]


def test_a_badge_is_told_and_one_that_was_taken_back_is_not(run, person):
    first, second = Badge.objects.order_by("pk")[:2]
    now = timezone.now()
    BadgeAward.objects.create(badge=first, badge_name="First steps", learner=person, earned_at=now)
    BadgeAward.objects.create(
        badge=second, badge_name="A mistake", learner=person, earned_at=now, revoked_at=now, revoked_reason="By mistake"
    )
    collect("mixpanel")
    assert [params for name, params in told() if name == "badge_earned"] == [{"badge": "First steps"}]


def test_no_score_answer_or_name_is_told(run, person):
    complete_lesson(enrollment=run, lesson=lessons_of(run.course)[0])
    collect("mixpanel")
    rows = str(list(Dispatch.objects.values()))
    for secret in (person.email, person.name, str(person.uuid), "score", "reason"):
        assert secret not in rows
    assert {name for name, _params in told()} == {"course_enrolled", "lesson_completed"}


def test_the_place_only_moves_forward(run):
    collect("mixpanel")
    reached = Collected.objects.get().until
    with time_machine.travel(timezone.now() - timedelta(hours=1), tick=False):
        collect("mixpanel")
    assert Collected.objects.get().until == reached
