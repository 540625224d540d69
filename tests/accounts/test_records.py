"""A person's and a team's page: facts, links both ways, and what happened."""

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import TeamMembership
from accounts.roles import ADMINISTRATOR, INSTRUCTOR, MANAGER
from accounts.services import assign_team, set_roles
from tests.factories.accounts import make_person, make_team

pytestmark = pytest.mark.django_db

User = get_user_model()
MARCH = datetime.date(2026, 3, 1)


@pytest.fixture
def administrator(client):
    person = make_person("Ada Admin", roles=(ADMINISTRATOR,))
    client.force_login(person)
    return person


def page(client, person):
    return client.get(reverse("accounts_user_modeladmin_inspect", args=[person.pk]))


def told(response):
    return [moment.words for moment in response.context["timeline"].moments]


def links(response):
    return [(link.count, str(link.label)) for link in response.context["related"]]


def facts(response):
    return {str(field["label"]): str(field["value"]) for field in response.context["fields"]}


def test_a_persons_page_says_who_they_are(client, administrator, learner):
    make_team("Sales", members=[learner], since=MARCH)
    make_team("Support", managers=[learner])
    response = page(client, learner)
    assert facts(response) == {
        "E-mail address": learner.email,
        "Access": "No password and no invitation yet",
        "Roles": "Learner",
        "Team": "Sales",
        "Language": "The site's language",
        "Time zone": "The site's time zone",
        "Added": facts(response)["Added"],
        "Last sign-in": "never",
    }
    assert links(response)[:2] == [(1, "team membership"), (1, "team to manage")]


def test_links_lead_to_rows_that_lead_back(client, administrator, learner):
    team = make_team("Sales", managers=[administrator], members=[learner, make_person()])
    memberships, *_more = page(client, learner).context["related"]
    rows = client.get(memberships.url)
    assert [row.user for row in rows.context["object_list"]] == [learner]
    team_page = reverse("accounts_team_modeladmin_inspect", args=[team.pk])
    assert f'href="{team_page}"' in rows.content.decode()
    shown = client.get(team_page)
    assert facts(shown) == {"Managers": "Ada Admin"}
    people, every = shown.context["related"][:2]
    assert (people.count, every.count) == (2, 2)
    assert {person.pk for person in client.get(people.url).context["object_list"]} >= {learner.pk}
    managed = reverse("accounts_team_modeladmin_index") + f"?manager={administrator.uuid}"
    assert list(client.get(managed).context["object_list"]) == [team]
    nobody = reverse("accounts_team_modeladmin_index") + f"?manager={learner.uuid}"
    assert list(client.get(nobody).context["object_list"]) == []


@pytest.mark.parametrize("person", ["nonsense", "0b8c7e1c-8d0c-4a52-9d7a-3d5a0d6a8a10"])
def test_a_filter_for_nobody_shows_all(client, administrator, learner, person):
    make_team(members=[learner])
    rows = client.get(reverse("accounts_teammembership_modeladmin_index") + f"?person={person}")
    assert rows.context["result_count"] == 1


def test_a_timeline_tells_moves_roles_and_edits_newest_first(client, administrator, learner):
    User.objects.filter(pk=learner.pk).update(date_joined=datetime.datetime(2026, 2, 1, 9, tzinfo=datetime.UTC))
    assign_team(user=learner, team=make_team("First"), since=MARCH)
    assign_team(user=learner, team=make_team("Second"), since=datetime.date(2026, 4, 1))
    set_roles(user=learner, roles=(INSTRUCTOR, MANAGER), actor=administrator)
    set_roles(user=learner, roles=(MANAGER,), actor=administrator)
    assert told(page(client, learner)) == [
        "Role taken away: Instructors, by Ada Admin",
        "Role given: Instructors, Managers, by Ada Admin",
        "Came to the team Second",
        "Left the team First",
        "Came to the team First",
        "Added",
    ]


def test_the_same_roles_again_are_no_news(administrator, learner, client):
    set_roles(user=learner, roles=(MANAGER,), actor=administrator)
    set_roles(user=learner, roles=(MANAGER,), actor=administrator)
    assert told(page(client, learner)).count("Role given: Managers, by Ada Admin") == 1


def test_a_manager_reads_of_their_own_team_and_not_of_the_account(client, learner):
    manager, administrator = make_person("Mona Manager"), make_person("Ada Admin")
    make_team("Before", members=[learner], since=MARCH)
    assign_team(user=learner, team=make_team("Hers", managers=[manager]), since=datetime.date(2026, 4, 1))
    set_roles(user=learner, roles=(INSTRUCTOR,), actor=administrator)
    set_roles(user=manager, roles=(MANAGER,))
    client.force_login(manager)
    assert sorted(told(page(client, learner))) == ["Added", "Came to the team Hers"]
    assert links(page(client, learner))[0] == (1, "team membership")


def test_names_are_escaped(client, administrator):
    person = make_person("<b>Bold</b> <i>Person</i>", email="bold@example.com")
    make_team("<script>alert(1)</script>", members=[person], managers=[person])
    for text in (page(client, person).content.decode(), client.get(reverse("accounts_teammembership_modeladmin_index")).content.decode()):  # fmt: skip
        assert "<script>alert(1)" not in text
        assert "<b>Bold" not in text


def cost(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_lists_and_pages_cost_the_same_with_many_rows(client, administrator, learner):
    team = make_team("Grown", managers=[administrator], members=[learner, make_person()])
    urls = {
        name: reverse(f"accounts_{name}_modeladmin_index") for name in ("user", "team", "teammembership")
    } | {
        "person": reverse("accounts_user_modeladmin_inspect", args=[learner.pk]),
        "team page": reverse("accounts_team_modeladmin_inspect", args=[team.pk]),
    }  # fmt: skip
    few = {name: cost(client, url) for name, url in urls.items()}
    people = User.objects.bulk_create(User(email=f"grown.{number}@example.com") for number in range(120))
    TeamMembership.objects.bulk_create(TeamMembership(user=person, team=team) for person in people)
    TeamMembership.objects.bulk_create(
        TeamMembership(user=learner, team=make_team(), since=MARCH, until=MARCH, is_primary=False) for _row in range(20)
    )
    many = {name: cost(client, url) for name, url in urls.items()}
    assert many == few
