"""One report as its reader sees it, the rows behind its numbers, and its files."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.log_actions import log

from reports.builder.reading import MOST_SHOWN, askable, asked, questions, shown_result
from reports.checking import given_values
from reports.exceptions import InvalidSpec, ReportError, WrongValue
from reports.exports.pdf import MOST_ROWS
from reports.models import Format
from reports.moments import Moment
from reports.policies import may_change_report
from reports.selectors.drill import SUMMARY, TABLE, Drilled, can_be_drilled
from reports.selectors.reports import Opened, log_of
from reports.selectors.results import Prepared, report_result
from reports.services.files import make_file
from reports.views.listing import ICON, actions_of, names_by_report, opened_or_404, trail
from workbench.days import site_zone
from workbench.furniture import furniture

KEY = "key-"
CLOCK = "clock"
MOST_HISTORY = 10
# What a file is downloaded as; people who may not export records read on the screen.
FILES = {
    Format.PDF: "application/pdf",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON: "application/json",
}
SHORT = {Format.PDF: "PDF", Format.XLSX: "Excel", Format.CSV: "CSV", Format.JSON: "JSON"}


def moment_for(viewer: Any, query: Mapping[str, Any] | None = None) -> Moment:
    """Now, in the reader's own zone; on the site's clock for who comes from a dashboard, whose days are everybody's."""
    return Moment(at=timezone.now(), zone=site_zone() if query and query.get(CLOCK) == "site" else viewer.zone)


@require_safe
def report_page(request, slug) -> HttpResponse:
    """A report for its reader. One that cannot run says why, and asks the database for no row."""
    opened = opened_or_404(request, slug)
    context = {**page_context(request, opened), "is_report": True}
    if opened.definition is None:
        return render(request, "reports/report.html", context)
    spec, source = opened.definition.spec, opened.source
    try:
        given = asked(spec, source, request.GET)
        prepared = Prepared(
            definition=opened.definition, viewer=request.user, moment=moment_for(request.user, request.GET), given=given
        )
        result = report_result(prepared, limit=MOST_SHOWN)
    except ReportError as error:
        # A value in the address that fits nothing: the report opens, and says so beside its filters.
        problems = getattr(error, "problems", (str(error),))
        context |= {"refused": problems, "questions": safe_questions(opened, request)}
        return render(request, "reports/report.html", context)
    query = filters_query(request.GET, prepared)

    def rows_of(of: str) -> Any:
        if not can_be_drilled(prepared, of):
            return None
        return lambda where, keys, cell: rows_url(slug, query, where, keys, cell)

    shown = shown_result(
        result, prepared.moment, summary_rows=rows_of(SUMMARY) if result.summary else None, table_rows=rows_of(TABLE)
    )
    context |= {
        "shown": shown,
        "questions": questions(spec, source, prepared.context.values, request.user),
        "is_narrowed": bool(given),
        "files": file_links(
            request, reverse("reports_report_file", args=[slug, "KIND"]), query.urlencode(), shown.total
        ),
        "limit": spec.limit,
    }
    return render(request, "reports/report.html", context)


def safe_questions(opened: Opened, request: Any) -> Any:
    """The filters as they begin, where what was asked for fits none of them."""
    spec, source = opened.definition.spec, opened.source
    try:
        values = given_values(spec, {}, source)
    except InvalidSpec:
        values = {}
    return questions(spec, source, values, request.user)


def page_context(request: Any, opened: Opened) -> dict[str, Any]:
    report, viewer = opened.report, request.user
    context = {
        **furniture(opened.title, ICON, trail(), last=_("Report")),
        "opened": opened,
        "clock": request.GET.get(CLOCK, ""),
        "actions": actions_of(opened.slug, opened.title, viewer, report=report),
        "most": MOST_SHOWN,
    }
    if report:
        names = names_by_report(report.shares.all()).get(report.pk, [])
        history, total = log_of(report, MOST_HISTORY)
        context |= {
            "shared_with": ", ".join(names),
            "history": history,
            "history_total": total,
            "may_change": may_change_report(viewer, report),
        }
    return context


def filters_query(given: QueryDict, prepared: Prepared) -> QueryDict:
    """What of an address narrows the report, and nothing else."""
    query = QueryDict(mutable=True)
    names = {CLOCK, *(entry.name for entry in askable(prepared.spec))}
    for name, values in given.lists():
        if name.partition("-")[0] in names:
            query.setlist(name, values)
    return query


