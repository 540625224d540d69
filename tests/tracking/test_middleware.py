"""Which pages are counted, and what is noted of them."""

import logging
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.utils import timezone

from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import catalog, lessons_of, make_course
from tests.factories.tracking import switch_on
from tracking.models import PageView
from workbench.kept import rates

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(committed):
    switch_on()
    committed()


def views() -> list[tuple]:
    return list(PageView.objects.order_by("pk").values_list("kind", "title", "is_signed_in", "weight"))


@pytest.mark.usefixtures("counted")
def test_a_learners_pages(client, learner):
    course = make_course("Fire safety")
    make_enrollment(learner, course)
    lesson = lessons_of(course)[0]
    client.force_login(learner)
    for address in (catalog().url, course.url, lesson.url, "/my-learning/", "/search/?q=fire", "/search/"):
        assert client.get(address).status_code == 200, address
    assert views() == [
        ("catalog", catalog().title, True, 1),
        ("course", "Fire safety", True, 1),
        ("lesson", lesson.title, True, 1),
        ("my_learning", "", True, 1),
        ("search", "", True, 1),
        ("search", "", True, 1),
    ]
    keys = list(PageView.objects.order_by("pk").values_list("course_key", "lesson_key", "language"))
    assert keys[:3] == [
        (None, None, "en"),
        (course.translation_key, None, "en"),
        (course.translation_key, lesson.translation_key, "en"),
    ]


@pytest.mark.usefixtures("counted")
def test_a_view_bears_nobodys_name(client, learner):
    client.force_login(learner)
    client.get("/my-learning/")
    row = PageView.objects.values().get()
    assert set(row) == {
        "id", "uuid", "at", "kind", "title", "course_key", "lesson_key", "language", "is_signed_in", "weight",
    }  # fmt: skip


@pytest.mark.usefixtures("counted")
def test_a_page_that_was_kept_for_visitors_counts_each_time(client, committed):
    address = make_course("Fire safety", visibility="public").url
    cache.clear()
    committed()
    bodies = {client.get(address).content for _turn in range(3)}
    assert len(bodies) == 1
    (rate,) = [rate for rate in rates() if rate.name == "pages for visitors"]
    assert rate.hits >= 1
    assert views() == [("course", "Fire safety", False, 1)] * 3
    assert PageView.objects.values("course_key").distinct().count() == 1


UNCOUNTED = {
    "asked not to": {"HTTP_DNT": "1"},
    "asked not to, in the other way": {"HTTP_SEC_GPC": "1"},
    "a search engine": {"HTTP_USER_AGENT": "Mozilla/5.0 (compatible; Examplebot/2.1)"},
    "only fetched ahead": {"HTTP_SEC_PURPOSE": "prefetch"},
    "a part of a page": {"HTTP_HX_REQUEST": "true"},
}


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("headers", UNCOUNTED.values(), ids=UNCOUNTED)
def test_what_is_not_counted(client, headers):
    address = make_course(visibility="public").url
    assert client.get(address, **headers).status_code == 200
    assert views() == []
    client.get(address)
    assert len(views()) == 1


@pytest.mark.usefixtures("counted")
def test_only_pages_that_are_shown_are_counted(client, administrator):
    assert client.get("/nothing-here/").status_code == 404
    assert client.get("/my-learning/").status_code == 302
    assert client.head("/search/").status_code == 200
    assert client.get("/site.css").status_code in (200, 404)
    client.force_login(administrator)
    assert client.get("/admin/").status_code == 200
    assert views() == []


@pytest.fixture
def administrator():
    return make_person("Ada", roles=("administrator",))


def test_nothing_is_counted_while_it_is_off(client, committed):
    switch_on(page_views=False)
    committed()
    client.get(make_course(visibility="public").url)
    assert views() == []


def test_one_in_ten_stands_for_ten(client, committed, monkeypatch):
    switch_on(one_in=10)
    committed()
    turns = iter(range(10))
    monkeypatch.setattr("tracking.services.noting.random.randrange", lambda most: next(turns) % most)
    address = make_course("Fire safety", visibility="public").url
    for _turn in range(10):
        client.get(address)
    assert views() == [("course", "Fire safety", False, 10)]


@pytest.mark.usefixtures("counted")
def test_it_is_noted_after_the_answer(rf, client, monkeypatch):
    """Nothing is written before the last byte was handed over: whoever waits for the page does not wait for it."""
    from tracking.middleware import UsageMiddleware

    page = client.get("/search/")
    PageView.objects.all().delete()
    request = rf.get("/search/")
    request.resolver_match = page.resolver_match
    response = UsageMiddleware(lambda asked: page)(request)
    assert views() == []
    response.close()
    assert views() == [("search", "", False, 1)]


@pytest.mark.usefixtures("counted")
def test_a_database_that_is_gone_costs_the_view_and_not_the_page(client, monkeypatch, caplog):
    def gone(**values):
        raise OperationalError

    monkeypatch.setattr(PageView.objects, "create", gone)
    with caplog.at_level(logging.WARNING, "tracking"):
        assert client.get("/search/").status_code == 200
    assert [record.getMessage() for record in caplog.records if record.name.startswith("tracking")] == [
        "a page view was not noted: OperationalError"
    ]


@pytest.mark.usefixtures("counted")
def test_when_is_the_moment_of_the_answer(client):
    before = timezone.now()
    client.get("/search/")
    assert timedelta() <= PageView.objects.get().at - before < timedelta(seconds=20)
