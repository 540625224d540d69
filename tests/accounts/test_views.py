"""The admin's door is the site's door."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.roles import CONTENT_EDITOR
from tests.factories.accounts import make_person

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-enough-phrase"


@pytest.fixture
def editor():
    return make_person("Emil Editor", roles=(CONTENT_EDITOR,), password=PASSWORD)


def test_the_admin_sends_to_the_one_sign_in_and_back(client, editor):
    response = client.get("/admin/courses/", follow=True)
    assert response.redirect_chain == [
        ("/admin/login/?next=/admin/courses/", 302),
        ("/accounts/login/?next=/admin/courses/", 302),
    ]
    signed_in = client.post(response.request["PATH_INFO"] + "?next=/admin/courses/", {
        "login": editor.email, "password": PASSWORD, "next": "/admin/courses/",
    })  # fmt: skip
    assert (signed_in.status_code, signed_in.url) == (302, "/admin/courses/")


def test_wagtails_own_sign_in_form_is_not_reachable(client, editor):
    response = client.post("/admin/login/", {"username": editor.email, "password": PASSWORD})
    assert response.url == "/accounts/login/?next=/admin/"
    assert "_auth_user_id" not in client.session
    assert client.get("/admin/password_reset/").status_code == 404


def test_people_without_a_role_read_a_sentence(client, learner):
    client.force_login(learner)
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain == [("/admin/login/?next=/admin/", 302)]
    assert response.status_code == 403
    text = response.content.decode()
    assert "The admin is for staff" in text
    assert learner.email in text


def test_the_door_never_sends_to_another_site(client, editor):
    assert client.get("/admin/login/?next=https://evil.example/").url == "/accounts/login/?next=/admin/"
    client.force_login(editor)
    assert client.get("/admin/login/?next=https://evil.example/").url == "/admin/"
    assert client.get("/admin/login/?next=/admin/courses/").url == "/admin/courses/"


def test_signing_out_of_the_admin_ends_the_one_session(client, editor):
    client.force_login(editor)
    client.post(reverse("wagtailadmin_logout"))
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("my_learning")).status_code == 302


def test_failed_attempts_are_limited_at_the_admins_door_too(client, editor, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/m/key"}
    cache.clear()
    for _attempt in range(3):
        client.post("/accounts/login/?next=/admin/", {"login": editor.email, "password": "wrong"})
    response = client.post("/accounts/login/?next=/admin/", {"login": editor.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert "Too many failed login attempts" in response.content.decode()
    cache.clear()