def rows_url(slug: str, query: QueryDict, of: str, keys: Mapping[str, Any], cell: str) -> str:
    found = query.copy()
    found["of"] = of
    for name, value in keys.items():
        if value is None:
            found.appendlist("none", name)
        else:
            found[f"{KEY}{name}"] = str(value)
    if cell:
        found["cell"] = cell
    return f"{reverse('reports_report_rows', args=[slug])}?{found.urlencode()}"


def file_links(request: Any, pattern: str, query: str, total: int) -> list[dict[str, Any]]:
    """One link for each kind of file; a PDF of more rows than paper holds has none, and says so."""
    if not request.user.has_perm("workbench.export_records"):
        return []
    found = []
    for kind, label in SHORT.items():
        url = pattern.replace("KIND", kind) + (f"?{query}" if query else "")
        too_long = kind == Format.PDF and total > MOST_ROWS
        found.append({"label": label, "url": "" if too_long else url, "most": MOST_ROWS})
    return found


# Rows behind a number -------------------------------------------------------------


def drilled_or_404(request: Any, opened: Opened) -> Drilled:
    if opened.definition is None:
        raise Http404("The report does not run.")
    given = request.GET
    keys: dict[str, str | None] = {name.removeprefix(KEY): given[name] for name in given if name.startswith(KEY)}
    keys |= dict.fromkeys(given.getlist("none"))
    try:
        prepared = Prepared(
            definition=opened.definition,
            viewer=request.user,
            moment=moment_for(request.user, request.GET),
            given=asked(opened.definition.spec, opened.source, given),
        )
        return Drilled(prepared, of=given.get("of", ""), keys=keys, cell=given.get("cell", ""))
    except (InvalidSpec, WrongValue) as error:
        raise Http404(str(error)) from None


@require_safe
def rows_page(request, slug) -> HttpResponse:
    """The single rows behind one number of a report, within what its reader may see."""
    opened = opened_or_404(request, slug)
    drilled = drilled_or_404(request, opened)
    result = report_result(drilled, limit=MOST_SHOWN)
    back = filters_query(request.GET, drilled).urlencode()
    words = "; ".join(drilled.words) or _("All rows")
    url = reverse("reports_report", args=[slug]) + (f"?{back}" if back else "")
    shown = shown_result(result, drilled.moment)
    context = {
        **furniture(opened.title, ICON, trail(), (url, opened.title), last=_("Rows")),
        "opened": opened,
        "words": words,
        "back": url,
        "shown": shown,
        "facts": [fact for fact in shown.facts if fact[0]],
        "files": file_links(
            request, reverse("reports_report_file", args=[slug, "KIND"]), request.GET.urlencode(), shown.total
        ),
    }
    return render(request, "reports/rows.html", context)


@require_safe
def file_view(request, slug, kind) -> HttpResponse:
    """A report, or the rows behind one of its numbers, as a file with all its rows: made beside the memory, then sent."""
    opened = opened_or_404(request, slug)
    if kind not in FILES:
        raise Http404("No such kind of file.")
    if not request.user.has_perm("workbench.export_records"):
        raise PermissionDenied
    if opened.definition is None:
        raise Http404("The report does not run.")
    try:
        if "of" in request.GET:
            prepared: Prepared = drilled_or_404(request, opened)
        else:
            prepared = Prepared(
                definition=opened.definition,
                viewer=request.user,
                moment=moment_for(request.user, request.GET),
                given=asked(opened.definition.spec, opened.source, request.GET),
            )
    except ReportError as error:
        raise Http404(str(error)) from None
    result = None
    if kind == Format.PDF:
        result = report_result(prepared, limit=MOST_ROWS)
        if result.table.is_cut:
            raise Http404("More rows than paper holds.")
    log(
        instance=request.user,
        action="workbench.export",
        user=request.user,
        data={"what": "report", "report": opened.slug, "as": kind},
    )
    name = f"{opened.slug}-{prepared.moment.local.date().isoformat()}.{kind}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"report.{kind}"
        make_file(prepared=prepared, kind=kind, path=path, bom=True, title=opened.title, result=result)
        # The file has no name any more once this is returned; it is gone when it has been sent.
        return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=FILES[kind])
