"""Tiles: the right numbers for everybody, opened by the reports they come from, in few queries, each for itself."""

import datetime as dt
import json
import re

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from learning.services import enroll
from reports.dashboards import dashboards
from reports.views import tiles
from tests.factories.accounts import make_person, make_team
from tests.factories.dashboards import add_learners, make_academy
from tests.factories.lms_pages import make_course
from tests.query_table import expect_queries
from workbench.dear import Dear

pytestmark = pytest.mark.django_db

NUMBERS = ("active", "enrollments", "completions", "overdue")


@pytest.fixture
def academy():
    return make_academy()


def get(client, key, slug="overview", **asked):
    return client.get(reverse("reports_tile", args=[slug, key]), asked)


def data(client, key, slug="overview", **asked):
    answer = get(client, key, slug, format="json", **asked)
    assert answer.status_code == 200
    return answer.json()


def values(client, keys=NUMBERS, slug="overview", **asked):
    return [data(client, key, slug, **asked)["rows"][0]["value"] for key in keys]


THEIRS = [
    ("administrator", [4, 5, 3, 2], {"Fire safety": 2, "SQL": 3}),
    ("reporter", [4, 5, 3, 2], {"Fire safety": 2, "SQL": 3}),
    # The people of Operations only.
    ("manager", [2, 3, 2, 1], {"Fire safety": 2, "SQL": 1}),
    # Everybody in the one course taught.
    ("instructor", [1, 3, 0, 2], {"SQL": 3}),
]


@pytest.mark.parametrize(("who", "numbers", "courses"), THEIRS)
def test_everybody_sees_what_is_theirs(client, academy, who, numbers, courses):
    sees(client, academy, who, numbers, courses)


def sees(client, academy, who, numbers, courses):
    client.force_login(getattr(academy, who))
    assert values(client) == numbers
    found = data(client, "by-course")["summary"]["rows"]
    assert {row["course"]: row["records_count"] for row in found} == courses


def test_numbers_are_shared_by_those_who_see_the_same_rows_and_by_nobody_else(client, academy, committed, monkeypatch):
    made = []
    run = tiles.key_numbers
    monkeypatch.setattr(tiles, "key_numbers", lambda prepared: made.append(prepared.viewer.pk) or run(prepared))
    committed()
    for _time in range(2):
        for one in THEIRS:
            sees(client, academy, *one)
    # Who is asked of first makes it, and the reporter sees all rows, too.
    assert set(made) == {academy.administrator.pk, academy.manager.pk, academy.instructor.pk}
    before = len(made)
    enroll(learner=make_person(), course=make_course())
    committed()
    client.force_login(academy.reporter)
    assert values(client, ["enrollments"]) == [6]
    assert made[before:] == [academy.reporter.pk] * 2


def test_what_is_shared_names_no_reader(client, academy, committed):
    committed()
    client.force_login(academy.manager)
    shared = []
    for key in ("by-course", "at-risk"):
        get(client, key)
    for found in cache._cache.values():
        shared.append(found)
    assert shared
    assert not any(academy.manager.last_name.encode() in found for found in shared)


def test_each_tile_says_as_of_when(client, academy):
    client.force_login(academy.administrator)
    with time_machine.travel("2026-11-27T08:05Z", tick=False):
        for key in ("enrollments", "by-course"):
            assert "as of 08:05" in " ".join(get(client, key).content.decode().split())
            assert data(client, key)["as_of"] == "2026-11-27T08:05:00+00:00"


def test_numbers_of_a_server_that_follows_are_shared_for_seconds(client, academy, committed, settings, monkeypatch):
    committed()
    client.force_login(academy.administrator)
    ages = []
    monkeypatch.setattr(tiles, "dear", lambda *what, oldest, of: ages.append(oldest) or Dear(what[2](), timezone.now()))
    get(client, "enrollments")
    # A name for the same database, as a server that follows has one.
    monkeypatch.setattr(tiles, "DEFAULT_DB_ALIAS", "another")
    get(client, "enrollments")
    assert ages == [300, 300, 10, 10]


