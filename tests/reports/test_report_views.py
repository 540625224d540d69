"""The list and the pages of reports: who may open which, what they say, where numbers lead, and what is refused."""

import csv
import datetime as dt
import errno
import io
import json
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from learning.models import Enrollment
from learning.services import record_visit
from reports.definitions import shipped
from reports.models import Report, ReportExport
from reports.registries import source_for
from reports.services import share_report
from tests.factories.accounts import make_person
from tests.factories.dashboards import add_learners, make_academy
from tests.factories.reports import make_schedule
from tests.factories.saved_reports import BY_TEAM, break_report, make_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def academy():
    return make_academy()


@pytest.fixture
def report(academy):
    return make_report(owner=academy.reporter)


def page(client, report, **asked):
    return client.get(reverse("reports_report", args=[getattr(report, "slug", report)]), asked)


def cells(page):
    return [[cell.text for cell in row] for row in page.context["shown"].table.rows]


def listed(client, **asked):
    answer = client.get(reverse("reports_list"), asked)
    return {section.key: [entry.title for entry in section.entries] for section in answer.context["sections"]}


def test_a_report_beyond_those_listed_is_found_by_its_words(client, academy, report, monkeypatch):
    monkeypatch.setattr("reports.views.listing.MOST_LISTED", 1)
    make_report(owner=academy.administrator, title="Zebras of 100% by team", columns=BY_TEAM["columns"][:2], chart=None)
    client.force_login(academy.reporter)
    assert listed(client)["own"] == ["Rate by team"]
    assert "others" not in listed(client)
    name = academy.administrator.name
    for words in ("zebras", "100% TEAM", f"zebras {name}", f"enrollments {name}"):
        assert listed(client, q=words).get("others") == ["Zebras of 100% by team"], words
    context = client.get(reverse("reports_list"), {"q": "zebras"}).context
    assert (context["found"], context["total"]) == (1, 2 + len(shipped_for(academy.reporter)))
    # A description, an owner and a source are searched too, and all words have to fit.
    assert "others" not in listed(client, q="zebras nobody")
    page = client.get(reverse("reports_list"), {"q": "by team"}).context
    assert (page["is_cut"], len(page["sections"][0].entries)) == (True, 1)


def test_a_report_with_words_of_its_own_opens_with_them(client, academy, report):
    client.force_login(academy.reporter)
    said = page(client, "course-progress")
    assert said.context["shown"].sentence == (
        "3 of 6 enrollments are completed (50 %). 2 are overdue. “SQL” is lowest with 0 %."
    )
    assert said.context["shown"].sentence in said.content.decode()
    # Key numbers without a sentence are not said twice.
    saved = make_report(
        owner=academy.reporter, title="Counted", figures=[{"label": "All", "column": "records", "aggregation": "count"}]
    )
    assert page(client, saved).context["shown"].sentence == ""


# Who ----------------------------------------------------------------------------


def shipped_for(viewer):
    found = [one for one in shipped.values() if source_for(one.spec.source).may_use(viewer)]
    return sorted((str(one.title) for one in found), key=str.casefold)


def test_each_role_finds_what_it_may_read(client, academy, report):
    own = make_report(owner=academy.administrator, title="Mine")
    client.force_login(academy.administrator)
    everything = sorted((str(one.title) for one in shipped.values()), key=str.casefold)
    assert listed(client) == {"own": ["Mine"], "others": ["Rate by team"], "shipped": everything}
    client.force_login(academy.instructor)
    assert listed(client) == {"shipped": shipped_for(academy.instructor)}
    share_report(report=own, shares=[("role", "instructor")], editor=academy.administrator)
    assert listed(client) == {"others": ["Mine"], "shipped": shipped_for(academy.instructor)}
    assert listed(client, q="MINE ada") == {"others": ["Mine"]}
    assert listed(client, q="no such words") == {}


@pytest.mark.parametrize("role", [None, "content_editor"])
def test_without_the_right_nothing_opens(client, academy, report, role):
    client.force_login(make_person(roles=(role,) if role else ()))
    share_report(report=report, shares=[("everyone", "")], editor=academy.reporter)
    for name, args in [
        ("reports_list", []),
        ("reports_new", []),
        ("reports_report", [report.slug]),
        ("reports_report", ["course-progress"]),
        ("reports_report_rows", [report.slug]),
        ("reports_report_file", [report.slug, "csv"]),
        ("reports_edit", [report.slug]),
        ("reports_customize", ["course-progress"]),
        ("reports_delete", [report.slug]),
    ]:
        answer = client.get(reverse(name, args=args))
        assert (answer.status_code, answer.headers.get("Location", "/admin/")[:7]) in (
            (302, "/admin/"),
            (403, "/admin/"),
        ), name


