"""Two requests with one invitation, on a database that runs them at the same time."""

import threading
from functools import partial

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from accounts.exceptions import InvitationRefused
from accounts.models import Invitation
from accounts.services import accept_invitation, invitations, invite_people
from tests.factories.accounts import make_person
from tests.races import at_once, need_postgresql, none_fails

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture(autouse=True)
def postgresql(db, settings):
    need_postgresql()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def accept_together(person):
    (invitation,) = invite_people(people=[person])
    outcomes = at_once(
        *(
            partial(accept_invitation, invitation=invitation, password=f"quite-a-long-phrase-{number}")
            for number in range(4)
        )
    )
    assert all(isinstance(outcome, InvitationRefused) or outcome == person for outcome in outcomes), outcomes
    return [number for number, outcome in enumerate(outcomes) if outcome == person]


def test_one_of_many_requests_sets_the_password():
    person = make_person()
    (winner,) = accept_together(person)
    person.refresh_from_db()
    assert person.check_password(f"quite-a-long-phrase-{winner}")


def test_the_twin_without_the_guards_sets_it_many_times(monkeypatch):
    """The same requests with a look and then a write."""
    everybody_has_looked = threading.Barrier(4, timeout=20)

    def look_then_write(invitation):
        is_open = Invitation.objects.usable().filter(pk=invitation.pk).exists()
        everybody_has_looked.wait()
        Invitation.objects.filter(pk=invitation.pk).update(accepted_at=timezone.now())
        return is_open

    monkeypatch.setattr(invitations, "claim_invitation", look_then_write)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)
    assert len(accept_together(make_person())) == 4


def test_two_administrators_invite_one_person_at_once():
    """Each mail is written, and only the link of the later one opens the account."""
    person = make_person()
    outcomes = none_fails(*[partial(invite_people, people=[person])] * 4)
    assert [len(outcome) for outcome in outcomes] == [1, 1, 1, 1]
    assert Invitation.objects.count() == 4
    assert Invitation.objects.usable().count() == 1
