"""Who sees which people, teams and memberships."""

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from accounts.models import Team, TeamMembership
from accounts.policies import enters_admin, kept_out_of_admin, visible_to
from accounts.roles import ADMINISTRATOR
from accounts.services import assign_team
from tests.factories.accounts import make_person, make_team

pytestmark = pytest.mark.django_db

User = get_user_model()
YEAR_AGO = datetime.date(2025, 1, 1)


def names(viewer):
    return {person.name for person in visible_to(viewer, User.objects.all())}


def test_administrators_see_everyone_and_others_themselves(learner):
    other = make_person("Olga Other")
    assert names(make_person("Ada Admin", roles=(ADMINISTRATOR,))) == {"Ada Admin", "Lea Learner", "Olga Other"}
    assert names(other) == {"Olga Other"}


def test_a_manager_sees_who_is_in_the_team_today_and_not_who_left(learner):
    manager, leaver = make_person("Mia Manager"), make_person("Leo Leaver")
    team = make_team(managers=[manager], members=[learner, leaver], since=YEAR_AGO)
    assert names(manager) == {"Mia Manager", "Lea Learner", "Leo Leaver"}

    assign_team(user=leaver, team=make_team())
    assert names(manager) == {"Mia Manager", "Lea Learner"}
    assert list(visible_to(manager, Team.objects.all())) == [team]


def test_several_managers_share_a_team_and_duplicate_no_row(learner):
    first, second = make_person("Fay First"), make_person("Sam Second")
    make_team(managers=[first, second], members=[learner])
    make_team(managers=[first], members=[])
    assert visible_to(first, User.objects.all()).count() == 2
    assert names(second) == {"Sam Second", "Lea Learner"}


def test_members_see_their_own_memberships_only(learner):
    make_team(members=[learner])
    make_team(members=[make_person()])
    assert [row.user for row in visible_to(learner, TeamMembership.objects.all())] == [learner]


def test_somebody_who_may_not_sign_in_sees_nobody(learner, anonymous):
    learner.is_active = False
    assert names(learner) == set()
    assert names(anonymous) == set()


def test_who_enters_the_admin_is_said_alike_of_one_and_of_many(learner):
    by_role = make_person("Ada Admin", roles=(ADMINISTRATOR,))
    by_right, superuser = make_person("Rita Right"), make_person("Sue Super")
    by_right.user_permissions.add(Permission.objects.get(codename="access_admin"))
    User.objects.filter(pk=superuser.pk).update(is_superuser=True)
    people = [User.objects.get(pk=person.pk) for person in (learner, by_role, by_right, superuser)]
    assert [enters_admin(person) for person in people] == [False, True, True, True]
    assert list(kept_out_of_admin(User.objects.all())) == [learner]
