"""Enrollments in the admin: list, assigning, due dates, deciding."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import ADMINISTRATOR
from learning.exceptions import LearningError
from learning.models import Enrollment, EnrollmentStatus, LearningEvent
from learning.services import leave_course, request_enrollment
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import make_course

pytestmark = pytest.mark.django_db

INDEX = "learning_enrollment_modeladmin_index"


@pytest.fixture
def administrator(client):
    person = make_person("Ada Admin", roles=(ADMINISTRATOR,))
    client.force_login(person)
    return person


@pytest.fixture
def asked(learner):
    return request_enrollment(learner=learner, course=make_course(enrollment_policy="request"), reason="For work")


def page(client, **query):
    return client.get(reverse(INDEX), query)


def days(count):
    return timezone.localdate() + datetime.timedelta(days=count)


def test_the_list_says_state_progress_and_due_date_in_words(client, administrator, course):
    make_enrollment(make_person("Otto Over"), course, done=1, due_on=days(-3))
    make_enrollment(make_person("Sue Soon"), course, due_on=days(1))
    make_completed(make_person("Cora Complete"), course)
    text = page(client).content.decode()
    for words in ("3 days overdue", "in 1 day", "1 of 4 lessons", "4 of 4 lessons", "Completed"):
        assert words in text


def test_filters_by_status_course_and_team(client, administrator, course):
    late = make_enrollment(make_person("Otto Over"), course, due_on=days(-3))
    done = make_completed(make_person("Cora Complete"), make_course())
    team = make_team("Sales", members=[done.learner])

    def found(**query):
        return [run.learner.name for run in page(client, **query).context["object_list"]]

    assert found(status="overdue") == ["Otto Over"]
    assert found(status="completed") == ["Cora Complete"]
    assert found(course=late.course_key) == ["Otto Over"]
    assert found(team=team.uuid) == ["Cora Complete"]
    assert found(q="cora") == ["Cora Complete"]
    assert len(found(status="no such", course="no such")) == 2


def test_the_list_costs_the_same_for_three_and_for_thirty(client, administrator, course):
    def queries():
        page(client)
        with CaptureQueriesContext(connection) as captured:
            page(client)
        return len(captured)

    for _number in range(3):
        make_enrollment(course=course)
    before = queries()
    for _number in range(27):
        make_enrollment(course=course)
    assert queries() == before


def test_approving_makes_an_active_run_and_one_event(client, administrator, asked):
    text = page(client, status="requested").content.decode()
    assert "Approve" in text
    response = client.post(reverse("learning_approve", args=[asked.uuid]), follow=True)
    assert "is enrolled in" in response.content.decode()
    asked.refresh_from_db()
    assert asked.status == EnrollmentStatus.ACTIVE
    event = LearningEvent.objects.get(enrollment=asked, verb="course:enrolled")
    assert event.actor == administrator


def test_declining_needs_a_reason_and_keeps_it(client, administrator, asked):
    address = reverse("learning_decline", args=[asked.uuid])
    text = client.get(address).content.decode()
    assert "For work" in text
    client.post(address, {"reason": "  "})
    asked.refresh_from_db()
    assert asked.status == EnrollmentStatus.REQUESTED

    client.post(address, {"reason": "The spring course fits better."})
    asked.refresh_from_db()
    assert (asked.status, asked.reason) == (EnrollmentStatus.DECLINED, "The spring course fits better.")


def test_a_request_that_was_withdrawn_meanwhile_is_left_alone(client, administrator, asked):
    leave_course(enrollment=asked)
    before = LearningEvent.objects.count()
    for name, data in (("approve", {}), ("decline", {"reason": "No."})):
        response = client.post(reverse(f"learning_{name}", args=[asked.uuid]), data, follow=True)
        assert "Nothing was changed" in response.content.decode()
    asked.refresh_from_db()
    assert asked.status == EnrollmentStatus.WITHDRAWN
    assert LearningEvent.objects.count() == before


def test_assigning_enrolls_whatever_the_courses_policy(client, administrator, learner):
    course = make_course(enrollment_policy="assigned")
    create = reverse("learning_enrollment_modeladmin_create")
    data = {"learner": learner.pk, "course": course.pk, "due_on": days(30).isoformat()}
    client.post(create, data)
    run = Enrollment.objects.get()
    assert (run.learner, run.status, run.due_on, run.required_lessons) == (learner, "active", days(30), 4)
    assert LearningEvent.objects.get().actor == administrator

    again = client.post(create, data)
    assert again.status_code == 200
    assert "already enrolled" in again.content.decode()
    assert Enrollment.objects.count() == 1


def test_a_due_date_is_set_and_taken_away_and_never_lies_in_the_past(client, administrator, learner, course):
    run = make_enrollment(learner, course)
    edit = reverse("learning_enrollment_modeladmin_edit", args=[run.pk])
    client.post(edit, {"due_on": days(10).isoformat()})
    run.refresh_from_db()
    assert run.due_on == days(10)

    refused = client.post(edit, {"due_on": days(-1).isoformat()})
    assert "This day has passed." in refused.content.decode()
    run.refresh_from_db()
    assert run.due_on == days(10)

    client.post(edit, {"due_on": ""})
    run.refresh_from_db()
    assert run.due_on is None


def test_a_completed_run_takes_no_due_date(client, administrator, learner, course):
    run = make_completed(learner, course)
    client.post(reverse("learning_enrollment_modeladmin_edit", args=[run.pk]), {"due_on": days(10).isoformat()})
    run.refresh_from_db()
    assert run.due_on is None


def test_one_enrollment_shows_its_facts(client, administrator, learner, course):
    run = make_enrollment(learner, course, done=2)
    text = client.get(reverse("learning_enrollment_modeladmin_inspect", args=[run.pk])).content.decode()
    for words in (learner.email, course.title, "2 of 4 lessons"):
        assert words in text


@pytest.mark.parametrize("query", [{"o": "99"}, {"o": "x"}, {"p": "77"}, {"course": "'"}, {"status__in": "a"}])
def test_odd_addresses_still_list(client, administrator, learner, course, query):
    make_enrollment(learner, course)
    assert page(client, **query).status_code == 200


@pytest.mark.parametrize("key", ["abc", "0", "99999999999999999999"])
def test_odd_keys_are_not_found(client, administrator, key):
    assert client.get(reverse("learning_enrollment_modeladmin_inspect", args=[key])).status_code == 404


def test_an_empty_list_says_how_runs_come_to_be(client, administrator):
    assert "Nobody is enrolled yet." in page(client).content.decode()


def test_a_run_that_ends_while_the_form_is_open_keeps_its_due_date(client, administrator, monkeypatch):
    run = make_enrollment(due_on=days(5))

    def too_late(**kwargs):
        raise LearningError()

    monkeypatch.setattr("learning.forms.set_due_date", too_late)
    url = reverse("learning_enrollment_modeladmin_edit", args=[run.pk])
    response = client.post(url, {"due_on": days(10).isoformat()}, follow=True)
    assert "Nothing was changed: this is not an active enrollment any more." in response.content.decode()
    run.refresh_from_db()
    assert run.due_on == days(5)


def test_a_person_is_chosen_by_name_and_not_from_a_list_of_everybody(client, administrator):
    make_person("Wanda Widget")
    text = client.get(reverse("learning_enrollment_modeladmin_create")).content.decode()
    assert "Choose a person" in text
    assert "Wanda Widget" not in text
