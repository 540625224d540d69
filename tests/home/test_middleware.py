"""Whole pages for visitors: made once, over with what they show, and never given to somebody with a session."""

import pytest
from django.conf import settings as site
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from wagtail.models import PageViewRestriction

from tests.factories.accounts import make_person
from tests.factories.lms_pages import catalog, make_course
from workbench import kept

HOST = {"HTTP_HOST": "testserver"}


@pytest.fixture
def course(db):
    return make_course(title="Fire drills", visibility="public")


@pytest.fixture
def address(course):
    return catalog().get_url()


def get(address: str, **headers):
    return Client().get(address, **headers)


def queries(response) -> int:
    return int(response["X-Query-Count"])


def test_a_page_is_made_once(address, committed):
    committed()
    first, second = get(address), get(address)
    assert queries(first) > 0
    assert queries(second) == 0
    assert second.content == first.content
    assert (second["ETag"], second["Cache-Control"], second["Vary"]) == (first["ETag"], "no-cache", first["Vary"])
    assert "Cookie" in second["Vary"]


def test_who_has_it_gets_no_second_one(address, committed):
    committed()
    for _visit in range(2):
        page = get(address)
        again = get(address, HTTP_IF_NONE_MATCH=page["ETag"])
        assert (again.status_code, again.content) == (304, b"")


def test_somebody_with_a_session_is_never_given_it(address, committed):
    committed()
    get(address)
    client = Client()
    client.force_login(make_person("Lea Learner"))
    committed()
    get(address)
    page = client.get(address)
    assert queries(page) > 0
    assert "Lea Learner" in page.content.decode()
    assert page["Cache-Control"] == "no-cache, private"
    # Nor what was made for them to visitors.
    assert "Lea Learner" not in get(address).content.decode()
    stranger = Client()
    stranger.cookies[site.SESSION_COOKIE_NAME] = "not a session"
    assert queries(stranger.get(address)) > 0


def test_each_address_has_its_own(address, committed):
    make_course(title="First aid", visibility="public", level="advanced")
    committed()
    assert "First aid" in get(address).content.decode()
    assert "Fire drills" not in get(f"{address}?level=advanced").content.decode()
    assert "Fire drills" in get(address).content.decode()
    # Of filters and words there is no end; their pages are made each time.
    for query in ("?level=advanced", "?q=fire", "?page=7"):
        get(f"{address}{query}")
        assert queries(get(f"{address}{query}")) > 0


@pytest.mark.parametrize("name", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST"])
def test_a_poisoned_host_reaches_nobody_else(address, committed, name):
    committed()
    poisoned = get(address, **{name: "evil.example.com"})
    assert (poisoned.status_code == 400) is (name == "HTTP_HOST")
    assert b"evil.example.com" not in get(address).content


def test_a_page_with_a_form_of_ones_own_is_not_kept(course, committed):
    PageViewRestriction.objects.create(page=course, restriction_type="password", password="open sesame")
    committed()
    pages = [get(course.get_url()) for _visit in range(3)]
    assert all("csrfmiddlewaretoken" in page.content.decode() for page in pages)
    assert len({page.cookies["csrftoken"].value for page in pages}) == 3


def test_what_is_to_be_said_to_somebody_is_said_on_the_next_page(address, committed):
    committed()
    get(address)
    leaving = Client()
    leaving.force_login(make_person())
    committed()
    get(address)
    # A browser throws the cookie of the session away; what is left is what is to be said.
    client = Client()
    client.cookies["messages"] = leaving.post(reverse("account_logout")).cookies["messages"].value
    assert "You are signed out" in client.get(address).content.decode()
    assert "You are signed out" not in get(address).content.decode()


def test_a_course_that_is_taken_from_visitors_is_gone_at_once(course, committed):
    committed()
    address = course.get_url()
    assert get(address).status_code == 200
    type(course).objects.filter(pk=course.pk).update(visibility="people")
    committed()
    assert get(address).status_code == 302


def test_an_emptied_cache_costs_a_page_and_no_more(address, committed):
    committed()
    first = get(address)
    cache.clear()
    kept.forget_all()
    assert get(address).content == first.content
