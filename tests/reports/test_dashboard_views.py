"""The dashboard in the admin: who may open it, that each number opens its rows, and what is refused."""

import datetime as dt
import json
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from learning.services import enroll
from tests.factories.accounts import make_person, make_team
from tests.factories.dashboards import add_learners, make_academy
from tests.factories.lms_pages import make_course

pytestmark = pytest.mark.django_db

WHO = ["administrator", "reporter", "manager", "instructor"]


@pytest.fixture
def academy():
    return make_academy()


def dashboard(client, **asked):
    return client.get(reverse("reports_dashboard"), asked)


def rows(client, **asked):
    return client.get(reverse("reports_dashboard_rows"), asked)


@pytest.mark.parametrize(
    ("who", "span"),
    [*((who, "12-weeks") for who in WHO), *(("administrator", span) for span in ("12-months", "this-year", "all"))],
)
def test_each_number_opens_as_many_rows(client, academy, who, span):
    client.force_login(getattr(academy, who))
    shown = dashboard(client, range=span).context["dashboard"]
    numbers = [(tile.value, tile.url) for tile in shown.tiles]
    numbers += [(cell.text, cell.url) for panel in shown.panels for row in panel.rows for cell in row if cell.url]
    for tile in shown.tiles:
        if tile.note_url:
            before = re.search(r"\((\d+)\)", tile.note)
            numbers.append(
                (before[1] if before else "0" if tile.note.startswith("none") else tile.value, tile.note_url)
            )
    assert len(numbers) > 10
    for text, url in dict.fromkeys(numbers):
        assert client.get(url).context["paginator"].count == int(text), url


def test_each_mark_of_a_chart_opens_the_rows_of_its_table(client, academy):
    client.force_login(academy.administrator)
    for panel in dashboard(client).context["dashboard"].panels:
        links = [url for trace in panel.figures["light"]["data"] for url in trace.get("customdata", [])]
        in_table = {cell.url for row in panel.rows for cell in row if cell.url}
        assert links
        assert set(links) <= in_table


def test_numbers_of_one_course(client, academy):
    client.force_login(academy.administrator)
    key = str(academy.sql.translation_key)
    shown = dashboard(client, course=key).context["dashboard"]
    assert [tile.value for tile in shown.tiles] == ["1", "3", "0", "2"]
    for tile in shown.tiles:
        assert f"course={key}" in tile.url
        assert client.get(tile.url).context["paginator"].count == int(tile.value)


@pytest.mark.parametrize("role", [None, "content_editor"])
def test_refused_without_the_right(client, academy, role):
    client.force_login(make_person(roles=(role,) if role else ()))
    for answer in (dashboard(client), rows(client, what="enrollments")):
        assert answer.status_code == 302
        assert answer.url == reverse("wagtailadmin_home") if role else "login" in answer.url


def test_refused_without_signing_in(client, academy):
    assert "login" in dashboard(client).url
    assert "login" in rows(client, what="active").url


NO_NUMBERS = [
    {},
    {"what": "salaries"},
    {"what": "enrollments", "range": "forever"},
    {"what": "enrollments", "day": "yesterday"},
    {"what": "enrollments", "day": "2001-01-01"},
    {"what": "enrollments", "range": "all", "earlier": "1"},
    {"what": "enrollments", "course": str(uuid.uuid4())},
    {"what": "enrollments", "course": "x"},
    {"what": "enrollments", "course": "other"},
    {"what": "enrollments", "team": "none"},
    {"what": "overdue", "team": str(uuid.uuid4())},
    {"what": "overdue", "team": "other"},
]


def test_an_address_that_names_no_number(client, academy):
    client.force_login(academy.administrator)
    for asked in NO_NUMBERS:
        assert rows(client, **asked).status_code == 404, asked


def test_what_lies_outside_is_not_found(client, academy):
    client.force_login(academy.instructor)
    fire = str(academy.fire.translation_key)
    assert dashboard(client, course=fire).status_code == 404
    assert rows(client, what="enrollments", course=fire).status_code == 404
    client.force_login(academy.manager)
    # Nobody of Sales is overdue for this manager, nor would it be told who is.
    assert rows(client, what="overdue", team=str(academy.sales.uuid)).status_code == 404
    assert rows(client, what="overdue", team="none").status_code == 404
    assert dashboard(client, course="x").status_code == dashboard(client, range="x").status_code == 404


