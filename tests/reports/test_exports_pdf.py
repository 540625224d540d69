"""The PDF as a reader, a screen reader and a machine find it."""

import datetime as dt
import io
import zoneinfo
from dataclasses import replace

import pypdf
import pytest
from django.core.exceptions import SuspiciousFileOperation

from reports.charts import BarChart, Series
from reports.columns import Type
from reports.exports.pdf import Cell, Cover, _fetcher, export_pdf, pdf_context, render_pdf, widths
from reports.moments import Moment
from reports.paper_charts import draw_chart
from reports.results import ReportResult, ResultColumn, Table
from reports.tokens import LIGHT

MOMENT = Moment(at=dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC), zone=zoneinfo.ZoneInfo("Europe/Berlin"))
COVER = Cover(number="4183", moment=MOMENT, title="Progress of the week")
COLUMNS = (
    ResultColumn("person", "Person"),
    ResultColumn("done", "Lessons done", Type.NUMBER),
    ResultColumn("score", "Score", Type.PERCENT),
)
CHART = BarChart(
    title="Completed by course",
    unit="% of enrollments",
    places=("Fire safety", "SQL <b>&</b> $x$"),
    series=(Series("Rate", (41, 83), ("41 % (7 of 17)", "83 % (5 of 6)")),),
    limit=100,
    is_horizontal=True,
    note="Course: showing 2 of 9.",
    description="Fire safety: 41 %",
)


def result(rows: int = 3, total: int | None = None, chart=CHART) -> ReportResult:
    return ReportResult(
        title="Course progress",
        description="",
        table=Table(
            columns=COLUMNS,
            rows=tuple((f"Person <{number}>", number, 87.5 if number % 2 else None) for number in range(rows)),
            total=rows if total is None else total,
        ),
        facts=(("As of", "23 November 2026, 08:00 (Europe/Berlin)"), ("Rows of", "everybody, all courses")),
        sentence="12 of 23 enrollments are completed (52 %).",
        chart=chart,
        summary=Table(
            columns=(ResultColumn("course", "Course"),), rows=(("Fire safety",), ("SQL",)), total=2, title="By course"
        ),
    )


def structure(reader: pypdf.PdfReader) -> list[tuple[str, str]]:
    """The tags of the structure tree in order, each with its alternative text."""
    found = []

    def walk(node):
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append((str(node["/S"]), str(node.get("/Alt", ""))))
            if "/K" in node:
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])
    return found


@pytest.fixture(scope="module")
def document() -> bytes:
    return render_pdf(result(60, total=5000), cover=COVER)


@pytest.fixture(scope="module")
def reader(document) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(document))


def test_it_is_tagged_named_and_in_a_language(reader):
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert reader.metadata.title == "Progress of the week"
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    tags = structure(reader)
    names = [name for name, _alt in tags]
    assert names.count("/H1") == 1
    assert names.count("/H2") == 3
    assert ("/Figure", "Completed by course") in tags
    assert {"/Table", "/TH", "/TD", "/Caption"} <= set(names)


def test_what_stands_on_it(reader):
    pages = [page.extract_text() for page in reader.pages]
    first = pages[0]
    for words in (
        "Progress of the week",
        "23 November 2026, 08:00 (Europe/Berlin)",
        "everybody, all courses",
        "showing 60 of 5,000",
        "4183",
        "12 of 23 enrollments are completed (52 %).",
        "41 % (7 of 17)",
        "SQL <b>&</b> $x$",
        "Course: showing 2 of 9.",
    ):
        assert words in first, words
    text = "\n".join(pages)
    assert text.index("12 of 23") < text.index("Completed by course") < text.index("Row by row")
    assert all(f"Person <{number}>" in text for number in range(60))
    assert "the CSV file of the same report has them all" in " ".join(text.split())
    # The head of the table is repeated, and every page is numbered.
    assert all("Lessons done" in page for page in pages)
    assert all(f"{number} / {len(pages)}" in page for number, page in enumerate(pages, start=1))


def test_the_chart_is_drawn_as_vectors(reader):
    page = reader.pages[0]
    assert "/XObject" not in page["/Resources"] or not any(
        entry.get_object()["/Subtype"] == "/Image" for entry in page["/Resources"]["/XObject"].values()
    )
    assert draw_chart(CHART).count(LIGHT.accent) == len(CHART.places)


def test_the_same_run_gives_the_same_bytes(document):
    assert render_pdf(result(60, total=5000), cover=COVER) == document


def test_nothing_to_show_is_said(db):
    table = Table(columns=COLUMNS, rows=(), total=0)
    empty = ReportResult(title="Course progress", description="", table=table, facts=(), sentence="Nothing.")
    text = pypdf.PdfReader(io.BytesIO(render_pdf(empty, cover=COVER))).pages[0].extract_text()
    assert "none" in text
    assert "Row by row" not in text
    assert "No row meets these conditions." in text


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://127.0.0.1/x.png", PermissionError),
        ("file:///etc/passwd", PermissionError),
        ("data:text/plain,x", PermissionError),
        ("static:../manage.py", SuspiciousFileOperation),
        ("static:css/none.css", FileNotFoundError),
    ],
)
def test_nothing_but_our_own_assets_is_opened(url, error):
    with pytest.raises(error):
        _fetcher().fetch(url)
    assert b"@page" in _fetcher().fetch("static:css/paper.css").read()


