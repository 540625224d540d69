"""Completing lessons and courses."""

import pytest

from learning.exceptions import LessonLocked, LessonsMissing, NotEnrolled
from learning.models import ActivityDay, Enrollment, EnrollmentStatus, LearningEvent, LessonProgress
from learning.services import complete_lesson, enroll, finish_course, leave_course, record_visit
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import lessons_of, make_course, make_lesson

pytestmark = pytest.mark.django_db


def verbs(enrollment):
    return list(LearningEvent.objects.filter(enrollment=enrollment).order_by("pk").values_list("verb", flat=True))


def test_completing_writes_progress_counters_and_one_event(learner, course):
    enrollment = enroll(learner=learner, course=course)
    first = lessons_of(course)[0]

    event = complete_lesson(enrollment=enrollment, lesson=first)

    progress = LessonProgress.objects.get()
    assert (progress.lesson_key, progress.revision_id, progress.rule) == (
        first.translation_key,
        first.live_revision_id,
        "button",
    )
    assert (enrollment.completed_lessons, enrollment.required_lessons, enrollment.last_lesson_key) == (
        1,
        4,
        first.translation_key,
    )
    assert event.data == {"rule": "button", "completed": 1, "required": 4}
    assert event.idempotency_key == f"lesson:completed:{enrollment.uuid}:{first.translation_key}"
    assert verbs(enrollment) == ["course:enrolled", "lesson:completed"]


def test_completing_twice_changes_nothing(learner, course):
    enrollment = make_enrollment(learner, course, done=1)
    before = LearningEvent.objects.count()

    assert complete_lesson(enrollment=enrollment, lesson=lessons_of(course)[0]) is None

    assert LearningEvent.objects.count() == before
    assert LessonProgress.objects.count() == 1


def test_the_last_required_lesson_completes_the_course_once(learner, course):
    lessons = lessons_of(course)
    lessons[3].is_required = False
    lessons[3].save_revision().publish()
    enrollment = make_enrollment(learner, course, done=3)

    assert enrollment.status == EnrollmentStatus.COMPLETED
    assert enrollment.completed_at is not None
    assert enrollment.completed_revision_id == course.live_revision_id
    assert enrollment.completion_rule["lessons"] == [str(lesson.translation_key) for lesson in lessons[:3]]

    complete_lesson(enrollment=enrollment, lesson=lessons[3])
    assert verbs(enrollment).count("course:completed") == 1


def test_a_withdrawn_run_takes_no_progress(learner, course):
    enrollment = enroll(learner=learner, course=course)
    leave_course(enrollment=enrollment)
    before = verbs(enrollment)

    with pytest.raises(NotEnrolled):
        complete_lesson(enrollment=enrollment, lesson=lessons_of(course)[0])

    assert verbs(enrollment) == before
    assert not LessonProgress.objects.exists()


def test_a_run_that_was_left_in_another_tab_takes_no_progress(learner, course):
    enrollment = enroll(learner=learner, course=course)
    leave_course(enrollment=Enrollment.objects.get())
    assert enrollment.is_open  # as this tab still believes

    with pytest.raises(NotEnrolled):
        complete_lesson(enrollment=enrollment, lesson=lessons_of(course)[0])

    assert verbs(enrollment) == ["course:enrolled", "course:left"]
    assert not LessonProgress.objects.exists()


def test_an_in_order_course_keeps_later_lessons_closed_on_the_server(learner):
    course = make_course(lesson_order="in_order")
    lessons = lessons_of(course)
    enrollment = enroll(learner=learner, course=course)

    with pytest.raises(LessonLocked) as refused:
        complete_lesson(enrollment=enrollment, lesson=lessons[2])

    assert refused.value.args[0] == f"This lesson opens when “{lessons[0].title}” is done."
    assert not LessonProgress.objects.exists()
    complete_lesson(enrollment=enrollment, lesson=lessons[0])
    complete_lesson(enrollment=enrollment, lesson=lessons[1])
    complete_lesson(enrollment=enrollment, lesson=lessons[2])
    assert LessonProgress.objects.count() == 3


def test_a_second_run_rewrites_nothing(learner, course):
    first = make_enrollment(learner, course, done=4)
    second = enroll(learner=learner, course=course)

    assert (first.run, second.run) == (1, 2)
    complete_lesson(enrollment=second, lesson=lessons_of(course)[0])
    first.refresh_from_db()
    assert first.status == EnrollmentStatus.COMPLETED
    assert LessonProgress.objects.filter(enrollment=first).count() == 4
    assert LessonProgress.objects.filter(enrollment=second).count() == 1


def test_publishing_and_unpublishing_recounts_open_runs_only(course):
    active = make_enrollment(course=course, done=1)
    finished = make_enrollment(course=course, done=4)

    lessons_of(course)[3].unpublish()

    active.refresh_from_db()
    finished.refresh_from_db()
    assert (active.completed_lessons, active.required_lessons) == (1, 3)
    assert (finished.completed_lessons, finished.required_lessons, finished.status) == (
        4,
        4,
        EnrollmentStatus.COMPLETED,
    )


def test_a_run_that_was_left_keeps_its_numbers(learner, course):
    left = make_enrollment(learner, course, done=1)
    leave_course(enrollment=left)
    lessons_of(course)[3].unpublish()
    left.refresh_from_db()
    assert (left.completed_lessons, left.required_lessons) == (1, 4)


def test_taking_the_missing_lesson_away_completes_nobody_until_they_say_so(learner, course):
    run = make_enrollment(learner, course, done=3)
    with pytest.raises(LessonsMissing):
        finish_course(enrollment=run)
    lessons_of(course)[3].unpublish()
    run.refresh_from_db()
    assert (run.status, run.completed_lessons, run.required_lessons) == (EnrollmentStatus.ACTIVE, 3, 3)

    finish_course(enrollment=run)
    finish_course(enrollment=run)

    assert (run.status, run.completed_lessons, run.required_lessons) == (EnrollmentStatus.COMPLETED, 3, 3)
    assert run.completion_rule["lessons"] == [str(lesson.translation_key) for lesson in lessons_of(course)[:3]]
    assert verbs(run).count("course:completed") == 1


def test_a_course_without_lessons_cannot_be_finished(learner):
    run = enroll(learner=learner, course=make_course(modules=0))
    with pytest.raises(LessonsMissing):
        finish_course(enrollment=run)
    assert verbs(run) == ["course:enrolled"]


def test_a_completed_run_may_do_any_lesson_that_came_later(learner):
    course = make_course(lesson_order="in_order", modules=1, with_check=False)
    run = make_enrollment(learner, course, done=2)
    module = lessons_of(course)[0].get_parent()
    make_lesson(module)
    complete_lesson(enrollment=run, lesson=make_lesson(module))
    assert LessonProgress.objects.filter(enrollment=run).count() == 3
    assert (run.status, run.completed_lessons, run.required_lessons) == (EnrollmentStatus.COMPLETED, 2, 2)


def test_visits_are_counted_by_day_and_remember_the_place(learner, course):
    enrollment = enroll(learner=learner, course=course)
    second = lessons_of(course)[1]

    record_visit(enrollment=enrollment, lesson_key=second.translation_key)
    record_visit(enrollment=enrollment, lesson_key=second.translation_key, seconds=30)

    day = ActivityDay.objects.get()
    assert (day.hits, day.seconds, day.lesson_key) == (2, 30, second.translation_key)
    assert Enrollment.objects.get().last_lesson_key == second.translation_key
