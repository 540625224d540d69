"""Into a record list and out of it: upload a file, download the rows or an empty template."""

import io
import tempfile
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.admin.widgets.button import HeaderButton
from wagtail.log_actions import log

from workbench.forms import UploadForm
from workbench.imports.resource import RecordResource
from workbench.models import ImportBatch
from workbench.services import create_batch
from workbench.sheets import BOM, SheetRefused, write_csv, write_xlsx
from workbench.sheets.writing import csv_lines

CSV, XLSX = "csv", "xlsx"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Where the pages of one import stand, by what they are about.
BATCH_URL = "workbench_importbatch_modeladmin_inspect"


def may_export(model_admin: Any, user: Any) -> bool:
    return model_admin.permission_helper.user_can_list(user) and user.has_perm("workbench.export_records")


def kinds_of(model_admin: Any) -> list[type[RecordResource]]:
    """What may be imported into a list and exported from it, the usual one first."""
    return [model_admin.resource_class, *model_admin.also_resources] if model_admin.resource_class else []


def chosen_kind(model_admin: Any, request: Any) -> type[RecordResource]:
    """The kind of file that the address names by `kind`, else the usual one."""
    kinds = kinds_of(model_admin)
    return next((kind for kind in kinds if kind.slug == request.GET.get("kind")), kinds[0])


def other_kinds(model_admin: Any, chosen: type[RecordResource]) -> list[dict[str, Any]]:
    """The choices between kinds of files, where there is one."""
    kinds = kinds_of(model_admin)
    if len(kinds) < 2:
        return []
    return [{"label": kind.label, "slug": kind.slug, "is_chosen": kind is chosen} for kind in kinds]


def header_buttons(model_admin: Any, request: Any) -> list[HeaderButton]:
    """Import and Export beside the name of the list, for those who may."""
    kind, buttons = model_admin.resource_class, []
    if kind is None:
        return buttons
    address = model_admin.url_helper.get_action_url
    if kind.may_import(request.user):
        buttons.append(HeaderButton(_("Import"), url=address("import"), icon_name="upload"))
    if may_export(model_admin, request.user):
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        buttons.append(HeaderButton(_("Export"), url=address("export") + query, icon_name="download"))
    return buttons


def upload_view(model_admin: Any, request: Any) -> Any:
    """Take a file and look at it; what cannot be read as a spreadsheet is refused here, and not kept."""
    kind = chosen_kind(model_admin, request)
    if not kind.may_import(request.user):
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = create_batch(resource=kind, upload=form.cleaned_data["file"], actor=request.user)
        except SheetRefused as error:
            form.add_error("file", str(error))
        else:
            return redirect(BATCH_URL, batch.pk)
    recent = ImportBatch.objects.filter(resource=kind.slug, created_by=request.user)[:5]
    context = {
        **model_admin.furniture(_("Import: %(records)s") % {"records": str(kind.label)}),
        "form": form,
        "kind": kind,
        "kinds": other_kinds(model_admin, kind),
        "columns": kind.columns().values(),
        "recent": recent,
        "template_csv": model_admin.url_helper.get_action_url("template", CSV),
        "template_xlsx": model_admin.url_helper.get_action_url("template", XLSX),
    }
    return render(request, "modeladmin/imports/upload.html", context, status=422 if form.errors else 200)


def file_name(kind: type[RecordResource], what: str, ending: str) -> str:
    return f"{slugify(str(kind.label)) or kind.slug}-{what}.{ending}"


def answer_xlsx(name: str, title: str, header: list[str], rows: Any) -> FileResponse:
    # On the disk until it is sent: the rows may be many.
    stream = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(stream, title=title, header=header, rows=rows, widths=[max(len(one) + 4, 18) for one in header])
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX_TYPE)


def template_view(model_admin: Any, request: Any, ending: str) -> Any:
    """An empty file with the right header and one row as an example."""
    kind = chosen_kind(model_admin, request)
    if not kind.may_import(request.user):
        raise PermissionDenied
    columns = kind.writable().values()
    header, example = [str(column.label) for column in columns], [column.example for column in columns]
    name = file_name(kind, "template", ending)
    if ending == XLSX:
        return answer_xlsx(name, str(kind.label), header, [example])
    if ending != CSV:
        raise Http404("No such kind of file.")
    text = io.StringIO(newline="")
    write_csv(text, header=header, rows=[example], bom=True)
    return FileResponse(
        io.BytesIO(text.getvalue().encode()), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8"
    )


def export_view(model_admin: Any, request: Any) -> Any:
    """The rows of the list as it is filtered, searched and sorted, all pages of them; `as` is csv or xlsx."""
    if not may_export(model_admin, request.user):
        raise PermissionDenied
    kind = chosen_kind(model_admin, request)
    rows = kind(actor=request.user).export_rows(model_admin.matching_rows(request))
    ending = request.GET.get("as", "")
    if ending not in (CSV, XLSX):
        params = request.GET.copy()
        params.pop("as", None)
        total = kind(actor=request.user).export_rows(model_admin.get_queryset(request)).count()
        context = {
            **model_admin.furniture(_("Export: %(records)s") % {"records": str(kind.label)}),
            "kind": kind,
            "kinds": other_kinds(model_admin, kind),
            "columns": kind.columns().values(),
            "count": rows.count(),
            "total": total,
            "query": params.urlencode(),
            "list_query": without(params, "kind"),
        }
        return render(request, "modeladmin/imports/export.html", context)
    resource = kind(actor=request.user)
    name = file_name(kind, timezone.localdate().isoformat(), ending)
    log(
        instance=request.user,
        action="workbench.export",
        user=request.user,
        data={"what": kind.slug, "rows": rows.count(), "as": ending, "filters": request.GET.urlencode()},
    )
    if ending == XLSX:
        return answer_xlsx(name, str(kind.label), resource.header(), resource.cells(rows, as_text=False))
    lines = csv_lines(header=resource.header(), rows=resource.cells(rows))
    # Rows are read while the answer is on its way, when the request's time zone is no longer set.
    response = StreamingHttpResponse(in_zone(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def without(params: Any, name: str) -> str:
    params = params.copy()
    params.pop(name, None)
    return params.urlencode()


def in_zone(lines: Any) -> Any:
    """``lines`` in the language and time zone of now, after a byte order mark for Excel."""
    language, zone = translation.get_language(), timezone.get_current_timezone()

    def told():
        yield BOM.encode()
        source = iter(lines)
        while True:
            with translation.override(language), timezone.override(zone):
                line = next(source, None)
            if line is None:
                return
            yield line.encode()

    return told()


def urls_of(model_admin: Any) -> tuple:
    helper = model_admin.url_helper
    base, name = helper.base_url_path, helper.get_action_url_name

    def bound(view):
        return lambda request, **kwargs: view(model_admin, request, **kwargs)

    return (
        path(f"{base}/import/", bound(upload_view), name=name("import")),
        path(f"{base}/export/", bound(export_view), name=name("export")),
        path(f"{base}/template/<slug:ending>/", bound(template_view), name=name("template")),
    )
