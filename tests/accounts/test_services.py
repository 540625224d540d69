"""Roles and teams of a person."""

import datetime

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from accounts.models import TeamMembership
from accounts.roles import CONTENT_EDITOR, MANAGER, ROLES
from accounts.services import assign_team, create_person, set_roles, sync_roles
from tests.factories.accounts import make_person, make_team

pytestmark = pytest.mark.django_db


def test_set_roles_replaces_ours_and_keeps_other_groups(learner):
    own = Group.objects.create(name="Night shift")
    learner.groups.add(own)
    set_roles(user=learner, roles=(CONTENT_EDITOR,))
    set_roles(user=learner, roles=(MANAGER,))
    assert set(learner.groups.values_list("name", flat=True)) == {"Night shift", MANAGER}


def test_assigning_a_team_ends_the_one_before_and_keeps_its_row(learner):
    first, second = make_team("First"), make_team("Second")
    assign_team(user=learner, team=first, since=datetime.date(2026, 1, 1))
    assign_team(user=learner, team=second, since=datetime.date(2026, 3, 1))
    rows = TeamMembership.objects.order_by("since").values_list("team__name", "since", "until")
    assert list(rows) == [
        ("First", datetime.date(2026, 1, 1), datetime.date(2026, 2, 28)),
        ("Second", datetime.date(2026, 3, 1), None),
    ]


def test_the_same_team_again_changes_nothing(learner):
    team = make_team(members=[learner])
    row = TeamMembership.objects.get()
    assert assign_team(user=learner, team=team) == row
    assert TeamMembership.objects.count() == 1


def test_no_team_ends_the_membership(learner):
    make_team(members=[learner], since=datetime.date(2026, 1, 1))
    assert assign_team(user=learner, team=None, since=datetime.date(2026, 2, 1)) is None
    assert TeamMembership.objects.get().until == datetime.date(2026, 1, 31)


def test_a_second_membership_of_a_team_becomes_the_primary_one(learner):
    team = make_team()
    TeamMembership.objects.create(user=learner, team=team, is_primary=False)
    assign_team(user=learner, team=team)
    assert TeamMembership.objects.get().is_primary


def test_an_address_is_taken_in_any_case(learner):
    with pytest.raises(ValidationError, match="Somebody already has this e-mail address"):
        create_person(email=learner.email.upper(), first_name="Lea", last_name="Again")


def test_sync_roles_takes_back_what_the_code_does_not_name():
    group = Group.objects.get(name=MANAGER)
    before = set(group.permissions.values_list("codename", flat=True))
    group.permissions.add(*Group.objects.get(name="administrator").permissions.all())
    sync_roles()
    assert set(group.permissions.values_list("codename", flat=True)) == before
    assert {role.name for role in ROLES} <= set(Group.objects.values_list("name", flat=True))


def test_unusable_password_until_one_is_set():
    assert not make_person("New Person").has_usable_password()