def test_another_persons_report_is_not_there(client, academy, report):
    client.force_login(academy.instructor)
    for name, args in [
        ("reports_report", []),
        ("reports_report_rows", []),
        ("reports_report_file", ["csv"]),
        ("reports_edit", []),
        ("reports_customize", []),
        ("reports_delete", []),
    ]:
        assert client.get(reverse(name, args=[report.slug, *args])).status_code == 404, name
    assert client.post(reverse("reports_duplicate", args=[report.slug])).status_code == 404
    assert client.post(reverse("reports_delete", args=[report.slug])).status_code == 404
    assert Report.objects.count() == 1


def test_a_reader_may_neither_change_nor_copy_nor_delete(client, academy, report):
    share_report(report=report, shares=[("everyone", "")], editor=academy.reporter)
    client.force_login(academy.manager)
    assert page(client, report).status_code == 200
    assert page(client, report).context["actions"] == ()
    for name in ("reports_edit", "reports_delete"):
        answer = client.get(reverse(name, args=[report.slug]))
        assert answer.status_code in (302, 403)
        assert not answer.context or "form" not in answer.context
    client.post(reverse("reports_duplicate", args=[report.slug]))
    client.post(reverse("reports_delete", args=[report.slug]))
    client.post(reverse("reports_edit", args=[report.slug]), {"do": "save", "title": "Mine now"})
    assert Report.objects.get().title == "Rate by team"


def test_a_source_that_is_closed_closes_its_reports(client, academy, report, monkeypatch):
    monkeypatch.setattr(type(source_for("enrollments")), "permission", "reports.no_such_right")
    client.force_login(academy.reporter)
    for slug in (report.slug, "course-progress"):
        assert page(client, slug).status_code == 404
    assert "own" not in listed(client)


# What a report says ---------------------------------------------------------------


def test_a_grouped_report_counts_and_each_number_opens_its_rows(client, academy, report):
    client.force_login(academy.reporter)
    shown = page(client, report)
    assert cells(shown) == [
        ["Operations", "3", "2", "66.7\u00a0%"],
        ["Sales", "2", "1", "50\u00a0%"],
        ["–", "1", "0", "0\u00a0%"],
    ]
    opened = 0
    for row in shown.context["shown"].table.rows:
        for cell in row[1:3]:
            if cell.url:
                answer = client.get(cell.url)
                assert str(answer.context["shown"].total) == cell.text, cell.url
                opened += 1
    assert opened == 5
    share = client.get(shown.context["shown"].table.rows[0][3].url)
    assert share.context["shown"].total == 3
    assert share.context["words"] == "Team: Operations"
    drawn = shown.context["shown"].panel.figures["light"]["data"][-1]["customdata"]
    assert [client.get(url).context["shown"].total for url in drawn] == [3, 2, 1]


def test_a_chart_is_drawn_from_more_rows_than_stand_below_it(client, academy, report, monkeypatch):
    """As on paper, and on dashboards."""
    client.force_login(academy.reporter)
    whole = page(client, report).context["shown"]
    monkeypatch.setattr("reports.builder.reading.MOST_SHOWN", 1)
    for shown in (
        page(client, report).context["shown"],
        client.get(reverse("reports_edit", args=[report.slug])).context["shown"],
    ):
        assert (len(shown.table.rows), shown.table.words, shown.table.is_cut) == (1, "showing 1 of 3", True)
        assert shown.panel.chart == whole.panel.chart
        assert (len(shown.panel.rows), shown.panel.foot) == (1, "Showing 1 of 3 rows.")


def test_a_viewers_filters_narrow_the_report_and_its_rows(client, academy, report):
    client.force_login(academy.reporter)
    key = str(academy.fire.translation_key)
    narrowed = page(client, report, **{"course_any_of-values": key})
    assert cells(narrowed) == [["Operations", "2", "2", "100\u00a0%"], ["Sales", "1", "1", "100\u00a0%"]]
    assert ("Narrowed to", "Course is any of “Fire safety”") in narrowed.context["shown"].facts
    first = narrowed.context["shown"].table.rows[0][1]
    assert key in first.url
    assert client.get(first.url).context["shown"].total == 2
    # The bare name is enough for a person who writes addresses.
    assert cells(page(client, report, course_any_of=key)) == cells(narrowed)
    day = (academy.now - dt.timedelta(days=25)).date().isoformat()
    late = page(client, report, **{"enrolled_between-value": day, "enrolled_between-until": "2999-01-01"})
    assert [row[1] for row in cells(late)] == ["2", "1"]
    assert (
        page(client, report, **{"enrolled_between-value": "1999-01-01", "enrolled_between-until": "1999-01-02"})
        .context["shown"]
        .is_empty
    )


