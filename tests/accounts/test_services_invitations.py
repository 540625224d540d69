"""Inviting people: links that work once, for a while, for one address."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import ModelLogEntry

from accounts.exceptions import InvitationRefused
from accounts.models import Invitation, InvitationState, User, hash_of_token
from accounts.services import (
    accept_invitation,
    deactivate_person,
    invite_people,
    return_person,
    revoke_invitations,
    settle_invitation,
)
from notifications.models import OutboxMail
from tests.factories.accounts import link_in, make_person

pytestmark = pytest.mark.django_db

PASSWORD = "quite-a-long-phrase"


@pytest.fixture(autouse=True)
def _mail_is_caught(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def actor():
    return make_person("Ada Admin")


def invite(person, actor=None):
    (invitation,) = invite_people(people=[person], actor=actor)
    return invitation


def test_an_invitation_is_a_mail_with_a_link_that_is_kept_nowhere(learner, actor):
    invitation = invite(learner, actor)
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([learner.email], "Your account at Lectern")
    assert "Hello Lea Learner," in message.body
    assert "because Ada Admin invited you" in message.body
    token = link_in(message).rstrip("/").rpartition("/")[2]
    assert len(token) >= 43
    assert invitation.token_hash == hash_of_token(token) != token
    assert link_in(message) in message.alternatives[0].content
    assert invitation.state == InvitationState.WAITING
    assert invitation.expires_at - invitation.created_at == timedelta(days=14)


def test_the_mail_and_its_link_are_in_the_persons_language(actor):
    person = make_person("Nele Neu")
    User.objects.filter(pk=person.pk).update(language="de")
    invitation = invite(person, actor)
    assert invitation.language == "de"
    assert "/de/accounts/invitation/" in link_in(mail.outbox[0])


def test_only_people_without_a_password_who_may_sign_in_are_invited(actor):
    fresh, known, gone = make_person(), make_person(password=PASSWORD), make_person()
    deactivate_person(person=gone)
    sent = invite_people(people=[fresh, known, gone, fresh], actor=actor)
    assert [invitation.person for invitation in sent] == [fresh]
    assert [message.to for message in mail.outbox] == [[fresh.email]]


def test_many_invitations_cost_as_many_statements_as_few(actor, settings):
    settings.EMAIL_BACKEND = "notifications.backends.OutboxBackend"
    counts = []
    for number in (10, 40):
        people = [make_person() for _number in range(number)]
        with CaptureQueriesContext(connection) as captured:
            assert len(invite_people(people=people, actor=actor)) == number
        counts.append(len(captured))
        logged = ModelLogEntry.objects.filter(action="accounts.invite", object_id__in=[person.pk for person in people])
        assert set(logged.values_list("user", flat=True)) == {actor.pk}
        assert logged.count() == number
    assert counts[0] == counts[1]
    assert sorted(OutboxMail.objects.values_list("to_address", flat=True)) == sorted(
        Invitation.objects.values_list("sent_to", flat=True)
    )


def test_sending_again_replaces_the_link_of_before(learner, actor):
    first = invite(learner, actor)
    second = invite(learner, actor)
    first.refresh_from_db()
    assert (first.state, first.obstacle) == (InvitationState.REPLACED, "replaced")
    with pytest.raises(InvitationRefused):
        accept_invitation(invitation=first, password=PASSWORD)
    assert accept_invitation(invitation=second, password=PASSWORD) == learner


def test_accepting_sets_the_password_once(learner):
    invitation = invite(learner)
    person = accept_invitation(invitation=invitation, password=PASSWORD)
    assert person.check_password(PASSWORD)
    with pytest.raises(InvitationRefused):
        accept_invitation(invitation=invitation, password="another-long-phrase")
    learner.refresh_from_db()
    assert learner.check_password(PASSWORD)
    invitation.refresh_from_db()
    assert (invitation.state, invitation.obstacle) == (InvitationState.ACCEPTED, "used")


def late(invitation):
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now())


def revoked(invitation):
    assert revoke_invitations(invitations=Invitation.objects.filter(pk=invitation.pk)) == 1


def moved(invitation):
    User.objects.filter(pk=invitation.person_id).update(email="elsewhere@example.com")


def switched_off(invitation):
    deactivate_person(person=invitation.person)


def back_again(invitation):
    deactivate_person(person=invitation.person)
    return_person(person=invitation.person)


def has_a_password(invitation):
    invitation.person.set_password("set-in-another-way")
    invitation.person.save()
    settle_invitation(person=invitation.person)


@pytest.mark.parametrize(
    ("happened", "obstacle"),
    [
        (late, "expired"),
        (revoked, "revoked"),
        (moved, "revoked"),
        (switched_off, "inactive"),
        (back_again, "revoked"),
        (has_a_password, "used"),
    ],
)
def test_a_link_that_must_not_work_changes_nothing(learner, happened, obstacle):
    invitation = invite(learner)
    happened(invitation)
    before = User.objects.values().get(pk=learner.pk), Invitation.objects.values().get()
    with pytest.raises(InvitationRefused):
        accept_invitation(invitation=invitation, password=PASSWORD)
    assert (User.objects.values().get(pk=learner.pk), Invitation.objects.values().get()) == before
    assert Invitation.objects.get().obstacle == obstacle


def test_revoking_twice_counts_once(learner):
    invite(learner)
    assert revoke_invitations(invitations=Invitation.objects.all()) == 1
    assert revoke_invitations(invitations=Invitation.objects.all()) == 0


def test_many_are_invited_in_portions(monkeypatch, actor):
    monkeypatch.setattr("accounts.services.invitations.AT_ONCE", 2)
    people = [make_person() for _number in range(5)]
    assert [row.person for row in invite_people(people=people, actor=actor)] == people
    assert len(mail.outbox) == 5


def test_the_outbox_keeps_the_text_to_its_reader(learner, actor, settings):
    from notifications.models import OutboxMail

    settings.EMAIL_BACKEND = "notifications.backends.OutboxBackend"
    invite(learner, actor)
    row = OutboxMail.objects.get()
    assert (row.recipient, row.is_private, row.to_address) == (learner, True, learner.email)