def test_a_number_beside_the_stretch_before(client, academy):
    client.force_login(academy.administrator)
    shown = data(client, "enrollments")
    assert shown["rows"] == [{"number": "Enrollments", "value": 5, "before": 1}]
    assert shown["sentence"] == "Enrollments: 5 (4 more than in the 12 weeks before (1))."
    assert values(client, range="all") == [4, 6, 3, 2]
    assert "before" not in data(client, "enrollments", range="all")["rows"][0]
    # Today's state has nothing before it.
    assert data(client, "overdue")["sentence"] == "Overdue: 2 (today, whenever they began)."
    today = timezone.localdate()
    own = {"range": "own", "since": today - dt.timedelta(days=25), "until": today - dt.timedelta(days=5)}
    assert data(client, "enrollments", **own)["rows"][0] == {"number": "Enrollments", "value": 2, "before": 1}


def test_course_and_team_narrow_every_tile(client, academy):
    client.force_login(academy.administrator)
    assert values(client, course=academy.sql.translation_key) == [1, 3, 0, 2]
    assert values(client, team=academy.operations.uuid) == [2, 3, 2, 1]
    assert values(client, team=academy.operations.uuid, course=academy.sql.translation_key) == [0, 1, 0, 1]
    runs = data(client, "runs", team=academy.sales.uuid)["rows"]
    assert [(row["course"], row["records_count"]) for row in runs] == [("Fire safety", 1), ("SQL", 1)]


@pytest.mark.parametrize("span", ["12-weeks", "12-months", "this-year", "all"])
def test_each_number_opens_as_many_rows(client, academy, span):
    """The report behind a number and behind the one before lists what was counted."""
    client.force_login(academy.administrator)
    for key in NUMBERS:
        found = data(client, key, range=span)["rows"][0]
        panel = get(client, key, range=span).content.decode()
        urls = [url.replace("&amp;", "&") for url in re.findall(r'<dd class="chart__\w+">\s*<a href="([^"]+)"', panel)]
        counted = [found["value"], *([found["before"]] if found.get("before") else [])]
        assert [client.get(url).context["shown"].total for url in urls] == counted, key


@pytest.mark.parametrize("key", ["begun-by-week", "done-by-week", "by-course", "overdue-by-team", "runs", "at-risk"])
def test_each_number_of_a_table_opens_its_rows(client, academy, key):
    client.force_login(academy.administrator)
    page = get(client, key).content.decode()
    cells = [
        (url.replace("&amp;", "&"), text) for url, text in re.findall(r'<a href="([^"]+rows[^"]+)">([^<]+)</a>', page)
    ]
    assert cells
    for url, text in cells:
        if re.fullmatch(r"\d+", text) and "_median" not in url and "hits_" not in url and "days_" not in url:
            assert client.get(url).context["shown"].total == int(text), url


def test_a_mark_of_a_chart_opens_rows(client, academy):
    client.force_login(academy.administrator)
    figure = data(client, "by-course")["figure"]
    links = [url for trace in figure["light"]["data"] for url in trace.get("customdata", []) if url]
    assert len(set(links)) == 2
    assert {client.get(url).context["shown"].total for url in links} == {2, 3}


def test_learner(client, academy):
    person = academy.operations.memberships.order_by("pk").first().user
    client.force_login(academy.manager)
    page = client.get(reverse("reports_dashboard_named", args=["learner"]), {"learner": person.uuid})
    assert page.context["asked"].name == "Olga Ops"
    shown = data(client, "courses", "learner", learner=person.uuid)
    assert [(row["person"], row["course"]) for row in shown["rows"]] == [
        ("Olga Ops", "Fire safety"),
        ("Olga Ops", "SQL"),
    ]
    assert values(client, ("enrollments", "completed", "overdue"), "learner", learner=person.uuid) == [2, 1, 1]
    # The address of the report carries no name, and the report says whose it is.
    assert person.email not in shown["report"]
    report = client.get(shown["report"])
    assert report.context["shown"].total == 2
    assert "Olga Ops" in report.content.decode()
    # An instructor sees of her what is in the own course.
    client.force_login(academy.instructor)
    assert [row["course"] for row in data(client, "courses", "learner", learner=person.uuid)["rows"]] == ["SQL"]


