"""The words of signing in and of passwords."""

import re

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from tests.factories.accounts import make_person

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-enough-phrase"


def fields(response):
    """Label, autocomplete and placeholder of each visible field."""
    form = response.context["form"]
    return [
        (str(field.label), field.field.widget.attrs.get("autocomplete"), field.field.widget.attrs.get("placeholder"))
        for field in form.visible_fields()
    ]


def labels(response):
    return [label for label, _autocomplete, _placeholder in fields(response)]


def test_signing_in(client):
    response = client.get(reverse("account_login"))
    assert fields(response) == [
        ("E-mail address", "username", None), ("Password", "current-password", None), ("Stay signed in", None, None),
    ]  # fmt: skip
    text = response.content.decode()
    assert reverse("account_reset_password") in text
    assert "Not on a computer that others use." in text


def test_asking_for_a_new_password(client):
    assert fields(client.get(reverse("account_reset_password"))) == [("E-mail address", "username", None)]


def test_a_new_password_by_link(client):
    person = make_person(password=PASSWORD)
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": key.split("-")[0], "key": key.split("-", 1)[1]})
    response = client.get(path, follow=True)
    assert fields(response) == [
        ("New password", "new-password", None), ("New password once more", "new-password", None),
    ]  # fmt: skip
    assert "At least 10 characters." in response.content.decode()

    new = "another-long-phrase"
    client.post(response.request["PATH_INFO"], {"password1": new, "password2": new})
    person.refresh_from_db()
    assert person.check_password(new)


def test_changing_the_password(client):
    person = make_person(password=PASSWORD)
    client.force_login(person)
    response = client.get(reverse("account_change_password"))
    assert labels(response) == ["Current password", "New password", "New password once more"]
    short = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    refused = client.post(reverse("account_change_password"), short)
    assert "at least 10 characters" in re.sub(r"<[^>]+>", "", refused.content.decode())
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_showing_that_it_is_you(client):
    person = make_person(password=PASSWORD)
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert fields(client.get(reverse("account_reauthenticate"))) == [("Password", "current-password", None)]
