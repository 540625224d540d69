"""A manager's page: whose rows stand there, how they stand, and one reminder a day."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import TeamMembership
from learning.models import Enrollment, LearningEvent
from learning.selectors.standing import Standing, expected_lessons, standing_of
from learning.selectors.team import team_view
from learning.services import record_visit, send_reminder
from notifications.models import OutboxMail
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import lessons_of
from workbench.days import site_day

pytestmark = pytest.mark.django_db

TEAM = "/team/"


def days(count):
    return site_day() + timedelta(days=count)


@pytest.fixture
def manager(client):
    person = make_person("Mona Manager")
    client.force_login(person)
    return person


@pytest.fixture
def members(manager, course):
    """One person for each way a run may stand."""
    people = {name: make_person(f"{name.title()} Person") for name in ("late", "new", "behind", "fine", "done", "idle")}
    make_team("Inside", managers=[manager], members=people.values())
    make_enrollment(people["late"], course, done=1, due_on=days(-2))
    make_enrollment(people["new"], course)
    behind = make_enrollment(people["behind"], course, done=1, due_on=days(1))
    Enrollment.objects.filter(pk=behind.pk).update(enrolled_at=behind.enrolled_at - timedelta(days=9))
    make_enrollment(people["fine"], course, done=3, due_on=days(30))
    make_completed(people["done"], course)
    return people


def test_each_run_stands_in_one_way(manager, members):
    view = team_view(manager=manager)
    found = {entry.person.first_name: [str(run.standing) for run in entry.runs] for entry in view.people}
    assert found == {
        "Late": ["overdue"],
        "New": ["not-started"],
        "Behind": ["behind"],
        "Fine": ["on-course"],
        "Done": ["completed"],
        "Idle": [],
    }
    assert [entry.person.first_name for entry in view.people][:4] == ["Late", "New", "Behind", "Fine"]
    assert (view.counts["overdue"], view.on_no_course) == (1, 1)


def test_the_page_says_it_in_words(client, members):
    text = client.get(TEAM).content.decode()
    for words in ("1 person has something overdue.", "2 days late", "not started", "behind", "3 expected by today"):
        assert words in text
    assert "On no course." in text


def test_filters_keep_to_one_standing(client, members):
    def shown(**query):
        return {entry.person.first_name for entry in client.get(TEAM, query).context["results"]}

    assert shown(standing="overdue") == {"Late"}
    assert shown(standing="none") == {"Idle"}
    assert shown(standing="no such") == shown() == {"Late", "New", "Behind", "Fine", "Done", "Idle"}
    assert shown(team="no such") == set()


def test_opening_a_lesson_is_a_start(learner, course):
    run = make_enrollment(learner, course)
    assert standing_of(run, site_day()) == Standing.NOT_STARTED
    record_visit(enrollment=run, lesson_key=lessons_of(course)[0].translation_key)
    run.refresh_from_db()
    assert standing_of(run, site_day()) == Standing.ON_COURSE


def test_an_even_pace_counts_whole_lessons(learner, course):
    run = make_enrollment(learner, course, due_on=days(8))
    run.enrolled_at -= timedelta(days=8)
    assert [expected_lessons(run, days(ahead)) for ahead in (0, 3, 4, 8, 20)] == [2, 2, 3, 4, 4]
    run.due_on = None
    assert expected_lessons(run, site_day()) == 0


def test_a_manager_of_no_team_reads_a_sentence(client, manager, course):
    make_enrollment(course=course)
    text = client.get(TEAM).content.decode()
    assert "You do not look after a team" in text
    assert "Send a reminder" not in text


def test_visitors_sign_in_first(client):
    assert client.get(TEAM).status_code == 302


def test_a_reminder_goes_out_once_a_day(client, members):
    run = Enrollment.objects.get(learner=members["late"])
    address = reverse("learning:remind", args=[run.uuid])
    assert client.get(address).status_code == 405
    text = client.post(address, {"query": "standing=overdue"}, follow=True).content.decode()
    assert "is on its way to Late Person" in text
    assert "Reminded today" in text
    text = client.post(address, follow=True).content.decode()
    assert "No mail was sent: a reminder about this course went to this person today already." in text
    assert OutboxMail.objects.get().recipient == members["late"]


def test_only_ones_own_team_is_seen_and_reminded(client, members, course):
    outside = make_enrollment(make_person("Otto Outside"), course, due_on=days(-3))
    assert "Otto Outside" not in client.get(TEAM).content.decode()
    assert client.post(reverse("learning:remind", args=[outside.uuid])).status_code == 404
    assert not OutboxMail.objects.exists()


def test_who_left_the_team_is_gone_the_day_after(client, manager, members):
    run = Enrollment.objects.get(learner=members["late"])
    TeamMembership.objects.filter(user=members["late"]).update(since=days(-9), until=days(-1))
    assert "Late Person" not in client.get(TEAM).content.decode()
    assert client.post(reverse("learning:remind", args=[run.uuid])).status_code == 404
    assert not LearningEvent.objects.filter(verb="course:reminded").exists()


def test_nobody_reminds_themselves(client, manager, members, course):
    own = make_enrollment(manager, course)
    assert client.post(reverse("learning:remind", args=[own.uuid])).status_code == 404
    assert not OutboxMail.objects.exists()


def test_the_page_costs_the_same_for_few_and_for_many(client, manager, members, course):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(TEAM)
        return len(captured)

    queries()
    before = queries()
    people = [make_person() for _number in range(20)]
    make_team("Second", managers=[manager], members=people)
    for person in people:
        send_reminder(enrollment=make_enrollment(person, course), actor=manager)
    assert queries() == before


def test_the_header_leads_there_only_for_those_who_have_a_team(client, members, learner):
    assert 'href="/team/"' in client.get("/my-learning/").content.decode()
    client.force_login(learner)
    assert 'href="/team/"' not in client.get("/my-learning/").content.decode()