def test_a_chart_that_cannot_be_drawn_leaves_its_table_and_an_entry_in_the_log(monkeypatch, caplog, tmp_path):
    def fail(chart):
        raise ValueError("no room on the sheet")

    monkeypatch.setattr("reports.exports.pdf.draw_chart", fail)
    path = tmp_path / "report.pdf"
    export_pdf(result(), path, cover=COVER)
    text = " ".join("\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages).split())
    assert "Completed by course This chart could not be drawn; its numbers stand in the table below." in text
    assert "By course" in text
    assert "Person <2>" in text
    (record,) = [record for record in caplog.records if record.name == "reports.exports.pdf"]
    assert record.getMessage() == "The chart “Completed by course” of the report “Course progress” could not be drawn"
    assert "no room on the sheet" in record.exc_text


def test_a_report_without_a_chart_says_nothing_of_one():
    text = pypdf.PdfReader(io.BytesIO(render_pdf(result(chart=None), cover=COVER))).pages[0].extract_text()
    assert "could not be drawn" not in text


def test_many_or_long_columns_lie_on_their_side():
    few = pdf_context(result(), cover=COVER)
    assert (few["is_wide"], len(few["widths"])) == (False, len(COLUMNS))
    long = "Donaudampfschifffahrtsgesellschaft " * 2
    columns = tuple(ResultColumn(f"c{number}", "Course") for number in range(5))
    table = Table(columns=columns, rows=((long,) * 5,) * 3, total=3)
    assert pdf_context(replace(result(chart=None), table=table), cover=COVER)["is_wide"]


def test_columns_are_as_wide_as_most_of_their_texts():
    columns = (ResultColumn("person", "Person"), ResultColumn("done", "Done", Type.NUMBER), ResultColumn("due", "Due"))
    rows = [[Cell("Ada Admin" if number else "x" * 90), Cell("1", True), Cell("1 Mar 2026")] for number in range(20)]
    assert widths(Table(columns=columns, rows=(), total=20), rows) == [11, 8, 15]


def test_groups_that_are_left_out_are_counted():
    whole = result(chart=None)
    cut = replace(whole, summary=replace(whole.summary, total=60))
    said = {}
    for name, given in (("whole", whole), ("cut", cut)):
        pages = pypdf.PdfReader(io.BytesIO(render_pdf(given, cover=COVER))).pages
        said[name] = " ".join("\n".join(page.extract_text() for page in pages).split())
    assert "Groups: showing 2 of 60." in said["cut"]
    assert "Groups:" not in said["whole"]


def test_what_is_left_out_is_linked():
    cover = replace(COVER, url="https://lectern.example.com/admin/reports/report/x/?a=1", reader="Ada Admin")
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(result(3, total=5000, chart=None), cover=cover)))
    links = [entry.get_object() for page in reader.pages for entry in page.get("/Annots", [])]
    assert [link["/A"]["/URI"] for link in links] == [cover.url]
    assert "Made for Ada Admin" in " ".join(reader.pages[0].extract_text().split())
    whole = pypdf.PdfReader(io.BytesIO(render_pdf(result(3, chart=None), cover=cover)))
    assert not any("/Annots" in page for page in whole.pages)


def test_a_report_that_ends_by_itself_promises_no_more_rows_elsewhere():
    cover = replace(COVER, url="https://lectern.example.com/admin/reports/report/x/", limit=3)

    def said(limit: int) -> str:
        pages = pypdf.PdfReader(
            io.BytesIO(render_pdf(result(3, total=50, chart=None), cover=replace(cover, limit=limit)))
        )
        assert any("/Annots" in page for page in pages.pages) is (limit != 3)
        return " ".join(" ".join(page.extract_text() for page in pages.pages).split())

    assert "Rows: showing 3 of 50. This report ends there in every file of it" in said(3)
    # Long enough for the paper to end first, or without an end.
    for limit in (0, 40):
        assert "the CSV file of the same report has them all" in said(limit)


@pytest.mark.parametrize(
    ("rows", "groups", "expected"),
    [
        (26, 2, [23, 3]),
        # One or two would be left for the next page.
        (24, 2, [21, 3]),
        (25, 2, [22, 3]),
        # One or two would stand under their heading.
        (10, 18, [0, 10]),
        (10, 19, [0, 10]),
        (10, 17, [0, 10]),
        (10, 16, [4, 6]),
    ],
)
def test_no_row_stands_alone(rows, groups, expected):
    """Three at least stand under the heading, and three at least on the last page."""
    whole = result(rows, chart=None)
    whole = replace(whole, summary=replace(whole.summary, rows=(("SQL",),) * groups, total=groups))
    pages = pypdf.PdfReader(io.BytesIO(render_pdf(whole, cover=COVER))).pages
    assert [page.extract_text().count("Person <") for page in pages] == expected


@pytest.mark.parametrize("groups", [12, 14])
def test_no_heading_stands_alone(groups):
    """A table does not keep to the heading before it, where its first rows keep to one another."""
    made = replace(
        result(40),
        summary=Table(
            (ResultColumn("team", "Team"),), tuple((f"Team {n}",) for n in range(groups)), groups, title="By"
        ),
    )
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(render_pdf(made, cover=COVER))).pages]
    (page,) = [page for page in pages if "Row by row" in page]
    assert "Person <1>" in page
