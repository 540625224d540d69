"""The page behind an invitation's link: setting the password, and what late or used links say."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Invitation, User
from accounts.services import deactivate_person, invite_people, revoke_invitations
from tests.factories.accounts import link_in, make_person

pytestmark = pytest.mark.django_db

PASSWORD = "quite-a-long-phrase"


@pytest.fixture(autouse=True)
def _mail_is_caught(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def link(learner):
    return sent_link(learner)


def sent_link(person):
    invite_people(people=[person], actor=make_person("Ada Admin"))
    return link_in(mail.outbox[-1]).removeprefix("http://testserver")


def answer(client, link, password=PASSWORD, again=PASSWORD):
    return client.post(link, {"password1": password, "password2": again})


def text_of(response):
    return " ".join(response.content.decode().split())


def test_a_person_sets_a_password_and_is_signed_in(client, learner, link):
    page = client.get(link)
    assert page.status_code == 200
    assert "Welcome, Lea Learner" in text_of(page)
    assert "no-store" in page.headers["Cache-Control"]
    response = answer(client, link)
    assert (response.status_code, response.url) == (302, "/my-learning/")
    assert client.session["_auth_user_id"] == str(learner.pk)
    assert "Welcome, Lea Learner. Your password is set." in text_of(client.get("/my-learning/"))
    learner.refresh_from_db()
    assert learner.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("short", "short", "This password is too short."),
        (PASSWORD, "something-else-again", "You must type the same password each time."),
        ("lea.learner", "lea.learner", "The password is too similar to the"),
    ],
)
def test_a_password_that_will_not_do_is_said_at_the_field(client, learner, link, password, again, sentence):
    response = answer(client, link, password, again)
    assert response.status_code == 200
    assert sentence in text_of(response)
    learner.refresh_from_db()
    assert not learner.has_usable_password()
    assert Invitation.objects.usable().count() == 1


def test_a_link_works_once(client, learner, link):
    answer(client, link)
    client.logout()
    page = client.get(link)
    assert (page.status_code, "This invitation was used already" in text_of(page)) == (410, True)
    response = answer(client, link, "another-long-phrase", "another-long-phrase")
    assert response.status_code == 410
    assert "_auth_user_id" not in client.session
    learner.refresh_from_db()
    assert learner.check_password(PASSWORD)


def expire():
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def test_a_late_link_gets_a_new_one_at_the_same_address(client, learner, link):
    expire()
    page = client.get(link)
    assert page.status_code == 410
    assert "This invitation came too late" in text_of(page)
    assert client.get(f"{link}again/").status_code == 405
    sent = client.post(f"{link}again/")
    assert sent.status_code == 200
    assert "A mail is on its way" in text_of(sent)
    assert [message.to for message in mail.outbox] == [[learner.email]] * 2
    assert "There is a newer invitation" in text_of(client.get(link))
    # Once per link: whoever finds an old mail cannot fill a mailbox.
    assert client.post(f"{link}again/").status_code == 410
    assert len(mail.outbox) == 2
    newer = link_in(mail.outbox[-1]).removeprefix("http://testserver")
    assert answer(client, newer).status_code == 302


def test_a_link_that_still_works_is_not_sent_again(client, link):
    client.post(f"{link}again/")
    assert len(mail.outbox) == 1


def test_revoked_and_switched_off_say_so(client, learner, link):
    revoke_invitations(invitations=Invitation.objects.all())
    assert "This invitation was taken back" in text_of(client.get(link))
    assert answer(client, link).status_code == 410
    deactivate_person(person=learner)
    assert "This account is switched off" in text_of(client.get(link))
    learner.refresh_from_db()
    assert not learner.has_usable_password()


def test_an_address_that_is_no_invitation(client, db):
    for token in ("nonsense", "x" * 43, "ü"):
        page = client.get(f"/accounts/invitation/{token}/")
        assert (page.status_code, "This is no invitation" in text_of(page)) == (404, True)


def test_somebody_else_on_this_computer_is_signed_out(client, learner, link):
    other = make_person("Olga Other")
    client.force_login(other)
    assert "Olga Other is signed in on this computer and will be signed out." in text_of(client.get(link))
    answer(client, link)
    assert client.session["_auth_user_id"] == str(learner.pk)


def test_the_page_is_in_the_persons_language(client):
    person = make_person("Nele Neu")
    User.objects.filter(pk=person.pk).update(language="de")
    page = client.get(sent_link(person))
    assert '<html lang="de"' in text_of(page)


def test_a_name_is_escaped_on_the_page_and_in_the_mail(client):
    page = client.get(sent_link(make_person("<b>Bold</b> Name", email="bold@example.com")))
    assert "<b>Bold" not in page.content.decode()
    assert "<b>Bold" not in mail.outbox[-1].alternatives[0].content
