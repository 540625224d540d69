"""Taking the right to sign in away and giving it back."""

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.urls import reverse

from accounts.models import Invitation
from accounts.roles import ADMINISTRATOR, MANAGER
from accounts.services import deactivate_person, invite_people, return_person
from tests.factories.accounts import make_person, make_team

pytestmark = pytest.mark.django_db

PASSWORD = "quite-a-long-phrase"


@pytest.fixture(autouse=True)
def _mail_is_caught(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def administrator():
    return make_person("Ada Admin", roles=(ADMINISTRATOR,))


@pytest.fixture
def person():
    return make_person("Paul Past", password=PASSWORD)


def sign_in(client, person):
    return client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})


def test_a_session_ends_at_once_and_stays_ended_after_the_return(client, person, administrator):
    sign_in(client, person)
    assert client.get("/my-learning/").status_code == 200
    deactivate_person(person=person, actor=administrator)
    assert client.get("/my-learning/").status_code == 302
    return_person(person=person, actor=administrator)
    assert client.get("/my-learning/").status_code == 302
    sign_in(client, person)
    assert client.get("/my-learning/").status_code == 200


def test_somebody_deactivated_reads_why_they_cannot_sign_in(client, person):
    deactivate_person(person=person)
    page = client.post("/accounts/login/", {"login": person.email, "password": PASSWORD}, follow=True)
    assert "This account is switched off" in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_no_password_reset_while_deactivated(client, person):
    client.post("/accounts/password/reset/", {"email": person.email})
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    deactivate_person(person=person)
    page = client.get(link, follow=True)
    assert "This link does not work any more" in page.content.decode()
    set_page = link.rpartition("-")[0] + "-set-password/"
    client.post(set_page, {"password1": "another-long-phrase", "password2": "another-long-phrase"})
    client.post("/accounts/password/reset/", {"email": person.email})
    assert len(mail.outbox) == 1
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_nothing_happens_twice(person, administrator):
    from wagtail.models import ModelLogEntry

    for _time in range(2):
        deactivate_person(person=person, actor=administrator)
    for _time in range(2):
        return_person(person=person, actor=administrator)
    entries = ModelLogEntry.objects.for_instance(person).order_by("pk").values_list("action", "user")
    assert list(entries) == [("accounts.deactivate", administrator.pk), ("accounts.return", administrator.pk)]
    person.refresh_from_db()
    assert (person.is_active, person.session_generation) == (True, 1)


def test_an_open_invitation_is_revoked(learner):
    invite_people(people=[learner])
    deactivate_person(person=learner)
    assert Invitation.objects.pending().count() == 0


def said(response):
    return [str(message).strip() for message in get_messages(response.wsgi_request)]


def act(client, person, name, **data):
    return client.post(reverse("accounts_act_on_person", args=[person.pk, name]), data)


def test_a_persons_page_asks_and_then_acts(client, administrator, person):
    client.force_login(administrator)
    inspect = reverse("accounts_user_modeladmin_inspect", args=[person.pk])
    assert "Deactivate…" in client.get(inspect).content.decode()
    assert client.get(reverse("accounts_act_on_person", args=[person.pk, "deactivate"])).status_code == 405
    asked = act(client, person, "deactivate")
    assert "Deactivate 1 person?" in asked.content.decode()
    person.refresh_from_db()
    assert person.is_active
    assert said(act(client, person, "deactivate", confirmed="1")) == ["1 person may no longer sign in."]
    text = client.get(inspect).content.decode()
    assert "Let return…" in text
    assert "Deactivated, by Ada Admin" in text
    assert said(act(client, person, "return", confirmed="1"))[-1] == "1 person may sign in again."
    person.refresh_from_db()
    assert person.is_active


def test_administrators_do_not_lock_themselves_out(client, administrator):
    client.force_login(administrator)
    response = act(client, administrator, "deactivate", confirmed="1")
    assert "You cannot lock yourself out." in response.content.decode()
    administrator.refresh_from_db()
    assert administrator.is_active


def test_an_action_on_one_person_touches_no_other(client, administrator, person, learner):
    client.force_login(administrator)
    act(client, person, "deactivate", confirmed="1", keys=str(learner.pk), everything="1", row=str(learner.pk))
    person.refresh_from_db()
    learner.refresh_from_db()
    assert (person.is_active, learner.is_active) == (False, True)


def test_managers_and_strangers_change_nothing(client, person):
    manager = make_person("Mona Manager", roles=(MANAGER,))
    make_team(managers=[manager], members=[person])
    client.force_login(manager)
    act(client, person, "deactivate", confirmed="1")
    client.post(reverse("accounts_invite", args=[person.pk]))
    person.refresh_from_db()
    assert person.is_active
    assert mail.outbox == []
