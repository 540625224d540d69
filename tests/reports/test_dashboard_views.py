"""The page of a dashboard: it runs no report, offers what its viewer may see, and says what to do where there is nothing."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from reports.dashboards import dashboards
from reports.selectors import results
from reports.views import tiles
from tests.factories.accounts import make_person
from tests.factories.dashboards import add_learners, make_academy
from tests.factories.lms_pages import make_course
from tests.query_table import expect_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def academy():
    return make_academy()


def page(client, slug="overview", **asked):
    return client.get(reverse("reports_dashboard_named", args=[slug]), asked)


@pytest.fixture
def no_report(monkeypatch):
    """Whoever runs a report fails the test."""

    def refuse(*args, **kwargs):
        raise AssertionError("A report was run.")

    for module, name in ((tiles, "report_result"), (tiles, "key_numbers"), (results, "Prepared"), (tiles, "Prepared")):
        monkeypatch.setattr(module, name, refuse)


def test_a_page_answers_without_running_any_report(client, academy, no_report):
    client.force_login(academy.administrator)
    person = academy.sales.memberships.get().user
    chosen = {"course": academy.sql.translation_key, "team": academy.sales.uuid, "learner": person.uuid}
    for slug, board in dashboards.items():
        asked = {board.needs: chosen[board.needs]} if board.needs else {}
        answer = page(client, slug, **asked)
        assert [place.key for place in answer.context["places"]] == [tile.key for tile in board.tiles]
        text = answer.content.decode()
        assert text.count("data-src=") == len(board.tiles)
        # Without scripts each tile is a link to its report, narrowed to the same.
        assert text.count("Open the report") >= len(board.tiles)
        assert "all=1" in text
    with CaptureQueriesContext(connection) as seen:
        client.get(reverse("wagtailadmin_home"))
    assert not [query for query in seen if "learning_activityday" in query["sql"]]


def test_queries_of_a_page_do_not_grow(client):
    viewer = make_person(roles=("administrator",))
    course = make_course(modules=1, lessons=1, with_check=False)
    client.force_login(viewer)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert page(client).status_code == 200
        return len(seen)

    add_learners(course, 2, at=timezone.now())
    queries()
    few = queries()
    add_learners(course, 200, at=timezone.now())
    for _place in range(3):
        make_course(modules=1, lessons=1, with_check=False)
    many = queries()
    assert many == few <= 24
    expect_queries("Dashboards", "overview", few, many)


def test_who_sees_which(client, academy):
    everything = ["overview", "course", "team", "learner", "content", "trends", "operations"]
    for who, slugs in {
        "administrator": everything,
        "reporter": everything,
        # … and who teaches nothing none of what happened in courses.
        "manager": ["overview", "course", "team", "learner", "content"],
        # Who manages no team has no dashboard of one.
        "instructor": ["overview", "course", "learner", "content", "trends"],
    }.items():
        client.force_login(getattr(academy, who))
        assert [str(tab[0]).lower() for tab in page(client).context["tabs"]] == slugs, who
        for slug in everything:
            assert page(client, slug).status_code == (200 if slug in slugs else 404), (who, slug)


@pytest.mark.parametrize("role", [None, "content_editor"])
def test_refused_without_the_right(client, academy, role):
    client.force_login(make_person(roles=(role,) if role else ()))
    answer = page(client)
    assert answer.status_code == 302
    assert answer.url == reverse("wagtailadmin_home") if role else "login" in answer.url


def test_what_lies_outside_is_not_found(client, academy):
    client.force_login(academy.instructor)
    assert page(client, course=academy.fire.translation_key).status_code == 404
    assert page(client, "course", course=academy.fire.translation_key).status_code == 404
    assert page(client, "course", course=academy.sql.translation_key).status_code == 200
    assert page(client, course="x").status_code == page(client, range="x").status_code == 404
    assert page(client, "learner", learner=academy.manager.uuid).status_code == 404
    assert page(client, "nothing").status_code == 404


def test_days_that_do_not_fit_are_said_and_nothing_is_asked(client, academy):
    client.force_login(academy.administrator)
    for asked, words in (
        ({}, "Say from which day to which."),
        ({"since": "2026-11-02", "until": "2026-11-01"}, "The first day lies after the last one."),
        ({"since": "2026-11-02", "until": "tomorrow"}, "Enter a valid date."),
    ):
        text = page(client, range="own", **asked).content.decode()
        assert words in text
        assert "data-src" not in text
    good = page(client, range="own", since="2026-11-02", until="2026-11-09")
    assert good.context["asked"].narrowing.days.first == dt.date(2026, 11, 2)
    assert "since=2026-11-02" in good.context["places"][0].url


def test_there_is_something_to_choose(client, academy):
    client.force_login(academy.administrator)
    assert [name for _url, name in page(client, "course").context["to_choose"]] == ["Feedback", "Fire safety", "SQL"]
    assert [name for _url, name in page(client, "team").context["to_choose"]] == ["Operations", "Sales"]
    found = page(client, "learner", q="ops").context
    assert [name for _url, name in found["to_choose"]] == ["Olga Ops", "Omar Ops"]
    assert found["to_choose_total"] == 2
    assert (
        page(client, "learner", q="ops", range="all")
        .context["to_choose"][0][0]
        .startswith("/admin/reports/dashboard/learner/?range=all&learner=")
    )
    assert "Nobody whose rows you may see" in page(client, "learner", q="zzz").content.decode()
    client.force_login(academy.manager)
    assert page(client, "learner", q="sales").context["to_choose"] == []
    assert [name for _url, name in page(client, "team").context["to_choose"]] == ["Operations"]


def test_nothing_yet_says_what_to_do(client):
    client.force_login(make_person(roles=("administrator",)))
    assert "as soon as the first person is enrolled" in page(client, "course").content.decode()
    client.force_login(make_person(roles=("instructor",)))
    assert "ask an administrator" in page(client, "course").content.decode()


def test_the_page_can_hold_all_of_itself(client, academy):
    """For who has no scripts: every tile in one answer, with its table open."""
    client.force_login(academy.reporter)
    text = page(client, all="1").content.decode()
    assert text.count("<table>") == len(dashboards["overview"].tiles)
    assert "data-src" not in text
    assert text.count("vendor/plotly.min.js") == text.count("js/admin/charts.js") == 1
    assert "(UTC)" in text


def test_the_home_page_has_four_numbers_and_the_way_on(client, academy):
    client.force_login(academy.manager)
    text = client.get(reverse("wagtailadmin_home")).content.decode()
    for key in ("active", "enrollments", "completions", "overdue"):
        assert reverse("reports_tile", args=["overview", key]) in text
    assert text.count("data-src=") == 4
    assert reverse("reports_dashboard_named", args=["team"]) in text
    assert reverse("reports_dashboard_named", args=["operations"]) not in text
    # Numbers need no charts.
    assert "plotly" not in text
    client.force_login(make_person(roles=("content_editor",)))
    assert "lectern-tile" not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_the_menu_names_it_to_those_who_may(client, academy):
    client.force_login(academy.manager)
    assert reverse("reports_dashboard") in client.get(reverse("wagtailadmin_home")).content.decode()
    client.force_login(make_person(roles=("content_editor",)))
    assert reverse("reports_dashboard") not in client.get(reverse("wagtailadmin_home")).content.decode()
