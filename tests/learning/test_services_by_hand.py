"""Lessons marked done and reset by those who teach."""

from datetime import timedelta

import pytest
from django.utils import timezone

from learning.exceptions import NotDone, NotEnrolled, ReasonMissing, RecordIsFinal
from learning.models import LearningEvent, LessonProgress
from learning.services import (
    Recorded,
    complete_lesson,
    leave_course,
    moment_on,
    record_lesson,
    record_lessons,
    reset_lesson,
)
from tests.factories.accounts import make_person
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import lessons_of, make_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher():
    return make_person("Ines Instructor")


@pytest.fixture
def run(learner, course):
    return make_enrollment(learner, course, done=1)


def verbs(run):
    return list(LearningEvent.objects.filter(enrollment=run).order_by("pk").values_list("verb", flat=True))


def test_a_lesson_is_recorded_with_its_reason(run, course, teacher):
    lesson, at = lessons_of(course)[2], timezone.now() - timedelta(days=3)
    seen = run.last_activity_at
    event = record_lesson(enrollment=run, lesson=lesson, actor=teacher, reason=" Class of Monday. ", at=at)
    progress = LessonProgress.objects.get(lesson_key=lesson.translation_key)
    assert (progress.rule, progress.completed_at, progress.revision_id) == ("staff", at, lesson.live_revision_id)
    assert (event.verb, event.actor, event.occurred_at, event.data) == (
        "lesson:recorded",
        teacher,
        at,
        {"reason": "Class of Monday.", "completed": 2, "required": 4},
    )
    run.refresh_from_db()
    assert (run.completed_lessons, run.last_activity_at) == (2, seen)


def test_the_order_of_lessons_does_not_hold_for_a_class(learner, teacher):
    course = make_course(lesson_order="in_order")
    run = make_enrollment(learner, course)
    assert record_lesson(enrollment=run, lesson=lessons_of(course)[3], actor=teacher, reason="Class.") is not None


def test_recording_what_is_done_changes_nothing(run, course, teacher):
    before = verbs(run)
    assert record_lesson(enrollment=run, lesson=lessons_of(course)[0], actor=teacher, reason="Class.") is None
    assert verbs(run) == before
    assert LessonProgress.objects.get().rule == "button"


def test_the_last_lesson_completes_the_run_as_of_the_latest_one(learner, course, teacher):
    run = make_enrollment(learner, course, done=3)
    latest = LessonProgress.objects.order_by("-completed_at").first().completed_at
    record_lesson(
        enrollment=run,
        lesson=lessons_of(course)[3],
        actor=teacher,
        reason="Class.",
        at=latest - timedelta(days=2),
    )
    assert (run.status, run.completed_at) == ("completed", latest)
    assert verbs(run)[-2:] == ["lesson:recorded", "course:completed"]


@pytest.mark.parametrize("change", [record_lesson, reset_lesson])
def test_without_a_reason_nothing_changes(run, course, teacher, change):
    lesson = lessons_of(course)[0]
    which = {"lesson": lesson} if change is record_lesson else {"lesson_key": lesson.translation_key}
    with pytest.raises(ReasonMissing):
        change(enrollment=run, actor=teacher, reason="  ", **which)
    assert LessonProgress.objects.count() == 1


def test_a_class_of_several_is_recorded_at_once(run, course, teacher):
    other, gone = make_enrollment(course=course), make_enrollment(course=course)
    leave_course(enrollment=gone)
    told = record_lessons(
        enrollments=[run, other, gone], lessons=lessons_of(course)[:2], actor=teacher, reason="Class of Monday."
    )
    assert told == Recorded(new=3, same=1, over=1)
    other.refresh_from_db()
    assert (other.completed_lessons, LessonProgress.objects.filter(enrollment=gone).count()) == (2, 0)