def test_a_filter_that_begins_with_a_value_can_be_emptied(client, academy):
    client.force_login(academy.reporter)
    key = str(academy.fire.translation_key)
    report = make_report(owner=academy.reporter, filters=[{"column": "course", "operator": "any_of", "value": [key]}])
    begun = page(client, report)
    assert [row[1] for row in cells(begun)] == ["2", "1"]
    assert 'name="course_any_of-asked" value="1"' in begun.content.decode()
    # Nothing ticked, as a browser sends it: without the hidden field it could not be told from a first visit.
    emptied = page(client, report, **{"course_any_of-asked": "1"})
    assert [row[1] for row in cells(emptied)] == ["3", "2", "1"]
    opened = client.get(emptied.context["shown"].table.rows[0][1].url)
    assert opened.context["shown"].total == 3


@pytest.mark.parametrize(
    "asked",
    [
        {"course_any_of-values": "x"},
        {"enrolled_between-value": "soon", "enrolled_between-until": "later"},
        {"enrolled_between-value": "2026-02-01"},
        {"enrolled_between-value": "2026-02-01", "enrolled_between-until": "9999-12-31"},
        {"enrolled_between-value": "0001-01-01", "enrolled_between-until": "2026-02-01"},
        {"enrolled_between-value": "2026-02-01", "enrolled_between-until": "2026-01-01"},
    ],
)
def test_a_value_that_does_not_fit_is_named_and_nothing_runs(client, academy, report, asked):
    client.force_login(academy.reporter)
    answer = page(client, report, **asked)
    assert answer.status_code == 200
    assert "shown" not in answer.context
    assert len(answer.context["refused"]) == 1
    assert answer.context["questions"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "of=table",
        "of=table&key-team=x",
        "of=table&none=team&key-course=x",
        "of=summary&none=team",
        "of=table&none=team&cell=shoe_size",
        "of=table&none=team&cell=team",
        "of=table&none=team&course_any_of=x",
        "of=table&key-team=00000000-0000-0000-0000-00000000000%00",
    ],
)
def test_an_address_of_no_group_is_not_there(client, academy, report, query):
    client.force_login(academy.reporter)
    address = reverse("reports_report_rows", args=[report.slug])
    assert client.get(f"{address}?{query}").status_code == 404


def test_at_any_time_clears_the_reports_own_days(client, academy):
    """And the rows behind a number are of any time as well."""
    record_visit(
        enrollment=Enrollment.objects.filter(course=academy.sql).first(),
        lesson_key=uuid.uuid4(),
        at=timezone.now() - dt.timedelta(days=300),
    )
    client.force_login(academy.administrator)
    whole = page(client, "weekly-activity", **{"day_within-relative": ""})
    recent = page(client, "weekly-activity")
    assert whole.context["shown"].total > recent.context["shown"].total
    first = whole.context["shown"].table.rows[0]
    assert client.get(first[1].url).context["shown"].total == 1


def test_a_person_is_said_by_an_address_and_never_chosen_from_a_list(client, academy):
    client.force_login(academy.manager)
    olga, sara = (team.memberships.order_by("pk").first().user for team in (academy.operations, academy.sales))
    assert "account_any_of" not in page(client, "course-progress").content.decode()
    own = page(client, "course-progress", **{"account_any_of-values": olga.uuid})
    assert {row[0] for row in cells(own)} == {"Olga Ops"}
    assert f'value="{olga.uuid}" checked' in own.content.decode()
    # Whom one may not see has neither rows nor a name.
    other = page(client, "course-progress", **{"account_any_of-values": sara.uuid})
    assert other.context["shown"].total == 0
    assert "Sara" not in other.content.decode()
    assert page(client, "course-progress", **{"account_any_of-values": "x"}).context["refused"]


