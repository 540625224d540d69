"""A chart as a page shows it: all of it in its table, and what neither shows is said."""

from django.template.loader import render_to_string

from reports.chart_panels import chart_panel, spark
from tests.factories.charts import BY_TEAM, BY_WEEK, COUNT, MOMENT, TEAM, charts, draw, table

ADDRESSES = ("/sales", "/it", "/legal")


def shown(panel) -> str:
    return " ".join(render_to_string("reports/includes/chart.html", {"panel": panel}).split())


def test_the_table_has_all_and_its_numbers_open_their_rows():
    panel = chart_panel(
        charts()["bar"], BY_TEAM, key="teams", address=lambda row, name: ADDRESSES[row] + (f"?{name}" if name else "")
    )
    assert [cell.text for cell in panel.head] == ["Team", "Enrollments", "Completed"]
    assert [[cell.text for cell in row] for row in panel.rows] == [
        ["Sales", "40", "10"],
        ["IT", "20", "20"],
        ["Legal", "0", "0"],
    ]
    assert [cell.url for cell in panel.rows[1]] == ["", "/it?records_count", "/it?done_sum"]
    assert panel.figures["light"]["data"][-1]["customdata"] == list(ADDRESSES)
    page = shown(panel)
    assert '<a href="/it?done_sum">20</a>' in page
    assert 'aria-label="Enrollments by Team. Sales: 40; IT: 20; Legal: 0."' in page
    assert '<script id="chart-teams-data" type="application/json">' in page
    # Without scripts the table is all there is to see.
    assert '<details class="chart__table" open>' in page


def test_what_is_not_shown_is_said():
    given = table(TEAM, COUNT, rows=[(f"Team {number}", number) for number in range(60)], total=211)
    page = shown(chart_panel(draw("bar", given, by="team", measures=(COUNT.name,)), given, key="teams"))
    assert "Drawn from 60 of 211 rows. Team: showing 12 of 60." in page
    assert "Showing 60 of 211 rows." in page


def test_nothing_says_so():
    panel = chart_panel(None, table(TEAM, COUNT, rows=[]), key="teams", title="Teams", empty="Nobody is enrolled.")
    page = shown(panel)
    assert "Nobody is enrolled." in page
    assert "lectern-chart" not in page
    assert "There is nothing to show here yet." in shown(chart_panel(None, table(TEAM, rows=[]), key="x"))


def test_a_table_that_cannot_be_drawn_is_a_table():
    page = shown(chart_panel(None, BY_TEAM, key="teams", title="Teams"))
    assert "data-chart" not in page
    assert '<th scope="row">Sales</th>' in page


def test_numbers_stand_in_large_type_with_their_past():
    panel = chart_panel(charts()["number"], BY_WEEK, key="now", zone=MOMENT.zone, address=lambda row, _name: f"/{row}")
    assert panel.figures is None
    (entry,) = panel.numbers
    assert (entry.label, entry.url, entry.spark) == ("30", "/2", "2.0,18.0 60.0,10.0 118.0,2.0")
    page = shown(panel)
    assert '<a href="/2">30</a>' in page
    assert '<polyline points="2.0,18.0 60.0,10.0 118.0,2.0" />' in page
    assert "10 more than before (20)" in page
    assert "data-chart" not in page


def test_names_are_escaped():
    given = table(TEAM, COUNT, rows=[("</script><b>", 3)])
    page = shown(chart_panel(draw("bar", given, by="team", measures=(COUNT.name,)), given, key="teams"))
    assert "<b>" not in page
    assert page.count("</script>") == 1


def test_a_small_line_needs_three_values():
    assert spark((1, None, 2)) == ""
    assert spark((-1, 0, 1)) == "2.0,26.0 60.0,14.0 118.0,2.0"
    assert spark((0, 0, 0)) == "2.0,26.0 60.0,26.0 118.0,26.0"
