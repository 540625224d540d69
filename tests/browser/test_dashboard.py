"""Dashboards in a browser: tiles that come by themselves, charts that open their rows, and the keyboard alone."""

import re

import pytest
from django.urls import reverse
from wagtail.users.models import UserProfile

from reports.dashboards import dashboards
from tests.factories.dashboards import make_academy

pytestmark = pytest.mark.browser

ADDRESS = "/admin/reports/dashboard/"
TILES = len(dashboards["overview"].tiles)
CHARTS = sum(tile.figure is None for tile in dashboards["overview"].tiles)
DRAWN = f"document.querySelectorAll('.chart.is-drawn').length === {CHARTS}"
# The color of the first line's marks, as drawn.
COLOR = "getComputedStyle(document.querySelector('#chart-weekly .points path')).fill"
BAR = "getComputedStyle(document.querySelector('#chart-weekly .modebar-group')).opacity"
FOCUS = "document.activeElement.closest('lectern-tile')?.querySelector('h2').textContent"


@pytest.fixture
def academy():
    return make_academy()


@pytest.fixture
def cookies(academy, live_server, client):
    client.force_login(academy.administrator)
    return [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]


@pytest.fixture
def open_dashboard(new_context, cookies, live_server):
    """A page with the dashboard, and a list of what went wrong or elsewhere."""

    def opened(before=None, **options):
        context = new_context(**options)
        context.add_cookies(cookies)
        page, wrong = context.new_page(), []
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith((live_server.url, "data:", "blob:")) else wrong.append(request.url)
            ),
        )
        if before:
            before(page)
        page.goto(live_server.url + ADDRESS)
        return page, wrong

    return opened


def test_charts(open_dashboard):
    page, wrong = open_dashboard(color_scheme="light")
    page.wait_for_function(DRAWN)
    assert page.locator("lectern-tile[aria-busy]").count() == 0
    assert page.locator("[data-tiles-done]").inner_text() == "All numbers are here."
    assert page.locator(".chart details[open]").count() == 0
    numbers = page.locator(".dash-card--quarter .chart__value").all_inner_texts()
    assert numbers == ["4", "5", "3", "2"]

    # The tool bar shows up with the keyboard's focus.
    assert page.evaluate(BAR) == "0"
    page.locator("#chart-weekly").focus()
    page.wait_for_function(f"{BAR} === '1'")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('data-title')") == "Save as a picture"

    # A changed theme is drawn at once, whether the system's or Wagtail's own.
    light = page.evaluate(COLOR)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{COLOR} !== '{light}'")
    page.evaluate("document.documentElement.classList.replace('w-theme-system', 'w-theme-light')")
    page.wait_for_function(f"{COLOR} === '{light}'")

    # Anywhere in a bar's row, its name included, opens its rows.
    page.locator("#chart-by-course .nsewdrag").click(position={"x": 60, "y": 8})
    page.wait_for_url("**/report/completion-by-course/rows/**")
    assert "SQL" in page.locator("main").inner_text()
    assert wrong == []


def test_with_the_keyboard_alone(open_dashboard):
    """Narrow the page, open a tile's table, and from it the rows behind a number."""
    page, wrong = open_dashboard()
    page.wait_for_function(DRAWN)
    assert not page.get_by_label("From", exact=True).is_visible()
    page.get_by_label("Course", exact=True).focus()
    page.keyboard.type("SQL")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.type") != "submit":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("course=[0-9a-f-]{36}"))
    page.wait_for_function("document.querySelector('[data-tiles-done]').textContent !== ''")
    assert page.locator(".dash-card--quarter .chart__value").all_inner_texts() == ["1", "3", "0", "2"]

    page.locator("#chart-by-course").focus()
    while page.evaluate("document.activeElement.tagName") != "SUMMARY":
        page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == "Completion by course"
    page.keyboard.press("Enter")
    assert page.locator("#chart-by-course ~ details table").is_visible()
    while page.evaluate("document.activeElement.closest('td') === null"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rows/**cell=records_count")
    assert "3 rows." in page.locator("main").inner_text()
    assert wrong == []


def test_a_tile_that_fails_is_tried_again(open_dashboard):
    tries = []

    def fail_once(route):
        tries.append(route.request.url)
        if len(tries) == 1:
            route.fulfill(status=502, body="Bad gateway")
        else:
            route.continue_()

    page, wrong = open_dashboard(before=lambda page: page.route("**/tile/by-course/**", fail_once))
    failed = page.locator("lectern-tile", has=page.get_by_role("button", name="Try again"))
    failed.wait_for()
    page.wait_for_function("document.querySelector('[data-tiles-done]').textContent !== ''")
    assert page.locator(".chart.is-drawn").count() == CHARTS - 1
    assert "These numbers could not be made." in failed.inner_text()
    assert "Completion by course" in failed.inner_text()
    assert reverse("reports_report", args=["completion-by-course"]) in failed.get_by_role("link").get_attribute("href")
    page.get_by_role("button", name="Try again").press("Enter")
    page.wait_for_function(DRAWN)
    assert page.evaluate(FOCUS) == "Completion by course"
    assert [text for text in wrong if "502" not in text] == []


def test_wagtails_dark_theme_from_the_start(open_dashboard, academy):
    UserProfile.objects.update_or_create(user=academy.administrator, defaults={"theme": "dark"})
    page, wrong = open_dashboard(color_scheme="light")
    page.wait_for_function(DRAWN)
    assert page.evaluate(COLOR) == "rgb(108, 201, 192)"
    assert wrong == []


def test_without_scripts_there_is_a_way_to_all_tables(open_dashboard):
    page, _wrong = open_dashboard(java_script_enabled=False)
    assert page.get_by_role("link", name=re.compile("^Open the report")).count() == TILES
    assert not any(wait.is_visible() for wait in page.locator(".dash-wait").all())
    page.get_by_role("link", name="Show all numbers on one page").click()
    assert page.locator(".chart table").count() == TILES
    assert all(table.is_visible() for table in page.locator(".chart details[open] table").all())
    assert not any(plot.is_visible() for plot in page.locator(".chart__plot").all())


def test_without_plotly_the_tables_stand(open_dashboard):
    page, _wrong = open_dashboard(before=lambda page: page.route("**/plotly.min.js", lambda route: route.abort()))
    page.wait_for_function(f"document.querySelectorAll('.chart.is-broken').length === {CHARTS}")
    assert all(table.is_visible() for table in page.locator(".chart.is-broken table").all())