def test_rows_name_only_people_in_scope(client, academy):
    client.force_login(academy.manager)
    page = rows(client, what="active").content.decode()
    assert "Olga Ops" in page
    assert "Sara Sales" not in page


def test_rows_link_where_the_viewer_may_look(client, academy):
    client.force_login(academy.administrator)
    answer = rows(client, what="enrollments")
    page = answer.content.decode()
    run = answer.context["object_list"][0]
    assert reverse("wagtailadmin_explore", args=[run.course_id]) in page
    assert reverse("accounts_user_modeladmin_inspect", args=[run.learner_id]) in page
    client.force_login(academy.instructor)
    answer = rows(client, what="enrollments")
    page = answer.content.decode()
    assert "Lou Lone" in page
    # An instructor sees the enrollment, not the person's page, and the course as learners see it.
    assert reverse("accounts_user_modeladmin_inspect", args=[answer.context["object_list"][0].learner_id]) not in page
    assert reverse("wagtailadmin_explore", args=[academy.sql.pk]) not in page
    assert f'href="{academy.sql.get_url()}"' in page


def test_rows_are_sorted_and_paged(client, academy):
    add_learners(academy.sql, 60, at=timezone.now() - dt.timedelta(days=1))
    client.force_login(academy.administrator)
    first = rows(client, what="enrollments", ordering="person")
    assert "Showing 1 to 50 of 65." in first.content.decode()
    assert len(first.context["object_list"]) == 50
    last = rows(client, what="enrollments", ordering="person", p="2")
    assert "Showing 51 to 65 of 65." in last.content.decode()
    names = [
        (run.learner.last_name, run.learner.first_name) for page in (first, last) for run in page.context["object_list"]
    ]
    assert names == sorted(names)
    assert len({run.pk for page in (first, last) for run in page.context["object_list"]}) == 65
    for key in ("person", "team", "course", "enrolled", "done", "due", "completed"):
        assert rows(client, what="overdue", ordering=f"-{key}").status_code == 200
    for key in ("person", "team", "days", "lessons", "answers"):
        assert rows(client, what="active", ordering=key).status_code == 200
    assert rows(client, what="active", ordering="password").context["ordering"] == "person"


def test_what_active_people_did(client, academy):
    client.force_login(academy.administrator)
    people = {
        person.name: (person.team_name, person.days, person.lessons, person.answers)
        for person in rows(client, what="active").context["object_list"]
    }
    assert people == {
        "Olga Ops": ("Operations", 0, 2, 0),
        "Omar Ops": ("Operations", 0, 2, 0),
        "Sara Sales": ("Sales", 0, 2, 0),
        "Lou Lone": (None, 1, 0, 0),
    }


def test_other_courses_and_teams_open_their_rows(client):
    viewer = make_person(roles=("administrator",))
    at = timezone.now() - dt.timedelta(days=2)
    for number in range(14):
        course = make_course(modules=1, lessons=1, with_check=False)
        person = make_person()
        make_team(members=[person], since=at.date())
        enroll(learner=person, course=course, source="staff", at=at, due_on=at.date())
        if number < 12:
            enroll(learner=viewer, course=course, source="staff", at=at)
    client.force_login(viewer)
    shown = {panel.key: panel for panel in dashboard(client).context["dashboard"].panels}
    for key, words, count in (
        ("courses", "2 other courses", 2),
        ("overdue-courses", "2 other courses", 2),
        ("overdue-teams", "2 other teams", 2),
    ):
        last = shown[key].rows[-1]
        assert (last[0].text, last[1].text) == (words, str(count))
        assert client.get(last[1].url).context["paginator"].count == count
    assert client.get(shown["courses"].rows[-1][2].url).context["paginator"].count == 0


@pytest.mark.parametrize("asked", [{}, {"what": "enrollments"}, {"what": "active"}, {"what": "overdue"}])
def test_queries_do_not_grow(client, asked):
    viewer = make_person(roles=("administrator",))
    course = make_course(modules=1, lessons=1, with_check=False)
    client.force_login(viewer)
    at = timezone.now() - dt.timedelta(days=8)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert (rows(client, **asked) if asked else dashboard(client)).status_code == 200
        return len(seen)

    add_learners(course, 10, at=at)
    queries()
    few = queries()
    add_learners(course, 990, at=at)
    assert queries() == few <= 24


