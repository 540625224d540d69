"""Inviting in the admin: on adding a person, from their page and list, and the list of invitations."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, User
from accounts.roles import ADMINISTRATOR, MANAGER
from accounts.services import accept_invitation, deactivate_person, invite_people, revoke_invitations
from tests.factories.accounts import make_person, make_team

pytestmark = pytest.mark.django_db

INDEX = "accounts_invitation_modeladmin_index"
PASSWORD = "quite-a-long-phrase"


@pytest.fixture(autouse=True)
def _mail_is_caught(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def administrator(client):
    person = make_person("Ada Admin", roles=(ADMINISTRATOR,))
    client.force_login(person)
    return person


def said(response):
    return [str(message).strip() for message in get_messages(response.wsgi_request)]


def listed(client, query=""):
    return sorted(row.person.name for row in client.get(f"{reverse(INDEX)}?{query}").context["object_list"])


def add(client, **changes):
    data = {"email": "nora@example.com", "first_name": "Nora", "last_name": "New", "team": "", "timezone": "", "language": "de", **changes}  # fmt: skip
    return client.post(reverse("accounts_user_modeladmin_create"), data)


def test_adding_a_person_offers_an_invitation(client, administrator):
    form = client.get(reverse("accounts_user_modeladmin_create")).context["form"]
    assert form["send_invitation"].initial is True
    response = add(client, send_invitation="on")
    assert said(response)[0].startswith("Nora New was added. An invitation is on its way to nora@example.com.")
    invitation = Invitation.objects.get()
    assert (invitation.created_by, invitation.language, invitation.sent_to) == (administrator, "de", "nora@example.com")
    assert [message.to for message in mail.outbox] == [["nora@example.com"]]


def test_a_person_may_be_added_without(client, administrator):
    assert said(add(client))[0].startswith("Nora New was added and not invited yet.")
    assert (mail.outbox, Invitation.objects.count()) == ([], 0)


def test_a_form_with_an_error_invites_nobody(client, administrator, learner):
    assert add(client, send_invitation="on", email=learner.email).status_code == 200
    assert mail.outbox == []


def test_another_address_makes_the_link_sent_to_the_old_one_useless(client, administrator, learner):
    invite_people(people=[learner])
    data = {"email": "right@example.com", "first_name": "Lea", "last_name": "Learner", "team": "", "timezone": "", "language": ""}  # fmt: skip
    assert client.post(reverse("accounts_user_modeladmin_edit", args=[learner.pk]), data).status_code == 302
    assert Invitation.objects.get().obstacle == "revoked"


def test_a_persons_page_invites_and_says_how_it_stands(client, administrator, learner):
    inspect = reverse("accounts_user_modeladmin_inspect", args=[learner.pk])
    assert "No password and no invitation yet" in client.get(inspect).content.decode()
    invite = reverse("accounts_invite", args=[learner.pk])
    assert client.get(invite).status_code == 405
    assert said(client.post(invite)) == [f"An invitation is on its way to {learner.email}."]
    page = client.get(inspect)
    assert "not accepted yet" in page.content.decode()
    assert "Invited by Ada Admin" in page.content.decode()
    link = next(link for link in page.context["related"] if link.label == "invitation")
    assert [row.person for row in client.get(link.url).context["object_list"]] == [learner]
    accept_invitation(invitation=Invitation.objects.get(), password=PASSWORD)
    assert "Accepted the invitation" in client.get(inspect).content.decode()
    assert said(client.post(invite))[-1] == "No mail was sent: Lea Learner has a password already or may not sign in."
    assert len(mail.outbox) == 1


def test_the_list_shows_who_has_not_accepted(client, administrator):
    names = ("Ann Accepted", "Eva Expired", "Rob Revoked", "Wim Waiting")
    ann, eva, rob, wim = people = [make_person(name) for name in names]
    invite_people(people=people, actor=administrator)
    accept_invitation(invitation=ann.invitations.get(), password=PASSWORD)
    eva.invitations.update(expires_at=timezone.now() - timedelta(days=1))
    revoke_invitations(invitations=rob.invitations.all())
    assert listed(client) == ["Eva Expired", "Wim Waiting"]
    assert listed(client, "state=expired") == ["Eva Expired"]
    assert listed(client, "state=accepted") == ["Ann Accepted"]
    assert listed(client, "state=revoked") == ["Rob Revoked"]
    assert listed(client, "state=all") == sorted(names)
    assert listed(client, f"state=all&person={wim.uuid}") == ["Wim Waiting"]
    people_index = reverse("accounts_user_modeladmin_index")
    invited = client.get(f"{people_index}?access=invited").context["object_list"]
    assert {person.name for person in invited} == {"Eva Expired", "Wim Waiting"}
    uninvited = client.get(f"{people_index}?access=uninvited").context["object_list"]
    assert {person.name for person in uninvited} == {"Ada Admin", "Rob Revoked"}


def test_rows_are_sent_again_and_revoked_by_posts(client, administrator, learner):
    (first,) = invite_people(people=[learner])
    again, revoke = (reverse(f"accounts_invitation_{name}", args=[first.pk]) for name in ("resend", "revoke"))
    assert (client.get(again).status_code, client.get(revoke).status_code) == (405, 405)
    assert said(client.post(again)) == [f"A new invitation is on its way to {learner.email}."]
    first.refresh_from_db()
    assert first.is_replaced
    assert said(client.post(revoke))[-1] == "Nothing was changed: the invitation of Lea Learner is not open any more."
    newest = Invitation.objects.pending().get()
    client.post(reverse("accounts_invitation_revoke", args=[newest.pk]))
    assert Invitation.objects.pending().count() == 0
    assert len(mail.outbox) == 2


def test_all_that_are_open_are_sent_again_at_once(client, administrator):
    people = [make_person() for _number in range(3)]
    invite_people(people=people)
    deactivate_person(person=people[0])
    bulk = reverse("accounts_invitation_modeladmin_bulk", args=["send-again"])
    asked = client.post(f"{bulk}?state=all", {"everything": "1"})
    assert "Send 2 invitations again?" in asked.content.decode()
    assert "May not sign in." in asked.content.decode()
    sent = client.post(bulk, {"keys": ",".join(map(str, Invitation.objects.values_list("pk", flat=True))), "confirmed": "1"})  # fmt: skip
    assert said(sent) == ["2 invitations are on their way."]
    assert len(mail.outbox) == 5
    bulk = reverse("accounts_invitation_modeladmin_bulk", args=["revoke"])
    client.post(f"{bulk}?", {"keys": ",".join(map(str, Invitation.objects.values_list("pk", flat=True))), "confirmed": "1"})  # fmt: skip
    assert Invitation.objects.pending().count() == 0


def test_many_people_are_invited_from_their_list(client, administrator, learner):
    known = make_person("Kim Known", password=PASSWORD)
    bulk = reverse("accounts_user_modeladmin_bulk", args=["invite"])
    asked = client.post(bulk, {"row": [learner.pk, known.pk]})
    assert "Send 1 invitation?" in asked.content.decode()
    assert "Has a password already." in asked.content.decode()
    client.post(bulk, {"keys": f"{learner.pk},{known.pk}", "confirmed": "1"})
    assert [message.to for message in mail.outbox] == [[learner.email]]


def test_managers_see_their_team_and_send_nothing(client, learner):
    manager, other = make_person("Mona Manager", roles=(MANAGER,)), make_person("Otto Other")
    make_team(managers=[manager], members=[learner])
    invite_people(people=[learner, other])
    client.force_login(manager)
    assert listed(client, "state=all") == ["Lea Learner"]
    text = client.get(reverse(INDEX)).content.decode()
    assert "Send again" not in text
    for name in ("resend", "revoke"):
        client.post(reverse(f"accounts_invitation_{name}", args=[learner.invitations.get().pk]))
        outside = client.post(reverse(f"accounts_invitation_{name}", args=[other.invitations.get().pk]))
        assert outside.status_code == 404
    assert (Invitation.objects.pending().count(), len(mail.outbox)) == (2, 2)


def test_nobody_reads_a_link_here(client, administrator, learner):
    (invitation,) = invite_people(people=[learner])
    page = client.get(reverse("accounts_invitation_modeladmin_inspect", args=[invitation.pk]))
    assert page.status_code == 200
    assert invitation.token_hash not in page.content.decode()


def test_the_list_costs_the_same_with_many_rows(client, administrator, learner):
    def cost():
        client.get(reverse(INDEX))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(INDEX)).status_code == 200
        return len(captured)

    invite_people(people=[learner, make_person()], actor=administrator)
    few = cost()
    people = User.objects.bulk_create(User(email=f"grown.{number}@example.com", password="!") for number in range(120))
    invite_people(people=people, actor=administrator)
    assert cost() == few
