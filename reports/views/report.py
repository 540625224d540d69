"""One report as its reader sees it, the rows behind its numbers, and its files."""

import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.log_actions import log

from reports.builder.reading import MOST_SHOWN, asked, questions, rows_needed, shown_result
from reports.checking import askable, given_values
from reports.exceptions import InvalidSpec, ReportError
from reports.exports.pdf import MOST_ROWS
from reports.models import Format
from reports.moments import Moment
from reports.policies import may_change_report, may_export
from reports.selectors.drill import SUMMARY, TABLE, Drilled, can_be_drilled
from reports.selectors.reports import Opened, log_of
from reports.selectors.results import Prepared, report_result, report_stream
from reports.services import request_export
from reports.services.exports import IN_REQUEST, sentence_of
from reports.services.files import make_file
from reports.tasks import wake_export
from reports.views.exports import CONTENT, SHORT
from reports.views.listing import ICON, actions_of, names_by_report, opened_or_404, trail
from workbench.days import site_zone
from workbench.furniture import furniture

logger = logging.getLogger(__name__)

KEY = "key-"
CLOCK = "clock"
MOST_HISTORY = 10


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
        result = report_result(prepared, limit=rows_needed(spec))
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
        result,
        prepared.moment,
        speaks=opened.definition.sentence is not None,
        summary_rows=rows_of(SUMMARY) if result.summary else None,
        table_rows=rows_of(TABLE),
    )
    context |= {
        "shown": shown,
        "questions": questions(spec, source, prepared.context.values, request.user),
        "is_narrowed": bool(given),
        "files": file_links(
            request,
            reverse("reports_report_file", args=[slug, "KIND"]),
            query.urlencode(),
            min(shown.total, spec.limit or shown.total),
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


def file_links(request: Any, pattern: str, query: str, rows: int) -> list[dict[str, Any]]:
    """One link for each kind of file of so many ``rows``; ``takes_time`` where a worker makes it."""
    if not may_export(request.user):
        return []
    return [
        {
            "label": label,
            "url": pattern.replace("KIND", kind) + (f"?{query}" if query else ""),
            "takes_time": kind == Format.PDF or rows > IN_REQUEST,
            "most": MOST_ROWS if kind == Format.PDF and rows > MOST_ROWS else 0,
        }
        for kind, label in SHORT.items()
    ]


# Rows behind a number -------------------------------------------------------------


@require_safe
def rows_page(request, slug) -> HttpResponse:
    """The single rows behind one number of a report, within what its reader may see."""
    opened = opened_or_404(request, slug)
    if opened.definition is None:
        raise Http404("The report does not run.")
    given, number = narrowed_by(request, opened)
    drilled = prepared_for(request, opened, given, number or {"of": "", "keys": {}})
    result = report_result(drilled, limit=MOST_SHOWN)
    back = filters_query(request.GET, drilled).urlencode()
    words = "; ".join(getattr(drilled, "words", ())) or _("All rows")
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


@require_http_methods(["GET", "HEAD", "POST"])
def file_view(request, slug, kind) -> HttpResponse:
    """A report, or the rows behind one of its numbers, as a file with all its rows.

    What is short is sent at once; a POST leaves it to a worker and leads to the page that says how far it is.
    """
    opened = opened_or_404(request, slug)
    if kind not in CONTENT:
        raise Http404("No such kind of file.")
    if not may_export(request.user):
        raise PermissionDenied
    if opened.definition is None:
        raise Http404("The report does not run.")
    given, drilled = narrowed_by(request, opened)
    if request.method == "POST":
        prepared = prepared_for(request, opened, given)
        export, is_new = request_export(
            opened=opened,
            prepared=prepared,
            given=given,
            kind=kind,
            drilled=drilled,
            query=filters_query(request.GET, prepared).urlencode(),
        )
        if is_new:
            wake_export(export.pk)
        else:
            messages.info(request, _("This file is waited for already, so there is no second one."))
        return redirect("reports_export", export.uuid)
    prepared = prepared_for(request, opened, given, drilled)
    stream = None if kind == Format.PDF else report_stream(prepared)
    if stream is None or stream.shown > IN_REQUEST:
        messages.info(request, _("This file takes a while, so a worker makes it: choose it below the report."))
        return back_to_report(request, prepared, slug)
    name = f"{opened.slug}-{prepared.moment.local.date().isoformat()}.{kind}"
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"report.{kind}"
            make_file(prepared=prepared, kind=kind, path=path, bom=True, title=opened.title, stream=stream)
            # The file has no name any more once this is left; it is gone when it has been sent.
            file = path.open("rb")
    except OSError as error:
        logger.exception("The file of the report %s could not be written", opened.slug)
        messages.error(request, sentence_of(error))
        return back_to_report(request, prepared, slug)
    log(
        instance=request.user,
        action="workbench.export",
        user=request.user,
        data={"what": "report", "report": opened.slug, "as": kind},
    )
    return FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT[Format(kind)])


def back_to_report(request: Any, prepared: Prepared, slug: str) -> HttpResponse:
    query = filters_query(request.GET, prepared).urlencode()
    return redirect(reverse("reports_report", args=[slug]) + (f"?{query}" if query else ""))


def narrowed_by(request: Any, opened: Opened) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an address says of the report's filters, and which of its numbers it names. 404 where it fits neither."""
    try:
        given = asked(opened.definition.spec, opened.source, request.GET)
    except ReportError as error:
        raise Http404(str(error)) from None
    if "of" not in request.GET:
        return given, {}
    keys: dict[str, str | None] = {
        name.removeprefix(KEY): request.GET[name] for name in request.GET if name.startswith(KEY)
    }
    keys |= dict.fromkeys(request.GET.getlist("none"))
    return given, {"of": request.GET["of"], "keys": keys, "cell": request.GET.get("cell", "")}


def prepared_for(
    request: Any, opened: Opened, given: Mapping[str, Any], drilled: Mapping[str, Any] | None = None
) -> Prepared:
    """The report for its reader, or the rows behind the number that is named. 404 where something does not fit."""
    try:
        prepared = Prepared(
            definition=opened.definition, viewer=request.user, moment=moment_for(request.user, request.GET), given=given
        )
        return Drilled(prepared, **drilled) if drilled else prepared
    except ReportError as error:
        raise Http404(str(error)) from None
