"""Making an account alone: closed unless the site opens it, and the address is proven before there is a password."""

import pytest
from django.core import mail

from accounts.models import User
from accounts.services import deactivate_person
from operations.models import SignUp, SiteSettings
from tests.factories.accounts import link_in, make_person

pytestmark = pytest.mark.django_db

PASSWORD = "quite-a-long-phrase"


@pytest.fixture(autouse=True)
def _mail_is_caught(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def allow(*domains):
    site = SiteSettings.load()
    site.sign_up, site.sign_up_domains = SignUp.DOMAINS if domains else SignUp.OPEN, ", ".join(domains)
    site.save()


def sign_up(client, address="nina.new@example.com"):
    data = {"first_name": "Nina", "last_name": "New", "email": address}
    return " ".join(client.post("/accounts/signup/", data).content.decode().split())


def test_nobody_signs_up_where_the_site_does_not_say_so(client):
    assert "Accounts are made for you" in client.get("/accounts/signup/").content.decode()
    assert "Accounts are made for you" in sign_up(client)
    assert (User.objects.count(), mail.outbox) == (0, [])
    assert "ask them or your manager" in client.get("/accounts/login/").content.decode()


def test_an_account_opens_with_the_link_in_the_mail(client):
    allow()
    assert 'href="/accounts/signup/"' in client.get("/accounts/login/").content.decode()
    assert "A mail is on its way" in sign_up(client, "Nina.New@example.com")
    person = User.objects.get()
    assert (person.email, person.has_usable_password(), person.groups.count()) == ("nina.new@example.com", False, 0)
    assert "_auth_user_id" not in client.session
    link = link_in(mail.outbox[0]).removeprefix("http://testserver")
    client.post(link, {"password1": PASSWORD, "password2": PASSWORD})
    assert client.session["_auth_user_id"] == str(person.pk)


@pytest.mark.parametrize("address", ["nina@elsewhere.example", "nina@sub.corp.example.com", "corp.example.com@evil.example"])  # fmt: skip
def test_only_addresses_of_the_domains_sign_up(client, address):
    allow("corp.example.com")
    assert "Only addresses at corp.example.com sign up alone." in sign_up(client, address)
    assert (User.objects.count(), mail.outbox) == (0, [])
    assert "A mail is on its way" in sign_up(client, "nina@CORP.example.com")


def test_the_answer_does_not_tell_who_has_an_account(client):
    allow()
    known, gone = make_person("Kim Known", password=PASSWORD), make_person("Gus Gone")
    deactivate_person(person=gone)

    def answer(address):
        return sign_up(client, address).replace(address, "ADDRESS")

    assert answer(known.email) == answer(gone.email) == answer("nina.new@example.com")
    subjects = [(message.to, message.subject) for message in mail.outbox]
    assert subjects == [([known.email], "A new password for Lectern"), (["nina.new@example.com"], "Your account at Lectern")]  # fmt: skip
    known.refresh_from_db()
    assert (known.name, known.check_password(PASSWORD)) == ("Kim Known", True)


def test_attempts_are_limited(client, settings):
    from django.core.cache import cache

    allow()
    settings.ACCOUNT_RATE_LIMITS = {"signup": "2/m/ip"}
    cache.clear()
    for number in range(3):
        sign_up(client, f"nina.{number}@example.com")
    assert User.objects.count() == 2
    cache.clear()
