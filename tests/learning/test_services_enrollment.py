"""Enrolling, asking, deciding, leaving."""

from datetime import date

import pytest

from learning.exceptions import (
    AlreadyDecided,
    AlreadyEnrolled,
    AlreadyRequested,
    CannotLeave,
    EnrollmentClosed,
    LearningError,
    RunIsOver,
)
from learning.models import Enrollment, EnrollmentStatus, LearningEvent
from learning.services import approve_request, decline_request, enroll, leave_course, request_enrollment
from notifications.models import OutboxMail
from tests.factories.accounts import make_person
from tests.factories.learning import make_completed
from tests.factories.lms_pages import make_course

pytestmark = pytest.mark.django_db


def events() -> list[str]:
    return list(LearningEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_enrolling_in_an_open_course(learner, course):
    enrollment = enroll(learner=learner, course=course)

    assert (enrollment.status, enrollment.run, enrollment.required_lessons) == ("active", 1, 4)
    assert enrollment.course_key == course.translation_key
    event = LearningEvent.objects.get()
    assert (event.verb, event.learner, event.actor, event.data) == (
        "course:enrolled",
        learner,
        learner,
        {"policy": "open", "reason": "", "run": 1},
    )


def test_enrolling_twice_is_refused(learner, course):
    enroll(learner=learner, course=course)
    with pytest.raises(AlreadyEnrolled):
        enroll(learner=learner, course=course)
    assert Enrollment.objects.count() == 1
    assert events() == ["course:enrolled"]


@pytest.mark.parametrize("policy", ["request", "assigned"])
def test_nobody_enters_a_closed_course_alone(learner, policy):
    course = make_course(enrollment_policy=policy)
    with pytest.raises(EnrollmentClosed):
        enroll(learner=learner, course=course)
    assert not Enrollment.objects.exists()


def test_staff_assign_with_a_due_date(learner):
    course, boss = make_course(enrollment_policy="assigned"), make_person()
    enrollment = enroll(learner=learner, course=course, actor=boss, due_on=date(2026, 12, 1))
    assert (enrollment.status, enrollment.due_on) == ("active", date(2026, 12, 1))
    assert LearningEvent.objects.get().actor == boss


def test_a_request_is_approved_into_the_same_run(learner):
    course, boss = make_course(enrollment_policy="request"), make_person()
    asked = request_enrollment(learner=learner, course=course, reason="I need it.")
    with pytest.raises(AlreadyRequested):
        request_enrollment(learner=learner, course=course)

    enrollment = approve_request(enrollment=asked, actor=boss)

    assert (enrollment.pk, enrollment.status, enrollment.run) == (asked.pk, "active", 1)
    assert events() == ["course:requested", "course:enrolled"]
    with pytest.raises(AlreadyDecided):
        approve_request(enrollment=enrollment, actor=boss)
    with pytest.raises(AlreadyEnrolled):
        request_enrollment(learner=learner, course=course)


def test_a_request_is_declined_with_its_reason_and_may_be_made_again(learner):
    course, boss = make_course(enrollment_policy="request"), make_person()
    asked = request_enrollment(learner=learner, course=course)
    declined = decline_request(enrollment=asked, actor=boss, reason="Full until spring.")
    assert (declined.status, declined.reason) == ("declined", "Full until spring.")
    with pytest.raises(AlreadyDecided):
        decline_request(enrollment=declined, actor=boss, reason="Twice.")
    assert request_enrollment(learner=learner, course=course).run == 2


def test_a_request_that_was_taken_back_in_another_tab_is_not_approved(learner):
    asked = request_enrollment(learner=learner, course=make_course(enrollment_policy="request"))
    leave_course(enrollment=Enrollment.objects.get())
    assert asked.status == EnrollmentStatus.REQUESTED  # as this tab still believes

    with pytest.raises(LearningError):
        approve_request(enrollment=asked, actor=make_person())

    assert Enrollment.objects.get().status == EnrollmentStatus.WITHDRAWN
    assert events() == ["course:requested", "course:left"]


def test_leaving_ends_the_run_and_a_new_one_may_start(learner, course):
    enrollment = enroll(learner=learner, course=course)
    leave_course(enrollment=enrollment, reason="Too busy.")
    assert (enrollment.status, enrollment.reason) == ("withdrawn", "Too busy.")
    with pytest.raises(RunIsOver, match="This is over already"):
        leave_course(enrollment=enrollment)
    assert enrollment.reason == "Too busy."
    assert enroll(learner=learner, course=course).run == 2


def test_a_completed_course_cannot_be_left(learner, course):
    enrollment = make_completed(learner, course)
    with pytest.raises(CannotLeave, match="stays in your record"):
        leave_course(enrollment=enrollment)
    enrollment.refresh_from_db()
    assert enrollment.status == EnrollmentStatus.COMPLETED
    assert "course:left" not in events()


# What the person hears -----------------------------------------------------------


@pytest.fixture
def asked(learner):
    return request_enrollment(learner=learner, course=make_course("Feedback & more", enrollment_policy="request"))


def test_an_approval_reaches_the_person_once(asked):
    approve_request(enrollment=asked, actor=make_person(), due_on=date(2026, 12, 1))
    mail = OutboxMail.objects.get()
    assert (mail.kind, mail.recipient, mail.subject) == (
        "enrollment",
        asked.learner,
        "You have a place in “Feedback & more”",
    )
    assert "Please be done by the end of 1 December 2026." in mail.text
    assert f"http://testserver{asked.course.get_url()}" in mail.text
    assert "Feedback &amp; more" in mail.html


def test_an_assignment_of_what_was_asked_for_tells_too(asked):
    run = enroll(learner=asked.learner, course=asked.course, actor=make_person())
    assert run.pk == asked.pk
    assert OutboxMail.objects.get().subject == "You have a place in “Feedback & more”"


def test_a_refusal_carries_its_reason_escaped(asked):
    decline_request(enrollment=asked, actor=make_person(), reason="Full until spring.\n<b>Ask</b> again.")
    mail = OutboxMail.objects.get()
    assert mail.subject == "Your request for “Feedback & more”"
    assert "Full until spring.\n<b>Ask</b> again." in mail.text
    assert "Full until spring.<br>&lt;b&gt;Ask&lt;/b&gt; again." in mail.html


def test_nobody_who_may_not_sign_in_gets_mail(asked):
    type(asked.learner).objects.filter(pk=asked.learner_id).update(is_active=False)
    asked.learner.refresh_from_db()
    decline_request(enrollment=asked, actor=make_person(), reason="Left the company.")
    assert not OutboxMail.objects.exists()


def test_an_address_that_takes_no_mail_does_not_stop_the_decision(asked):
    type(asked.learner).objects.filter(pk=asked.learner_id).update(email="no address")
    asked.refresh_from_db()
    asked.learner.refresh_from_db()
    assert decline_request(enrollment=asked, actor=make_person(), reason="No.").status == "declined"
    assert not OutboxMail.objects.exists()


def test_a_decision_of_long_ago_is_written_down_in_silence(asked):
    approve_request(enrollment=asked, actor=make_person(), tell=False)
    assert not OutboxMail.objects.exists()


def test_a_stale_copy_of_a_request_decides_nothing(asked):
    stale = Enrollment.objects.get(pk=asked.pk)
    decline_request(enrollment=asked, actor=make_person(), reason="Full.")
    before = events()
    with pytest.raises(AlreadyDecided):
        approve_request(enrollment=stale, actor=make_person())
    stale.refresh_from_db()
    assert (stale.status, stale.reason) == ("declined", "Full.")
    assert events() == before
    assert OutboxMail.objects.count() == 1