def test_operations_are_for_those_who_keep_schedules(client, academy):
    client.force_login(academy.reporter)
    page = client.get(reverse("reports_dashboard_named", args=["operations"]))
    keys = {place.key for place in page.context["places"]}
    # Imported files are not theirs to see.
    assert {"runs", "deliveries", "mails"} <= keys
    assert not {"imports", "imports-wrong"} & keys
    assert get(client, "imports", "operations").status_code == 404
    for person in (academy.manager, academy.instructor):
        client.force_login(person)
        assert client.get(reverse("reports_dashboard_named", args=["operations"])).status_code == 404
        assert get(client, "runs", "operations").status_code == 404


def test_what_lies_outside_is_not_found(client, academy):
    fire, sales = academy.fire.translation_key, academy.sales.uuid
    sara = academy.sales.memberships.get().user
    client.force_login(academy.instructor)
    assert get(client, "by-course", course=fire).status_code == 404
    assert get(client, "by-course", "course", course=fire).status_code == 404
    # A team of one's own there is none.
    assert get(client, "late", "team", team=sales).status_code == 404
    client.force_login(academy.manager)
    assert get(client, "by-course", team=sales).status_code == 404
    assert get(client, "late", "team", team=sales).status_code == 404
    assert get(client, "courses", "learner", learner=sara.uuid).status_code == 404
    assert get(client, "late", "team", team=academy.operations.uuid).status_code == 200


NO_TILE = [
    ("nothing", {}),
    ("runs", {"range": "forever"}),
    ("runs", {"course": "x"}),
    ("runs", {"range": "own"}),
    ("runs", {"range": "own", "since": "2026-11-02", "until": "2026-11-01"}),
    ("runs", {"range": "own", "since": "yesterday", "until": "2026-11-01"}),
]


@pytest.mark.parametrize(("key", "asked"), NO_TILE)
def test_an_address_that_names_no_tile(client, academy, key, asked):
    client.force_login(academy.administrator)
    assert get(client, key, **asked).status_code == 404


def test_a_tile_needs_what_its_dashboard_is_about(client, academy):
    client.force_login(academy.administrator)
    for slug in ("course", "team", "learner"):
        assert get(client, dashboards[slug].tiles[0].key, slug).status_code == 404


@pytest.mark.parametrize("role", [None, "content_editor"])
def test_refused_without_the_right(client, academy, role):
    client.force_login(make_person(roles=(role,) if role else ()))
    answer = get(client, "runs")
    assert answer.status_code == 302
    assert answer.url == reverse("wagtailadmin_home") if role else "login" in answer.url


def test_a_tile_that_fails_says_so_and_the_others_stand(client, academy, monkeypatch, caplog):
    real = tiles.report_result

    def broken(prepared, **kwargs):
        if prepared.definition.slug == "at-risk":
            raise RuntimeError("secret of the database")
        return real(prepared, **kwargs)

    monkeypatch.setattr(tiles, "report_result", broken)
    client.force_login(academy.administrator)
    failed = get(client, "at-risk")
    assert failed.status_code == 500
    assert "These numbers could not be made." in failed.content.decode()
    assert "data-retry" in failed.content.decode()
    assert "secret" not in failed.content.decode()
    assert "at-risk" in caplog.text
    answer = get(client, "at-risk", format="json")
    assert (answer.status_code, answer.json()) == (500, {"error": "These numbers could not be made."})
    assert get(client, "by-course").status_code == 200
    whole = client.get(reverse("reports_dashboard"), {"all": "1"})
    assert whole.status_code == 200
    assert whole.content.decode().count("These numbers could not be made.") == 2
    assert whole.content.decode().count("chart__plot") > 4


def test_no_browser_and_no_proxy_keeps_what_somebody_saw(client, academy):
    client.force_login(academy.administrator)
    kept = get(client, "by-course")["Cache-Control"]
    assert "no-store" in kept
    assert "private" in kept


