"""Charts of every kind in a browser: drawn, followed to their rows, and giving way to their tables."""

import json

import pytest
from django.template.loader import render_to_string

from reports.chart_panels import chart_panel
from tests.factories.charts import BY_BOTH, BY_TEAM, BY_WEEK, charts

pytestmark = pytest.mark.browser

TABLES = {"stacked": BY_BOTH, "heatmap": BY_BOTH, "line": BY_WEEK, "area": BY_WEEK, "number": BY_WEEK}
SETTLED = "document.querySelectorAll('[data-chart]:not(.is-drawn, .is-broken)').length === 0"


def section(kind: str) -> str:
    given = TABLES.get(kind, BY_TEAM)
    panel = chart_panel(charts()[kind], given, key=kind, address=lambda row, name: f"/?{kind}={row}")
    return render_to_string("reports/includes/chart.html", {"panel": panel})


@pytest.fixture
def show(new_context, live_server):
    """A page with these sections, and a list of what went wrong or elsewhere."""

    def shown(*sections: str, width: int = 1000, **options):
        head = '<meta charset="utf-8"><link rel="icon" href="data:,"><link rel="stylesheet" href="/static/css/admin/charts.css">'
        scripts = render_to_string("reports/includes/chart_scripts.html")
        body = f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(sections)}{scripts}</body></html>'
        page, wrong = new_context(viewport={"width": width, "height": 800}, **options).new_page(), []
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request",
            lambda asked: (
                None if asked.url.startswith((live_server.url, "data:", "blob:")) else wrong.append(asked.url)
            ),
        )
        page.route("**/charts-of-every-kind/", lambda route: route.fulfill(body=body, content_type="text/html"))
        page.goto(f"{live_server.url}/charts-of-every-kind/")
        page.wait_for_function(SETTLED)
        return page, wrong

    return shown


@pytest.mark.parametrize("width", [320, 1000])
def test_every_kind_is_drawn_within_its_width(show, width):
    page, wrong = show(*map(section, charts()), width=width)
    assert wrong == []
    assert page.locator(".is-drawn").count() == len(charts()) - 1
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert page.locator("details[open]").count() == 0
    # What is written is what the chart says, and Plotly adds no words of its own.
    assert "Sales" in page.locator("#chart-donut").inner_text()
    assert page.get_by_text("trace 0").count() == 0
    assert page.locator(".chart__value").inner_text() == "30"


def test_parts_open_their_rows_and_so_do_the_links_of_the_table(show):
    page, wrong = show(section("donut"))
    box = page.locator("#chart-donut .slice path").first.bounding_box()
    # On the ring, at three o'clock.
    page.mouse.click(box["x"] + box["width"] - 10, box["y"] + box["height"] / 2)
    page.wait_for_url("**/?donut=0")
    page.go_back()
    page.wait_for_function(SETTLED)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "chart-donut"
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?donut=0")
    assert wrong == []


def test_bars_lie_down_where_it_is_narrow(show):
    page, _wrong = show(section("bar"))
    page.wait_for_function("document.querySelector('#chart-bar').layout.yaxis.range[0] === 0")
    page.set_viewport_size({"width": 320, "height": 800})
    page.wait_for_function("document.querySelector('#chart-bar').layout.yaxis.range[0] === 2.5")


def test_a_figure_that_cannot_be_drawn_leaves_its_table_and_the_others(show):
    broken = section("line").replace('"layout":', '"lost":')
    page, wrong = show(broken, section("bar"))
    assert page.locator(".is-broken").get_attribute("data-chart") == "chart-line"
    assert page.locator(".is-broken table").is_visible()
    assert not page.locator("#chart-line").is_visible()
    assert page.locator("#chart-bar").is_visible()
    assert len(wrong) == 1


def test_what_comes_later_is_drawn_too(show):
    page, wrong = show(section("bar"))
    page.evaluate(f"document.body.insertAdjacentHTML('beforeend', {json.dumps(section('line'))})")
    page.wait_for_function("document.querySelectorAll('.is-drawn').length === 2")
    page.evaluate("document.querySelector('[data-chart=chart-bar]').closest('section').remove()")
    page.set_viewport_size({"width": 500, "height": 800})
    page.wait_for_function("document.querySelector('#chart-line').layout.annotations.length === 2")
    assert wrong == []
