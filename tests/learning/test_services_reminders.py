"""Reminders and messages: who gets which, and no second one."""

import uuid
from datetime import timedelta

import pytest

from learning.exceptions import AlreadyReminded, CannotRemind
from learning.models import LearningEvent
from learning.services import leave_course, reminders, send_message, send_reminder
from notifications.models import OutboxMail
from tests.factories.accounts import make_person
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import make_course
from workbench.days import site_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return make_person("Mona Manager")


def test_a_reminder_says_who_what_and_by_when(learner, course, boss):
    due = site_day() - timedelta(days=2)
    run = make_enrollment(learner, course, done=1, due_on=due)
    event = send_reminder(enrollment=run, actor=boss)
    mail = OutboxMail.objects.get()
    assert (mail.kind, mail.to_address, mail.subject) == ("reminder", learner.email, f"“{course.title}” is overdue")
    assert f"Mona Manager reminds you of “{course.title}”." in mail.text
    assert "You have done 1 of 4 lessons." in mail.text
    assert (event.verb, event.actor, event.data) == (
        "course:reminded",
        boss,
        {"due_on": due.isoformat(), "completed": 1, "required": 4},
    )


def test_one_a_day_for_a_person_and_course_whoever_sends_it(learner, course, boss, monkeypatch):
    run = make_enrollment(learner, course)
    send_reminder(enrollment=run, actor=boss)
    with pytest.raises(AlreadyReminded):
        send_reminder(enrollment=run, actor=make_person())
    send_reminder(enrollment=make_enrollment(learner, make_course()), actor=boss)
    assert OutboxMail.objects.count() == 2

    tomorrow = site_day() + timedelta(days=1)
    monkeypatch.setattr(reminders, "site_day", lambda: tomorrow)
    send_reminder(enrollment=run, actor=boss)
    assert OutboxMail.objects.count() == 3


def test_nobody_is_reminded_of_what_is_over(learner, course, boss):
    left = make_enrollment(learner, course)
    stale = type(left).objects.get(pk=left.pk)
    leave_course(enrollment=left)
    for run in (stale, make_completed(course=course)):
        with pytest.raises(CannotRemind):
            send_reminder(enrollment=run, actor=boss)
    assert not OutboxMail.objects.exists()
    assert not LearningEvent.objects.filter(verb="course:reminded").exists()


def test_who_may_not_sign_in_is_not_reminded_and_no_event_says_so(learner, course, boss):
    run = make_enrollment(learner, course)
    type(learner).objects.filter(pk=learner.pk).update(is_active=False)
    run.learner.refresh_from_db()
    with pytest.raises(CannotRemind):
        send_reminder(enrollment=run, actor=boss)
    assert not LearningEvent.objects.filter(verb="course:reminded").exists()


def test_a_message_reaches_each_once_and_is_escaped(course, boss):
    runs = [make_enrollment(course=course) for _person in range(3)]
    type(boss).objects.filter(pk=runs[2].learner_id).update(is_active=False)
    runs[2].learner.refresh_from_db()
    key, text = uuid.uuid4(), "Room 3 & <b>not</b> 4.\n\nSee you."
    for _click in range(2):
        assert send_message(key=key, sender=boss, enrollments=runs, subject="Monday", body=text) == (2, 1)
    assert OutboxMail.objects.count() == 2
    mail = OutboxMail.objects.first()
    assert (mail.kind, mail.subject, mail.headers) == ("message", "Monday", {"Reply-To": boss.email})
    assert text in mail.text
    assert "<p>Room 3 &amp; &lt;b&gt;not&lt;/b&gt; 4.</p>" in mail.html
