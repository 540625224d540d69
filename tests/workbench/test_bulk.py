"""Bulk actions of record listings, as the list of people uses them."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.messages import get_messages
from django.urls import reverse
from wagtail.models import ModelLogEntry

from accounts.modeladmin.bulk import Deactivate
from accounts.roles import ADMINISTRATOR, MANAGER
from accounts.selectors import primary_team
from tests.factories.accounts import make_person, make_team
from workbench.modeladmin import BulkRefused, bulk

pytestmark = pytest.mark.django_db

User = get_user_model()
INDEX = "accounts_user_modeladmin_index"


def address(name, query=""):
    return reverse("accounts_user_modeladmin_bulk", args=[name]) + query


def said(response):
    return [str(message).strip() for message in get_messages(response.wsgi_request)]


def may_sign_in():
    return set(User.objects.filter(is_active=True).values_list("first_name", flat=True))


@pytest.fixture
def administrator(client):
    person = make_person("Ada Admin", roles=(ADMINISTRATOR,))
    client.force_login(person)
    return person


@pytest.fixture
def people():
    return [make_person(name) for name in ("Ben Bulk", "Cleo Bulk", "Dan Other")]


def test_the_list_offers_ticks_and_actions_to_those_who_may(client, administrator, people):
    text = client.get(reverse(INDEX)).content.decode()
    assert text.count('name="row"') == 4
    assert f'formaction="{address("deactivate", "?")}"' in text
    assert "Move to a team…" in text


def test_a_manager_sees_no_bulk_actions_and_cannot_post_them(client, people):
    manager = make_person("Mona Manager", roles=(MANAGER,))
    make_team("Sales", managers=[manager], members=people)
    client.force_login(manager)
    text = client.get(reverse(INDEX)).content.decode()
    assert "Cleo Bulk" in text
    assert 'name="row"' not in text
    # Wagtail answers a refusal in the admin with a redirect and a sentence.
    response = client.post(address("deactivate"), {"row": people[0].pk, "confirmed": "1", "keys": str(people[0].pk)})
    assert response.status_code == 302
    assert said(response) == ["Sorry, you do not have permission to access this area."]
    assert may_sign_in() == {"Mona", "Ben", "Cleo", "Dan"}


def test_only_a_post_reaches_an_action(client, administrator):
    assert client.get(address("deactivate")).status_code == 405


def test_an_action_asks_before_it_acts(client, administrator, people):
    response = client.post(address("deactivate"), {"row": [people[0].pk, people[1].pk]})
    text = response.content.decode()
    assert response.status_code == 200
    assert "Deactivate 2 people?" in text
    assert "Ben Bulk" in text
    assert "Dan Other" not in text
    assert f'name="keys" value="{people[0].pk},{people[1].pk}"' in text
    assert may_sign_in() == {"Ada", "Ben", "Cleo", "Dan"}


def test_what_was_confirmed_is_done_and_logged(client, administrator, people):
    data = {"keys": f"{people[0].pk},{people[1].pk}", "confirmed": "1"}
    response = client.post(address("deactivate"), data)
    assert said(response) == ["2 people may no longer sign in."]
    assert may_sign_in() == {"Ada", "Dan"}
    entries = ModelLogEntry.objects.filter(action="accounts.deactivate")
    assert [(entry.user, entry.object_id) for entry in entries.order_by("object_id")] == [
        (administrator, str(person.pk)) for person in people[:2]
    ]


def test_rows_that_are_refused_are_named_and_left_alone(client, administrator, people):
    data = {"row": [administrator.pk, people[0].pk]}
    text = client.post(address("deactivate"), data).content.decode()
    assert "Deactivate 1 person?" in text
    assert "You cannot lock yourself out." in text
    client.post(address("deactivate"), {"keys": f"{administrator.pk},{people[0].pk}", "confirmed": "1"})
    assert may_sign_in() == {"Ada", "Cleo", "Dan"}


def test_everything_means_all_rows_the_list_was_filtered_to(client, administrator, people):
    text = client.post(address("deactivate", "?q=bulk"), {"everything": "1"}).content.decode()
    assert "Deactivate 2 people?" in text
    assert "Dan Other" not in text


def test_nothing_chosen_is_said(client, administrator, people):
    response = client.post(address("deactivate"), {})
    assert said(response) == ["Nothing was changed: no row was chosen. Tick the rows first."]
    assert may_sign_in() == {"Ada", "Ben", "Cleo", "Dan"}


def test_too_many_rows_are_refused(client, administrator, people, monkeypatch):
    monkeypatch.setattr(bulk, "MOST_ROWS", 2)
    response = client.post(address("deactivate"), {"row": [person.pk for person in people], "confirmed": "1"})
    assert said(response) == ["Nothing was changed: choose at most 2 rows at once. Filter the list first."]
    assert may_sign_in() == {"Ada", "Ben", "Cleo", "Dan"}


def test_a_form_of_the_action_is_asked_for_and_checked(client, administrator, people):
    team = make_team("Sales")
    data = {"keys": str(people[0].pk), "confirmed": "1"}
    response = client.post(address("move-to-team"), data)
    assert "This field is required." in response.content.decode()
    assert primary_team(people[0]) is None
    response = client.post(address("move-to-team"), {**data, "team": team.pk})
    assert said(response) == ["1 person is in Sales now."]
    assert primary_team(people[0]) == team


def test_a_refusal_in_the_middle_undoes_what_was_done(client, administrator, people, monkeypatch):
    def run(self, *, rows, actor, data):
        rows[0].is_active = False
        rows[0].save()
        raise BulkRefused("The second could not be done, so nothing was.")

    monkeypatch.setattr(Deactivate, "run", run)
    data = {"keys": f"{people[0].pk},{people[1].pk}", "confirmed": "1"}
    response = client.post(address("deactivate"), data)
    assert said(response) == ["The second could not be done, so nothing was."]
    assert may_sign_in() == {"Ada", "Ben", "Cleo", "Dan"}


def test_the_question_costs_the_same_for_few_and_many(client, administrator, people, django_assert_num_queries):
    def count(rows):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.post(address("deactivate"), {"row": [row.pk for row in rows]})
        return len(captured)

    few = count(people)
    many = count([*people, *(make_person() for _ in range(30))])
    assert few == many
