"""The dashboard in a browser: charts that open their rows, follow the theme and give way to their tables."""

import pytest
from wagtail.users.models import UserProfile

from tests.factories.dashboards import make_academy

pytestmark = pytest.mark.browser

ADDRESS = "/admin/reports/dashboard/"
DRAWN = "document.querySelectorAll('.chart.is-drawn').length === 5"
# The color of the first line's marks, as drawn.
COLOR = "getComputedStyle(document.querySelector('#chart-runs .points path')).fill"
BAR = "getComputedStyle(document.querySelector('#chart-runs .modebar-group')).opacity"


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

    def opened(**options):
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
        page.goto(live_server.url + ADDRESS)
        return page, wrong

    return opened


def test_charts(open_dashboard):
    page, wrong = open_dashboard(color_scheme="light")
    page.wait_for_function(DRAWN)
    assert page.locator("details[open]").count() == 0

    # The tool bar shows up with the keyboard's focus.
    assert page.evaluate(BAR) == "0"
    page.locator("#chart-runs").focus()
    page.wait_for_function(f"{BAR} === '1'")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('data-title')") == "Save as a picture"

    page.locator("#chart-courses + script + details summary").click()
    assert page.locator("#chart-courses ~ details table").is_visible()

    # A changed theme is drawn at once, whether the system's or Wagtail's own.
    light = page.evaluate(COLOR)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{COLOR} !== '{light}'")
    page.evaluate("document.documentElement.classList.replace('w-theme-system', 'w-theme-light')")
    page.wait_for_function(f"{COLOR} === '{light}'")

    # Anywhere in a bar's row, its name included, opens its rows.
    page.locator("#chart-courses .nsewdrag").click(position={"x": 60, "y": 8})
    page.wait_for_url("**/rows/?what=enrollments**")
    assert page.locator(".rows-head h2").inner_text() == "Enrollments in the last 12 weeks, SQL"
    assert "Showing 1 to 3 of 3." in page.locator(".rows-head").inner_text()
    assert wrong == []


def test_wagtails_dark_theme_from_the_start(open_dashboard, academy):
    UserProfile.objects.update_or_create(user=academy.administrator, defaults={"theme": "dark"})
    page, wrong = open_dashboard(color_scheme="light")
    page.wait_for_function(DRAWN)
    assert page.evaluate(COLOR) == "rgb(108, 201, 192)"
    assert wrong == []


def test_without_scripts_the_tables_stand(open_dashboard):
    page, _wrong = open_dashboard(java_script_enabled=False)
    assert page.locator(".chart table").count() == 5
    assert all(table.is_visible() for table in page.locator(".chart table").all())
    assert not any(plot.is_visible() for plot in page.locator(".chart__plot").all())


def test_without_plotly_the_tables_stand(new_context, cookies, live_server):
    context = new_context()
    context.add_cookies(cookies)
    page = context.new_page()
    page.route("**/plotly.min.js", lambda route: route.abort())
    page.goto(live_server.url + ADDRESS)
    page.wait_for_function("document.querySelectorAll('.chart.is-broken').length === 5")
    assert all(table.is_visible() for table in page.locator(".chart table").all())