def test_the_page_is_complete_without_scripts_and_carries_its_figures(client, academy):
    client.force_login(academy.reporter)
    page = dashboard(client).content.decode()
    assert page.count('<details class="chart__table" open>') == page.count("<table>") == 5
    assert page.count("vendor/plotly.min.js") == page.count("js/admin/charts.js") == 1
    figures = re.findall(r'<script id="chart-[a-z-]+-data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert [set(json.loads(figure)) for figure in figures] == [{"light", "dark"}] * 5
    assert "Active is whoever opened a lesson, answered a question or completed a lesson in that week." in page
    assert "(UTC)" in page


def test_plotly_stays_away_from_pages_without_a_chart(client, academy):
    client.force_login(academy.administrator)
    for answer in (rows(client, what="active"), client.get(reverse("wagtailadmin_home"))):
        assert "plotly" not in answer.content.decode()


def test_names_are_escaped(client):
    viewer = make_person("Eve", email="eve@example.com", roles=("administrator",))
    viewer.first_name, viewer.last_name = "<b>Eve</b>", "</script><script>alert(1)</script>"
    viewer.save()
    course = make_course("</script><script>alert(2)</script>", modules=1, lessons=1, with_check=False)
    enroll(learner=viewer, course=course, source="staff", due_on=dt.date(2020, 1, 1))
    client.force_login(viewer)
    for answer in (dashboard(client), rows(client, what="overdue")):
        page = answer.content.decode()
        assert "alert(2)" in page
        assert "<script>alert" not in page
        assert "<b>Eve" not in page


def test_nothing_yet_says_what_to_do(client):
    client.force_login(make_person(roles=("administrator",)))
    page = dashboard(client).content.decode()
    assert "There is nothing to count yet" in page
    assert reverse("wagtailadmin_explore_root") in page
    assert "plotly" not in page
    client.force_login(make_person(roles=("manager",)))
    assert "ask an administrator" in dashboard(client).content.decode()


def test_the_zone_is_the_sites_whatever_the_readers(client, settings, academy):
    settings.TIME_ZONE = "Asia/Tokyo"
    academy.administrator.timezone = "America/New_York"
    academy.administrator.save()
    client.force_login(academy.administrator)
    answer = dashboard(client)
    assert answer.context["period"].zone.key == "Asia/Tokyo"
    assert "(Asia/Tokyo)" in answer.content.decode()


def test_days_of_rows_are_on_the_clock_they_were_counted_by(client, settings):
    """Enrolled on Monday at 08:30 in Tokyo, which is Sunday evening for the reader in New York."""
    settings.TIME_ZONE = "Asia/Tokyo"
    viewer = make_person(roles=("administrator",))
    viewer.timezone = "America/New_York"
    viewer.save()
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    monday = today - dt.timedelta(days=today.weekday() + 7)
    at = dt.datetime.combine(monday, dt.time(8, 30), timezone.get_default_timezone())
    enroll(learner=viewer, course=make_course(modules=1), source="staff", at=at)
    client.force_login(viewer)
    page = rows(client, what="enrollments", day=monday.isoformat()).content.decode()
    assert f"<td>{date_format(monday, 'j M Y')}</td>" in re.sub(
        r"<td[^>]*>\s*", "<td>", re.sub(r"\s*</td>", "</td>", page)
    )
    assert "Days are those of the site&#x27;s clock (Asia/Tokyo)." in page


def test_the_home_page_has_four_numbers(client, academy):
    client.force_login(academy.manager)
    page = client.get(reverse("wagtailadmin_home")).content.decode()
    assert re.findall(r'dash-tile__value">(\d+)<', page) == ["2", "3", "2", "1"]
    client.force_login(make_person(roles=("content_editor",)))
    assert "dash-tile__value" not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_the_menu_names_it_to_those_who_may(client, academy):
    client.force_login(academy.manager)
    assert reverse("reports_dashboard") in client.get(reverse("wagtailadmin_home")).content.decode()
    client.force_login(make_person(roles=("content_editor",)))
    assert reverse("reports_dashboard") not in client.get(reverse("wagtailadmin_home")).content.decode()
