"""Filters whose choices are rows, of which there may be many."""

import pytest
from django.urls import reverse

from accounts.models import Team
from accounts.roles import ADMINISTRATOR
from tests.factories.accounts import make_person, make_team

pytestmark = pytest.mark.django_db

ADDRESS = "accounts_user_modeladmin_index"


@pytest.fixture
def admin(client):
    client.force_login(make_person("Ada Admin", roles=(ADMINISTRATOR,)))
    return client


def page(admin, **query):
    response = admin.get(reverse(ADDRESS), query)
    return response, " ".join(response.content.decode().split())


def test_few_stand_in_the_list_all_of_them(admin):
    Team.objects.bulk_create(Team(name=f"Team {number:03}") for number in range(100))
    _response, text = page(admin)
    assert text.count("?team=") == 100
    assert "The first 100." not in text


def test_of_many_the_first_stand_there_and_any_can_be_chosen_by_a_link(admin):
    Team.objects.bulk_create(Team(name=f"Team {number:03}") for number in range(150))
    last = make_team("Zenith", members=[make_person("Zoe Zenith")])
    _response, text = page(admin)
    assert text.count("?team=") == 100
    assert "Team 099" in text and "Team 100" not in text
    assert "The first 100. The page of any other leads to its rows too." in text

    response, text = page(admin, team=str(last.uuid))
    assert [person.name for person in response.context["object_list"]] == ["Zoe Zenith"]
    assert "Team: Zenith" in text
    for nonsense in ("nobody", "5d9c2c80-0000-4000-8000-000000000000"):
        response, _text = page(admin, team=nonsense)
        assert response.status_code == 200
        assert len(response.context["object_list"]) == 2
