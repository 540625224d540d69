"""Search: what is read, what it costs, and what it says of what it leaves out."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from home import selectors
from home.selectors import search_results
from tests.factories.lms_pages import make_course

pytestmark = pytest.mark.django_db


def words(response) -> str:
    return " ".join(response.content.decode().split())


def queries(client) -> list[str]:
    address = reverse("search") + "?q=fire"
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured]


def test_search_reads_no_lesson_and_costs_the_same_for_many_results(signed_in):
    def add(count: int) -> None:
        for number in range(count):
            make_course(f"Fire safety {number}", modules=1, lessons=2, with_check=False)

    add(1)
    few = queries(signed_in)
    add(5)
    many = queries(signed_in)
    assert len(many) == len(few)
    assert not [sql for sql in many if '"lms_pages_lessonpage"."body",' in sql]


@pytest.mark.indexed
def test_search_counts_what_the_viewer_may_see():
    for visibility in ("public", "people", "public"):
        make_course("Fire safety", modules=1, lessons=1, visibility=visibility)
    found = search_results(viewer=AnonymousUser(), query="fire")
    assert (len(found.shown), found.total, found.is_open) == (2, 2, False)
    assert {result.kind_label for result in found.shown} == {"Course"}


@pytest.mark.indexed
def test_search_that_stopped_looking_says_so(signed_in, monkeypatch):
    for _ in range(3):
        make_course("Fire safety", modules=1, lessons=1)
    monkeypatch.setattr(selectors, "SEARCH_SHOWN", 1)
    address = reverse("search") + "?q=fire"
    assert "Showing 1 of 3 results for “fire”." in words(signed_in.get(address))
    monkeypatch.setattr(selectors, "SEARCH_DEPTH", 2)
    assert "Showing the best 1 of 2 or more results for “fire”." in words(signed_in.get(address))


def test_a_nul_is_no_word(signed_in):
    assert signed_in.get(reverse("search") + "?q=fi%00re").context["query"] == "fire"
    assert signed_in.get(reverse("search") + "?q=%00").context["found"] is None
