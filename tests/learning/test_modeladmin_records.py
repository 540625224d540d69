"""Cohorts, invitation links, lessons done and events in the admin, and what is done with many rows at once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import ADMINISTRATOR, INSTRUCTOR, MANAGER
from learning.models import Cohort, CohortMembership, Enrollment, InviteLink, LearningEvent
from learning.services import place_in_cohort, request_enrollment
from lms_pages.models import CourseStaff
from notifications.models import OutboxMail
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_cohort, make_completed, make_enrollment
from tests.factories.lms_pages import make_course
from workbench.days import site_day

pytestmark = pytest.mark.django_db

LISTS = (
    "learning_cohort",
    "learning_invitelink",
    "learning_enrollment",
    "learning_lessonprogress",
    "learning_learningevent",
)


@pytest.fixture
def administrator(client):
    person = make_person("Ada Admin", roles=(ADMINISTRATOR,))
    client.force_login(person)
    return person


@pytest.fixture
def instructor(client, course):
    person = make_person("Ines Instructor", roles=(INSTRUCTOR,))
    CourseStaff.objects.create(course=course, user=person)
    client.force_login(person)
    return person


def url(name, action="index", *args):
    return reverse(f"{name}_modeladmin_{action}", args=args)


def bulk(client, name, action, rows, **data):
    data = {"row": [row.pk for row in rows], **data}
    return client.post(url(name, "bulk", action), data, follow=True).content.decode()


def confirm(client, name, action, rows, **data):
    keys = ",".join(str(row.pk) for row in rows)
    return client.post(url(name, "bulk", action), {"keys": keys, "confirmed": 1, **data}, follow=True).content.decode()


def grow(course, count):
    cohort = make_cohort(course)
    for _number in range(count):
        place_in_cohort(enrollment=make_enrollment(course=course, done=2), cohort=cohort)
        make_cohort(course)
        InviteLink.objects.create(course=course, cohort=cohort)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_for_few_and_for_many_rows(client, administrator, course, name):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(name)).status_code == 200
        return len(captured)

    grow(course, 3)
    queries()
    before = queries()
    grow(course, 12)
    assert queries() == before


@pytest.mark.parametrize("name", LISTS)
def test_rows_of_other_courses_are_not_there_for_an_instructor(client, instructor, course, name):
    other = make_course("Other course")
    grow(other, 1)
    outside = [
        Cohort.objects.first(),
        InviteLink.objects.get(),
        Enrollment.objects.get(),
        Enrollment.objects.get().progress.first(),
        LearningEvent.objects.first(),
    ]
    row = outside[LISTS.index(name)]
    assert client.get(url(name)).context["result_count"] == 0
    assert client.get(url(name, "inspect", row.pk)).status_code == 404


def test_progress_and_events_are_read_only(client, administrator, course):
    run = make_enrollment(course=course, done=1)
    for name, row in (("learning_lessonprogress", run.progress.get()), ("learning_learningevent", run.events.first())):
        assert client.get(url(name, "inspect", row.pk)).status_code == 200
        for action in ("edit", "delete"):
            assert client.get(url(name, action, row.pk)).status_code in (302, 403)
        assert client.get(url(name, "create")).status_code in (302, 403)


def test_a_person_and_a_run_tell_what_happened(client, administrator, course, learner):
    run = make_enrollment(learner, course, done=1)
    text = client.get(url("learning_enrollment", "inspect", run.pk)).content.decode()
    assert f"Enrolled in “{course.title}”." in text
    assert f"{url('learning_lessonprogress')}?run={run.uuid}" in text
    text = client.get(url("accounts_user", "inspect", learner.pk)).content.decode()
    assert f"Enrolled in “{course.title}”." in text
    assert f"{url('learning_enrollment')}?person={learner.uuid}" in text
    assert client.get(url("learning_learningevent"), {"run": run.uuid}).context["result_count"] == 2
    assert client.get(url("learning_enrollment"), {"person": learner.uuid}).context["result_count"] == 1


# Cohorts ------------------------------------------------------------------------------


def cohort_data(course, **change):
    return {
        "name": "Spring",
        "course": course.pk,
        "starts_on": "",
        "ends_on": "",
        "due_on": "",
        "capacity": "",
        **change,
    }


def test_an_instructor_makes_a_cohort_of_an_own_course(client, instructor, course):
    client.post(url("learning_cohort", "create"), cohort_data(course, capacity=3))
    cohort = Cohort.objects.get()
    assert (cohort.name, cohort.course_key, cohort.created_by) == ("Spring", course.translation_key, instructor)

    other = make_course("Other")
    text = client.post(url("learning_cohort", "create"), cohort_data(other, name="Theirs")).content.decode()
    assert "Select a valid choice" in text
    text = client.post(url("learning_cohort", "create"), cohort_data(course)).content.decode()
    assert "This course already has a cohort of this name." in text
    text = client.post(
        url("learning_cohort", "create"), cohort_data(course, name="X", starts_on="2027-02-01", ends_on="2027-01-01")
    ).content.decode()
    assert "The last day lies before the first one." in text
    assert Cohort.objects.count() == 1


def test_places_are_not_taken_away_from_people(client, instructor, course):
    cohort = make_cohort(course, name="Spring", capacity=3)
    for _person in range(2):
        place_in_cohort(enrollment=make_enrollment(course=course), cohort=cohort)
    text = client.post(url("learning_cohort", "edit", cohort.pk), cohort_data(course, capacity=1)).content.decode()
    assert "more people are in this cohort than it would have places" in text.lower()
    cohort.refresh_from_db()
    assert cohort.capacity == 3
    client.post(url("learning_cohort", "edit", cohort.pk), cohort_data(course, capacity=2, name="Smaller"))
    cohort.refresh_from_db()
    assert (cohort.capacity, cohort.name, cohort.taken) == (2, "Smaller", 2)


def test_a_cohort_that_had_people_stays(client, instructor, course):
    empty, used = make_cohort(course), make_cohort(course)
    place_in_cohort(enrollment=make_enrollment(course=course), cohort=used)
    for cohort in (empty, used):
        client.post(url("learning_cohort", "delete", cohort.pk))
    assert list(Cohort.objects.all()) == [used]


# Links ---------------------------------------------------------------------------------


def test_a_link_is_made_shown_and_withdrawn(client, instructor, course):
    data = {"course": course.pk, "cohort": "", "limit": 5, "expires_on": ""}
    text = client.post(url("learning_invitelink", "create"), data, follow=True).content.decode()
    link = InviteLink.objects.get()
    assert f"http://testserver/learn/join/{link.code}/" in text
    assert (link.created_by, link.limit) == (instructor, 5)

    revoke = reverse("learning_revoke_link", args=[link.pk])
    assert client.get(revoke).status_code == 405
    assert "The link opens no more." in client.post(revoke, follow=True).content.decode()
    link.refresh_from_db()
    assert link.revoked_at is not None


@pytest.mark.parametrize("change", [{"limit": 0}, {"expires_on": "2020-01-01"}])
def test_a_link_that_could_not_open_is_not_made(client, instructor, course, change):
    data = {"course": course.pk, "cohort": "", "limit": "", "expires_on": "", **change}
    assert client.post(url("learning_invitelink", "create"), data).status_code == 200
    other = make_cohort(make_course())
    client.post(url("learning_invitelink", "create"), {"course": course.pk, "cohort": other.pk})
    assert not InviteLink.objects.exists()


def test_a_link_of_another_course_is_not_withdrawn(client, instructor):
    link = InviteLink.objects.create(course=make_course())
    assert client.post(reverse("learning_revoke_link", args=[link.pk])).status_code == 404
    link.refresh_from_db()
    assert link.revoked_at is None


# Many at once --------------------------------------------------------------------------


def test_reminders_go_to_those_they_fit(client, course):
    manager = make_person("Mia Manager", roles=(MANAGER,))
    runs = [make_enrollment(make_person("Ida Inside"), course), make_completed(make_person("Dora Done"), course)]
    make_team(managers=[manager], members=[run.learner for run in runs])
    outside = make_enrollment(make_person("Otto Outside"), course)
    client.force_login(manager)
    text = bulk(client, "learning_enrollment", "remind", [*runs, outside])
    assert "Send 1 reminder?" in text
    assert "Nothing to remind of" in text
    assert "Otto Outside" not in text
    text = confirm(client, "learning_enrollment", "remind", [*runs, outside])
    assert "1 reminder is on its way." in text
    assert OutboxMail.objects.get().recipient == runs[0].learner
    assert "Reminded today already." in bulk(client, "learning_enrollment", "remind", runs)


def test_people_move_to_a_cohort_while_places_last(client, instructor, course):
    runs = [make_enrollment(course=course) for _person in range(3)]
    small, large = make_cohort(course, capacity=2), make_cohort(course)
    text = confirm(client, "learning_enrollment", "move-to-cohort", runs, cohort=small.pk)
    assert "all places of this cohort are taken" in text
    assert not CohortMembership.objects.exists()
    small.refresh_from_db()
    assert small.taken == 0
    text = confirm(client, "learning_enrollment", "move-to-cohort", runs, cohort=large.pk)
    assert "3 people are in" in text
    large.refresh_from_db()
    assert large.taken == 3


def test_requests_are_approved_together(client, administrator):
    course = make_course(enrollment_policy="request")
    asked = [request_enrollment(learner=make_person(), course=course) for _person in range(2)]
    assert "2 requests were approved." in confirm(client, "learning_enrollment", "approve", asked)
    assert set(Enrollment.objects.values_list("status", flat=True)) == {"active"}
    assert OutboxMail.objects.count() == 2


def test_people_are_enrolled_from_their_list(client, administrator, course):
    people = [make_person(), make_person()]
    make_enrollment(people[0], course)
    cohort = make_cohort(course, due_on=site_day() + timedelta(days=20))
    data = {"course": course.pk, "cohort": cohort.pk, "due_on": ""}
    text = confirm(client, "accounts_user", "enroll", people, **data)
    assert "1 person is enrolled in" in text
    assert "1 left alone: on the course already." in text
    assert Enrollment.objects.get(learner=people[1]).due_on == cohort.due_on
    text = confirm(client, "accounts_user", "enroll", people, course=make_course().pk, cohort=cohort.pk)
    assert "This cohort belongs to another course." in text