def test_a_run_that_was_left_meanwhile_takes_no_mark(run, course, teacher):
    stale = type(run).objects.get(pk=run.pk)
    leave_course(enrollment=run)
    with pytest.raises(NotEnrolled):
        record_lesson(enrollment=stale, lesson=lessons_of(course)[1], actor=teacher, reason="Class.")
    assert LessonProgress.objects.count() == 1


# Resetting ------------------------------------------------------------------------


def test_a_reset_takes_the_mark_and_keeps_what_it_said(run, course, teacher):
    lesson, progress = lessons_of(course)[0], LessonProgress.objects.get()
    event = reset_lesson(enrollment=run, lesson_key=lesson.translation_key, actor=teacher, reason="Not in the room.")
    assert not LessonProgress.objects.exists()
    assert run.completed_lessons == 0
    assert verbs(run) == ["course:enrolled", "lesson:completed", "lesson:reset"]
    assert (event.actor, event.page_title) == (teacher, lesson.title)
    assert event.data == {
        "reason": "Not in the room.",
        "was_rule": "button",
        "was_completed_at": progress.completed_at.isoformat().replace("+00:00", "Z"),
        "was_revision_id": lesson.live_revision_id,
        "completed": 0,
        "required": 4,
    }


def test_after_a_reset_the_lesson_is_done_again_with_events_of_its_own(run, course, teacher):
    lesson = lessons_of(course)[0]
    key = lesson.translation_key
    for _round in range(2):
        reset_lesson(enrollment=run, lesson_key=key, actor=teacher, reason="Again.")
        assert complete_lesson(enrollment=run, lesson=lesson) is not None
    assert run.completed_lessons == 1
    keys = (
        LearningEvent.objects.filter(verb="lesson:completed").order_by("pk").values_list("idempotency_key", flat=True)
    )
    base = f"lesson:completed:{run.uuid}:{key}"
    assert list(keys) == [base, f"{base}:2", f"{base}:3"]


def test_what_counts_now_can_be_rebuilt_from_the_events(run, course, teacher):
    first, second, third, _last = lessons_of(course)
    reset_lesson(enrollment=run, lesson_key=first.translation_key, actor=teacher, reason="Again.")
    record_lesson(enrollment=run, lesson=second, actor=teacher, reason="Class.")
    complete_lesson(enrollment=run, lesson=third)
    complete_lesson(enrollment=run, lesson=first)
    reset_lesson(enrollment=run, lesson_key=third.translation_key, actor=teacher, reason="Again.")
    done = {}
    for verb, key in LearningEvent.objects.filter(enrollment=run).order_by("pk").values_list("verb", "lesson_key"):
        if verb.startswith("lesson:"):
            done[key] = verb != "lesson:reset"
    assert {key for key, is_done in done.items() if is_done} == set(
        LessonProgress.objects.filter(enrollment=run).values_list("lesson_key", flat=True)
    )


def test_a_completed_run_is_not_reset(learner, course, teacher):
    run = make_completed(learner, course)
    before = verbs(run)
    with pytest.raises(RecordIsFinal, match="Lea Learner completed this course on .* starts a new run"):
        reset_lesson(enrollment=run, lesson_key=lessons_of(course)[0].translation_key, actor=teacher, reason="Mistake.")
    run.refresh_from_db()
    assert (run.status, run.completed_lessons, run.progress.count()) == ("completed", 4, 4)
    assert verbs(run) == before


def test_what_is_not_done_is_not_reset(run, course, teacher):
    with pytest.raises(NotDone):
        reset_lesson(enrollment=run, lesson_key=lessons_of(course)[1].translation_key, actor=teacher, reason="Mistake.")
    assert LessonProgress.objects.count() == 1


def test_a_day_becomes_its_noon_and_today_becomes_now():
    today = timezone.localdate()
    assert timezone.localtime(moment_on(today - timedelta(days=1)), timezone.get_default_timezone()).hour == 12
    assert timezone.now() - moment_on(today) < timedelta(seconds=5)
