"""Files that a worker makes: one's own, how far one is, and its download."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.log_actions import log

from reports.exceptions import ReportError
from reports.models import ExportState, Format, ReportExport
from reports.policies import may_export, visible_to
from reports.selectors.exports import is_open_to, prepared_export
from reports.services import cancel_export, repeat_export
from reports.services.exports import KEPT, note_opened
from reports.tasks import wake_export
from workbench.background import heard_progress, heard_total
from workbench.furniture import furniture, status_tag

ICON = "download"
MOST_LISTED = 100
CONTENT = {
    Format.PDF: "application/pdf",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON: "application/json",
}
SHORT = {Format.PDF: "PDF", Format.XLSX: "Excel", Format.CSV: "CSV", Format.JSON: "JSON"}
TONES = {ExportState.DONE: "w-status--primary", ExportState.FAILED: "record-late"}


def export_or_404(request: Any, uuid: Any) -> ReportExport:
    return get_object_or_404(visible_to(request.user, ReportExport.objects.select_related("person")), uuid=uuid)


def trail() -> tuple[tuple[str, Any], tuple[str, Any]]:
    return (reverse("reports_list"), _("Reports")), (reverse("reports_exports"), _("My exports"))


def numbers(count: int) -> str:
    return number_format(count, force_grouping=True)


def progress_of(export: ReportExport) -> dict[str, Any]:
    """How far the work is, for the page and for what it asks every second."""
    is_working = export.state == ExportState.WORKING
    done, total = (heard_progress(export), heard_total(export)) if is_working else (0, 0)
    words = _("Waiting: your other export is made first, or two others are made just now")
    if is_working and total and done < total:
        words = _("%(done)s of %(total)s rows written") % {"done": numbers(done), "total": numbers(total)}
    elif is_working:
        words = _("Drawing the pages") if export.format == Format.PDF else _("Putting the file together")
        words = words if done or export.format == Format.PDF else _("Asking the database")
    return {"state": export.state, "is_busy": export.is_busy, "done": done, "total": total, "words": words}


def rows_words(export: ReportExport) -> str:
    """ "showing 2,000 of 3,211", or just how many."""
    if export.rows_done == export.rows_total:
        return numbers(export.rows_total)
    counts = {"shown": numbers(export.rows_done), "total": numbers(export.rows_total)}
    return _("showing %(shown)s of %(total)s") % counts


def state_of(export: ReportExport) -> Any:
    words = export.get_state_display()
    if export.state == ExportState.DONE and not export.path:
        return status_tag(_("Deleted"))
    if export.is_busy and export.cancel_wanted:
        words = _("Being canceled")
    return status_tag(words, TONES.get(ExportState(export.state), ""))


@require_safe
def exports_page(request) -> HttpResponse:
    """One's own exports, the newest first."""
    if not may_export(request.user):
        raise PermissionDenied
    rows = visible_to(request.user, ReportExport.objects.defer("spec", "given"))
    found = list(rows[:MOST_LISTED])
    context = {
        **furniture(_("My exports"), ICON, trail()[0]),
        "exports": [
            {
                "export": export,
                "kind": SHORT[Format(export.format)],
                "state": state_of(export),
                "rows": rows_words(export) if export.state == ExportState.DONE else "–",
            }
            for export in found
        ],
        "total": len(found) if len(found) < MOST_LISTED else rows.count(),
        "days": KEPT.days,
    }
    return render(request, "reports/exports.html", context)


@require_safe
def export_page(request, uuid) -> HttpResponse:
    """How far one export is, then its file, or what went wrong."""
    export = export_or_404(request, uuid)
    facts, refused = [], ""
    try:
        facts = [fact for fact in prepared_export(export, request.user).facts() if fact[0]]
        has_file = export.state == ExportState.DONE and bool(export.path)
        if has_file and not is_open_to(export, request.user):
            refused = _(
                "Which rows you may open has changed since this file was made, so it is closed. Open the report and ask "
                "for the file again."
            )
    except ReportError as error:
        refused, has_file = str(error), False
    context = {
        **furniture(export.title, ICON, *trail(), last=_("Export")),
        "export": export,
        "kind": SHORT[Format(export.format)],
        "state": state_of(export),
        "progress": progress_of(export),
        "rows": rows_words(export),
        "is_cut": export.rows_done < export.rows_total,
        "facts": facts,
        "refused": refused,
        "has_file": has_file and not refused,
        "is_gone": export.state == ExportState.DONE and not export.path,
    }
    return render(request, "reports/export.html", context)


@require_safe
def export_progress(request, uuid) -> JsonResponse:
    return JsonResponse(progress_of(export_or_404(request, uuid)))


@require_POST
def cancel_view(request, uuid) -> HttpResponse:
    export = export_or_404(request, uuid)
    state = cancel_export(export=export)
    if state == ExportState.CANCELLED:
        messages.success(request, _("The export was canceled. No file was kept."))
    elif export.is_busy:
        messages.info(request, _("The worker was asked to stop. No file will be kept."))
    else:
        messages.warning(request, _("It was too late to stop: the work had ended."))
    return redirect("reports_export", export.uuid)


@require_POST
def repeat_view(request, uuid) -> HttpResponse:
    """The same file once more, as of now."""
    export = export_or_404(request, uuid)
    export = repeat_export(export=export)
    if export.state == ExportState.WAITING:
        wake_export(export.pk)
    return redirect("reports_export", export.uuid)


@require_safe
def download_view(request, uuid) -> HttpResponse:
    """The file, as long as the rows in it are still those its person may open."""
    export = export_or_404(request, uuid)
    if export.state != ExportState.DONE or not export.path or not is_open_to(export, request.user):
        raise Http404("There is no file for this viewer.")
    try:
        stream = export.open()
    except OSError:
        raise Http404("The file is gone.") from None
    note_opened(export=export)
    log(
        instance=request.user,
        action="workbench.export",
        user=request.user,
        data={"what": "report", "report": export.report, "as": export.format},
    )
    return FileResponse(
        stream, as_attachment=True, filename=export.filename, content_type=CONTENT[Format(export.format)]
    )
