"""Which run counts, and how far it is."""

import pytest

from learning.models import Enrollment, EnrollmentStatus
from learning.selectors import course_cards, current_enrollment, current_enrollments, learner_view
from learning.services import decline_request, enroll, leave_course, request_enrollment
from lms_pages.models import CoursePage
from tests.factories.accounts import make_person
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import lessons_of, make_course

pytestmark = pytest.mark.django_db


def card(learner, course):
    (found,) = course_cards(viewer=learner, courses=[course])
    return found


def test_a_second_run_that_was_left_leaves_the_first_completion(learner, course):
    first = make_completed(learner, course)
    leave_course(enrollment=enroll(learner=learner, course=course))
    assert current_enrollment(learner=learner, course=course) == first
    assert (card(learner, course).state, card(learner, course).percent) == ("completed", 100)


def test_so_does_a_request_that_was_declined_and_an_open_one_counts_before_it(learner):
    course = make_course(enrollment_policy="request")
    first = make_completed(learner, course)
    asked = request_enrollment(learner=learner, course=course)
    assert card(learner, course).enrollment == asked
    decline_request(enrollment=asked, actor=make_person(), reason="Once is enough.")
    assert card(learner, course).enrollment == first


def test_the_running_run_counts_first_and_of_two_completed_the_newer(learner, course):
    make_completed(learner, course)
    second = enroll(learner=learner, course=course)
    assert card(learner, course).enrollment == second
    Enrollment.objects.filter(pk=second.pk).update(status="completed", completed_at=second.enrolled_at)
    assert card(learner, course).enrollment == second


def test_a_run_that_was_left_is_no_run(learner, course, anonymous):
    leave_course(enrollment=make_enrollment(learner, course, done=1))
    assert (card(learner, course).state, card(learner, course).percent) == ("", 0)
    assert current_enrollment(learner=anonymous, course=course) is None


def test_many_courses_cost_one_query(learner, django_assert_num_queries):
    keys = [make_enrollment(learner, make_course(modules=0)).course_key for _number in range(5)]
    with django_assert_num_queries(1):
        assert set(current_enrollments(learner=learner, course_keys=keys)) == set(keys)


@pytest.mark.parametrize(
    ("done", "all_", "percent"), [(29, 50, 58), (57, 100, 57), (1, 3, 33), (199, 200, 99), (0, 0, 0)]
)
def test_percent_is_whole_and_never_rounded_up(done, all_, percent):
    run = Enrollment(status=EnrollmentStatus.ACTIVE, completed_lessons=done, required_lessons=all_)
    assert run.percent == percent


def test_the_card_and_the_course_say_the_same(learner, course):
    make_enrollment(learner, course, done=1)
    view = learner_view(viewer=learner, course=course)
    assert card(learner, course).percent == view.percent == 25
    assert not view.can_finish


def test_a_course_whose_last_missing_lesson_is_gone_can_be_finished(learner, course):
    make_enrollment(learner, course, done=3)
    lessons_of(course)[3].unpublish()
    view = learner_view(viewer=learner, course=CoursePage.objects.get(pk=course.pk))
    assert (view.can_finish, view.percent, view.next) == (True, 100, None)
