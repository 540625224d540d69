"""What learners do on the pages: other tabs, second runs, lessons that were taken away, odd input."""

import pytest
from django.urls import reverse

from learning.models import Enrollment, EnrollmentStatus, LearningEvent, LessonProgress
from learning.services import enroll, leave_course
from tests.factories.accounts import make_person
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import catalog, lessons_of, make_course

pytestmark = pytest.mark.django_db


def address(name, run, lesson=None):
    return reverse(f"learning:{name}", args=[run.uuid, *([lesson.translation_key] if lesson else [])])


def test_completing_in_a_tab_of_a_run_that_was_left_says_so(signed_in, learner, course):
    run = enroll(learner=learner, course=course)
    leave_course(enrollment=run)
    response = signed_in.post(address("complete", run, lessons_of(course)[1]), follow=True)
    assert "You are not enrolled in this course." in response.content.decode()
    assert not LessonProgress.objects.exists()


def test_a_lesson_of_an_unpublished_module_is_gone(signed_in, learner, course):
    run, lesson = enroll(learner=learner, course=course), lessons_of(course)[0]
    lesson.get_parent().unpublish()
    ((block_id, _ids),) = lesson.knowledge_checks.items()
    answer = reverse("assessment:answer", args=[run.uuid, lesson.translation_key, block_id])
    assert signed_in.get(lesson.url).status_code == 404
    assert signed_in.post(address("complete", run, lesson)).status_code == 404
    assert signed_in.post(answer, {"q1": "x"}).status_code == 404
    assert LearningEvent.objects.exclude(verb="course:enrolled").count() == 0


def test_staff_still_read_it(client, course):
    lesson = lessons_of(course)[0]
    lesson.get_parent().unpublish()
    client.force_login(make_person(roles=("content_editor",)))
    assert client.get(lesson.url).status_code == 200


def test_who_has_done_all_that_is_left_completes_with_one_button(signed_in, learner, course):
    run = make_enrollment(learner, course, done=3)
    finish = address("finish", run)
    assert finish not in signed_in.get(course.url).content.decode()
    refused = signed_in.post(finish, follow=True)
    assert "Some lessons of this course are not done yet." in refused.content.decode()

    lessons_of(course)[3].unpublish()
    assert finish in signed_in.get(course.url).content.decode()
    assert signed_in.get(finish).status_code == 405
    response = signed_in.post(finish)

    run.refresh_from_db()
    assert (run.status, response.url) == (EnrollmentStatus.COMPLETED, address("completion", run))
    assert finish not in signed_in.get(course.url).content.decode()


def test_nobody_finishes_the_run_of_another(signed_in, course):
    run = make_enrollment(course=course, done=3)
    lessons_of(course)[3].unpublish()
    assert signed_in.post(address("finish", run)).status_code == 404
    run.refresh_from_db()
    assert run.status == EnrollmentStatus.ACTIVE


def test_the_page_of_a_completed_run_speaks_of_that_run(signed_in, learner, course):
    first = make_completed(learner, course)
    enroll(learner=learner, course=course)
    assert signed_in.get(address("completion", first)).context["lessons_done"] == 4


def test_leaving_twice_says_that_it_is_over(signed_in, learner, course):
    run = enroll(learner=learner, course=course)
    signed_in.post(address("leave", run), {"reason": " Too\0 busy. "})
    again = signed_in.post(address("leave", run), {"reason": "Again."}, follow=True)
    assert "This is over already" in again.content.decode()
    run.refresh_from_db()
    assert (run.status, run.reason) == (EnrollmentStatus.WITHDRAWN, "Too busy.")


def test_what_no_database_can_store_is_left_out(signed_in):
    course = make_course(enrollment_policy="request")
    signed_in.post(reverse("learning:request", args=[course.translation_key]), {"reason": "\0For work "})
    assert Enrollment.objects.get().reason == "For work"
    response = signed_in.get(catalog().url, {"q": "\0course", "topic": "\0", "level": "\0"})
    assert response.context["request"].GET["q"] == "\0course"
    assert course.title in response.content.decode()