def test_rows_behind_a_number_stay_in_scope(client, academy, report):
    share_report(report=report, shares=[("everyone", "")], editor=academy.reporter)
    client.force_login(academy.reporter)
    url = page(client, report).context["shown"].table.rows[1][1].url
    assert client.get(url).context["shown"].total == 2
    # The manager of Operations asks for the rows of Sales.
    client.force_login(academy.manager)
    assert client.get(url).context["shown"].total == 0


def test_every_kind_of_group_finds_its_rows_again(client, academy):
    columns = [
        {"column": "enrolled", "bucket": "month"},
        {"column": "is_completed"},
        {"column": "status"},
        {"column": "person"},
        {"column": "due"},
        {"column": "records", "aggregation": "count"},
    ]
    report = make_report(owner=academy.reporter, columns=columns, sort=[], chart=None, filters=[])
    client.force_login(academy.reporter)
    rows = page(client, report).context["shown"].table.rows
    assert len(rows) == 6
    for row in rows:
        assert client.get(row[-1].url).context["shown"].total == int(row[-1].text)


def test_rows_are_cut_at_200_and_say_so(client, academy):
    report = make_report(owner=academy.reporter, columns=[{"column": "person"}], sort=[], chart=None, filters=[])
    add_learners(academy.sql, 230, at=academy.now)
    client.force_login(academy.reporter)
    shown = page(client, report).context["shown"]
    assert (len(shown.table.rows), shown.table.words) == (200, "showing 200 of 236")


def test_a_report_that_lost_a_column_opens_names_it_and_does_not_run(client, academy, report):
    break_report(report)
    client.force_login(academy.reporter)
    with CaptureQueriesContext(connection) as queries:
        answer = page(client, report)
    assert "“Enrollments” has no column called “shoe_size”" in answer.content.decode()
    assert "shown" not in answer.context
    assert not any("learning_enrollment" in query["sql"] for query in queries)
    assert client.get(reverse("reports_report_file", args=[report.slug, "csv"])).status_code == 404
    editor = client.get(reverse("reports_edit", args=[report.slug]))
    assert "columns-1" in editor.context["form"].problems
    assert editor.context["shown"] is None


def test_a_report_whose_source_is_gone_opens_and_can_only_be_deleted(client, academy, report):
    break_report(report, source="unicorns")
    client.force_login(academy.reporter)
    answer = page(client, report)
    assert "There is no source called “unicorns”." in answer.content.decode()
    assert client.get(reverse("reports_edit", args=[report.slug])).status_code == 302
    assert listed(client)["own"] == ["Rate by team"]
    assert client.post(reverse("reports_delete", args=[report.slug])).status_code == 302
    assert not Report.objects.exists()


# Copies and files -------------------------------------------------------------------


def test_duplicate_and_customize(client, academy, report):
    client.force_login(academy.administrator)
    assert client.get(reverse("reports_duplicate", args=[report.slug])).status_code == 405
    answer = client.post(reverse("reports_duplicate", args=[report.slug]))
    copy = Report.objects.get(owner=academy.administrator)
    assert answer.url == reverse("reports_edit", args=[copy.slug])
    assert (copy.title, copy.spec) == ("Copy of Rate by team", report.spec)
    form = client.get(reverse("reports_customize", args=["course-progress"]))
    assert form.context["form"].title.value == "Course progress (ours)"
    assert client.get(reverse("reports_edit", args=["course-progress"])).url == reverse(
        "reports_customize", args=["course-progress"]
    )
    assert client.get(reverse("reports_customize", args=[report.slug])).status_code == 404
    assert Report.objects.count() == 2


def test_delete_asks_first_and_refuses_what_is_sent(client, academy, report):
    client.force_login(academy.reporter)
    address = reverse("reports_delete", args=[report.slug])
    assert client.get(address).status_code == 200
    make_schedule(owner=academy.reporter, title="Mondays", report=report.slug)
    assert "Mondays" in client.post(address, follow=True).content.decode()
    assert Report.objects.count() == 1


def test_files_have_all_rows_and_the_filters(client, academy, report):
    client.force_login(academy.reporter)

    def file(kind, query=""):
        answer = client.get(reverse("reports_report_file", args=[report.slug, kind]) + query)
        return b"".join(answer.streaming_content) if answer.status_code == 200 else answer.status_code

    found = list(csv.reader(io.StringIO(file("csv").decode("utf-8-sig"))))
    assert found[1] == ["Operations", "3", "2", "66.7"]
    key = academy.fire.translation_key
    data = json.loads(file("json", f"?course_any_of-values={key}"))
    assert [row["records_count"] for row in data["rows"]] == [2, 1]
    assert file("xlsx")[:2] == b"PK"
    assert file("exe") == 404
    rows = page(client, report).context["shown"].table.rows[0][1].url.partition("?")[2]
    assert len(file("csv", f"?{rows}").decode().splitlines()) == 1 + 3