@pytest.mark.parametrize("slug", list(dashboards))
def test_queries_do_not_grow(client, slug):
    """Beside those of the session and the rights: three for a report, two for a number against the stretch before."""
    viewer = make_person(roles=("administrator",))
    course = make_course(modules=1, lessons=1, with_check=False)
    at = timezone.now() - dt.timedelta(days=8)
    add_learners(course, 3, at=at)
    asked = {"course": course.translation_key} if slug == "course" else {}
    if slug == "learner":
        asked = {"learner": course.enrollments.first().learner.uuid}
    if slug == "team":
        asked = {"team": make_team(members=[run.learner for run in course.enrollments.all()]).uuid}
    client.force_login(viewer)

    def queries(key) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert get(client, key, slug, **asked).status_code == 200
        return len(seen)

    keys = [tile.key for tile in dashboards[slug].tiles]
    for key in keys:
        queries(key)
    few = {key: queries(key) for key in keys}
    add_learners(course, 200, at=at)
    add_learners(make_course(modules=1, lessons=1, with_check=False), 5, at=at)
    many = {key: queries(key) for key in keys}
    assert many == few
    assert max(few.values()) <= 12, few
    for key in keys:
        expect_queries("Dashboards", f"{slug}: {key}", few[key], many[key])


def test_names_are_escaped(client):
    viewer = make_person("Eve", email="eve@example.com", roles=("administrator",))
    viewer.first_name, viewer.last_name = "<b>Eve</b>", "</script><script>alert(1)</script>"
    viewer.save()
    course = make_course("</script><script>alert(2)</script>", modules=1, lessons=1, with_check=False)
    enroll(learner=viewer, course=course, source="staff", due_on=dt.date(2020, 1, 1))
    client.force_login(viewer)
    page = client.get(reverse("reports_dashboard"), {"all": "1"}).content.decode()
    learner = client.get(reverse("reports_dashboard_named", args=["learner"]), {"all": "1", "learner": viewer.uuid})
    for text in (page, learner.content.decode()):
        assert "alert(2)" in text
        assert "<script>alert" not in text
        assert "<b>Eve" not in text


def test_the_days_are_the_sites_whatever_the_readers_clock(client, settings):
    """Enrolled on Monday at 08:30 in Tokyo, which is Sunday evening for the reader in New York: the tile and the rows it
    opens are of one week."""
    settings.TIME_ZONE = "Asia/Tokyo"
    viewer = make_person(roles=("administrator",))
    viewer.timezone = "America/New_York"
    viewer.save()
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    monday = today - dt.timedelta(days=today.weekday() + 7)
    at = dt.datetime.combine(monday, dt.time(8, 30), timezone.get_default_timezone())
    enroll(learner=viewer, course=make_course(modules=1), source="staff", at=at)
    client.force_login(viewer)
    shown = data(client, "begun-by-week")
    assert shown["zone"] == "Asia/Tokyo"
    assert [(row["enrolled_week"], row["records_count"]) for row in shown["rows"]] == [(monday.isoformat(), 1)]
    page = get(client, "begun-by-week").content.decode()
    (url,) = set(re.findall(r'<a href="([^"]+rows[^"]+records_count)">1</a>', page))
    rows = client.get(url.replace("&amp;", "&"))
    assert rows.context["shown"].total == 1
    assert "(Asia/Tokyo)" in rows.content.decode()


def test_figures_are_drawn_in_both_themes_with_words(client, academy):
    client.force_login(academy.administrator)
    page = get(client, "by-course").content.decode()
    (figure,) = re.findall(r'<script id="chart-by-course-data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert set(json.loads(figure)) == {"light", "dark"}
    assert '<details class="chart__table" open>' in page
    assert "2 of 5 enrollments are completed" in page


def test_an_empty_tile_says_what_to_do(client):
    client.force_login(make_person(roles=("administrator",)))
    assert "Publish a course that is open to everybody" in get(client, "runs").content.decode()
    assert "There is nothing to do here." in get(client, "overdue-by-team").content.decode()