def test_what_is_long_and_every_pdf_is_left_to_a_worker(client, academy, report, monkeypatch):
    monkeypatch.setattr("reports.services.files.export_pdf", lambda result, path, *, cover: path.write_bytes(b"%PDF"))
    client.force_login(academy.reporter)
    links = page(client, report).context["files"]
    assert [(link["label"], link["takes_time"], link["most"]) for link in links] == [
        ("PDF", True, 0),
        ("Excel", False, 0),
        ("CSV", False, 0),
        ("JSON", False, 0),
    ]
    asked = client.get(links[0]["url"], follow=True)
    assert asked.redirect_chain == [(reverse("reports_report", args=[report.slug]), 302)]
    assert not ReportExport.objects.exists()
    monkeypatch.setattr("reports.views.report.IN_REQUEST", 2)
    monkeypatch.setattr("reports.views.report.MOST_ROWS", 2)
    links = page(client, report).context["files"]
    assert [(link["takes_time"], link["most"]) for link in links] == [(True, 2), (True, 0), (True, 0), (True, 0)]
    assert client.get(links[2]["url"]).status_code == 302
    for link in links:
        address = client.post(link["url"]).headers["Location"]
        export = ReportExport.objects.get(uuid=address.split("/")[-2])
        assert (export.person, export.state, export.rows_total) == (academy.reporter, "done", 3)
    assert ReportExport.objects.count() == 4


def test_a_full_disk_is_said_and_the_report_opens_again(client, academy, report, monkeypatch):
    def full(**_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("reports.views.report.make_file", full)
    client.force_login(academy.reporter)
    address = reverse("reports_report_file", args=[report.slug, "csv"])
    key = str(academy.sql.translation_key)
    answer = client.get(address, {"course_any_of-values": key})
    assert answer.status_code == 302
    assert answer.url == f"{reverse('reports_report', args=[report.slug])}?course_any_of-values={key}"
    assert "There was no room left on the site’s disk" in client.get(answer.url).content.decode()


def test_rows_behind_a_number_are_left_to_a_worker_too(client, academy, report):
    client.force_login(academy.reporter)
    rows = page(client, report).context["shown"].table.rows[0][1].url.partition("?")[2]
    client.post(reverse("reports_report_file", args=[report.slug, "csv"]) + f"?{rows}")
    export = ReportExport.objects.get()
    assert (export.state, export.rows_done) == ("done", 3)
    text = client.get(reverse("reports_export", args=[export.uuid])).content.decode()
    assert "Download course" not in text and f"Download {export.filename}" in text


def test_a_title_is_text_and_never_markup(client, academy):
    title = "<script>alert(1)</script> " + "Wort" * 20
    report = make_report(
        owner=academy.reporter, title=title, columns=[{"column": "person", "label": "<b>x"}], sort=[], chart=None
    )
    client.force_login(academy.reporter)
    for name, args in [("reports_report", [report.slug]), ("reports_list", []), ("reports_edit", [report.slug])]:
        html = client.get(reverse(name, args=args)).content.decode()
        assert "<script>alert" not in html
        assert "<b>x" not in html
        assert re.search("&lt;script&gt;alert", html)


def test_queries_do_not_grow(client, academy, report):
    client.force_login(academy.reporter)
    detail = make_report(owner=academy.reporter, title="Rows", columns=[{"column": "person"}], sort=[], chart=None)
    addresses = [reverse("reports_list"), *(reverse("reports_report", args=[one.slug]) for one in (report, detail))]
    addresses += [
        page(client, report).context["shown"].table.rows[0][1].url,
        reverse("reports_edit", args=[report.slug]),
    ]

    def counts():
        found = []
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            found.append(len(queries))
        return found

    before = counts()
    add_learners(academy.sql, 60, at=academy.now, team=academy.sales)
    for number in range(4):
        more = make_report(owner=academy.administrator, title=f"More {number}")
        share_report(
            report=more, shares=[("team", str(academy.sales.uuid)), ("role", "manager")], editor=academy.reporter
        )
    after = counts()
    # The names of the first shared team are one query more, however many there are.
    assert [after[0] - before[0] <= 1, *after[1:]] == [True, *before[1:]]
    assert max(after) <= 20, after
