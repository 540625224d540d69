"""Imports in the admin: the list of them, and the pages of one, from its columns to its undoing."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponseNotAllowed, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from workbench.background import heard_progress
from workbench.forms import ColumnsForm
from workbench.furniture import status_tag
from workbench.imports.exceptions import ImportRefused
from workbench.imports.resource import RecordResource, resources
from workbench.modeladmin.base import ScopedInspectView, ScopedModelAdmin, ScopedPermissionHelper, registered
from workbench.modeladmin.transfer import in_zone, kinds_of
from workbench.models import BatchState, ImportBatch, Outcome
from workbench.policies import visible_to
from workbench.services import (
    cancel_batch,
    check_again,
    choose_columns,
    confirm_batch,
    request_undo,
    run_batch,
)
from workbench.sheets.writing import csv_lines
from workbench.tasks import wake

ROWS_SHOWN = 100
ERRORS_SHOWN = 50
TAGS = {
    BatchState.WRITTEN: "w-status--primary",
    BatchState.FAILED: "record-late",
    BatchState.CHECKED: "record-soon",
    BatchState.UPLOADED: "record-soon",
}
ROW_TAGS = {
    Outcome.NEW: "import-tag--new",
    Outcome.CHANGED: "import-tag--changed",
    Outcome.SAME: "import-tag--same",
    Outcome.ERROR: "import-tag--error",
}


def kind_of(batch: ImportBatch) -> type[RecordResource] | None:
    return resources.get(batch.resource)


def state_tag(batch: ImportBatch) -> str:
    return status_tag(batch.get_state_display(), TAGS.get(batch.state, ""))


def count_words(batch: ImportBatch) -> str:
    """What a checked file holds, as "3 new, 1 changed, 12 same"."""
    counted = [
        (batch.new_count, _("%d new")),
        (batch.changed_count, _("%d changed")),
        (batch.same_count, _("%d the same")),
        (batch.error_count, _("%d with errors")),
    ]
    return ", ".join(words % count for count, words in counted if count)


class StateFilter(SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return BatchState.choices

    def queryset(self, request, queryset):
        return queryset.filter(state=self.value()) if self.value() in BatchState.values else queryset


class KindFilter(SimpleListFilter):
    title = gettext_lazy("what")
    parameter_name = "what"

    def lookups(self, request, model_admin):
        return [(slug, kind.label) for slug, kind in resources.items()]

    def queryset(self, request, queryset):
        return queryset.filter(resource=self.value()) if self.value() in resources else queryset


class ImportPermissionHelper(ScopedPermissionHelper):
    """Imports begin at the list of what they are about, and are steered by whoever began them."""

    never = frozenset({"add", "change", "delete"})

    def user_can_list(self, user):
        return user.has_perm("workbench.view_importbatch") or user.has_perm("workbench.add_importbatch")

    def may_steer(self, user, batch: ImportBatch) -> bool:
        kind = kind_of(batch)
        return kind is not None and batch.created_by_id == user.pk and kind.may_import(user)

    def may_undo(self, user, batch: ImportBatch) -> bool:
        kind = kind_of(batch)
        return kind is not None and kind.may_import(user)


class BatchView(ScopedInspectView):
    """The page of one import shows the step it is at."""

    templates = {
        BatchState.UPLOADED: "columns",
        BatchState.MAPPED: "progress",
        BatchState.CHECKING: "progress",
        BatchState.CONFIRMED: "progress",
        BatchState.WRITING: "progress",
        BatchState.RETURNING: "progress",
        BatchState.UNDOING: "progress",
    }
    form: ColumnsForm | None = None
    options: Any = None

    def post(self, request, *args, **kwargs):
        """Only with a form that has errors; every other POST goes to a step."""
        return self.get(request) if self.form is not None else self.http_method_not_allowed(request)

    def get_template_names(self):
        return [f"modeladmin/imports/{self.step()}.html"]

    def step(self) -> str:
        if self.form is not None:
            return "columns"
        if self.instance.state in (BatchState.CHECKED, BatchState.FAILED) and "columns" in self.request.GET:
            return "columns"
        return self.templates.get(BatchState(self.instance.state), "rows")

    def get_context_data(self, **kwargs):
        batch, admin = self.instance, self.model_admin
        kind = kind_of(batch)
        context = super().get_context_data(**kwargs)
        helper = admin.permission_helper
        context.update(
            batch=batch,
            kind=kind,
            state_tag=state_tag(batch),
            counts=count_words(batch),
            may_steer=helper.may_steer(self.request.user, batch),
            may_undo=helper.may_undo(self.request.user, batch),
            address={name: admin.url_helper.get_action_url(name, batch.pk) for name in STEPS},
            again_url=admin.upload_url(batch),
        )
        extra = {"columns": self.columns_context, "progress": self.progress_context, "rows": self.rows_context}
        context.update(extra[self.step()](batch, kind))
        return context

    def columns_context(self, batch, kind) -> dict[str, Any]:
        form = self.form or ColumnsForm(resource=kind, header=batch.header, mapping=batch.mapping)
        chosen = set(batch.mapping.values())
        readonly = {place for key, place in batch.mapping.items() if kind.columns()[key].readonly}
        unused = [name for place, name in enumerate(batch.header) if place not in chosen or place in readonly]
        return {"form": form, "unused": unused, "errors_in_form": bool(form.errors)}

    def progress_context(self, batch, kind) -> dict[str, Any]:
        return {"progress": progress_of(batch)}

    def rows_context(self, batch, kind) -> dict[str, Any]:
        chosen = self.request.GET.get("show", "")
        if chosen not in Outcome.values:
            chosen = ""
        rows = batch.rows.filter(outcome=chosen) if chosen else batch.rows.all()
        page = Paginator(rows, ROWS_SHOWN).get_page(self.request.GET.get("p"))
        columns = kind.columns() if kind else {}
        used = [key for key in columns if key in batch.mapping] or list(columns)
        shown = [shown_row(row, used) for row in page.object_list]
        errors, total = errors_of(batch, columns, limit=ERRORS_SHOWN)
        filters = [("", _("All"), batch.rows_total)] + [
            (outcome.value, outcome.label, getattr(batch, f"{outcome.value}_count"))
            for outcome in Outcome
            if getattr(batch, f"{outcome.value}_count")
        ]
        return {
            "columns": [columns[key] for key in used],
            "rows": shown,
            "page": page,
            "chosen": chosen,
            "filters": filters,
            "errors": errors,
            "errors_total": total,
            "options": self.options or (kind.options_form() if kind and kind.options_form else None),
            "has_rows": bool(shown),
        }


def shown_row(row: Any, used: list[str]) -> dict[str, Any]:
    """A row of the file as the table of differences shows it: one cell a column."""
    bad = {column for column, _sentence in row.errors}
    cells = []
    for key in used:
        before, after = row.diff.get(key, ("", row.values.get(key, "")))
        cells.append({"before": before, "after": after, "is_changed": key in row.diff, "is_bad": key in bad})
    outcome = Outcome(row.outcome)
    return {"row": row, "cells": cells, "tag": ROW_TAGS[outcome], "outcome": outcome}


def errors_of(batch: ImportBatch, columns: dict, *, limit: int | None) -> tuple[list[dict[str, Any]], int]:
    """The numbered errors of a file with row, column and sentence, at most ``limit``; and how many there are."""
    found: list[dict[str, Any]] = []
    rows = batch.rows.filter(outcome=Outcome.ERROR)
    for row in rows[:limit] if limit else rows.iterator(chunk_size=500):
        for number, (key, sentence) in enumerate(row.errors, start=row.first_error):
            label = columns[key].label if key in columns else ""
            found.append({"number": number, "row": row.number, "column": label, "sentence": sentence})
    last = rows.order_by("-number").values_list("first_error", "errors").first()
    total = last[0] + len(last[1]) - 1 if last else 0
    return (found[:limit] if limit else found), total


def progress_of(batch: ImportBatch) -> dict[str, Any]:
    """How far the work is, for the page and for what it asks every second."""
    # By the worker's word, or by the row's.
    done = max(batch.rows_done, heard_progress(batch)) if batch.is_working else 0
    total = max(batch.rows_total, done)
    doing = {
        BatchState.CHECKING: _("%(done)s of %(total)s rows checked"),
        BatchState.WRITING: _("%(done)s of %(total)s rows written, all or none"),
        BatchState.UNDOING: _("%(done)s of %(total)s rows undone, all or none"),
    }
    words = _("Waiting for a worker")
    if batch.state in doing:
        words = doing[BatchState(batch.state)] % {"done": f"{done:,}", "total": f"{total:,}"}
    return {"state": batch.state, "is_busy": batch.is_busy, "done": done, "total": total, "words": words}


STEPS = ("columns", "check", "write", "cancel", "undo", "progress", "errors")


class ImportBatchAdmin(ScopedModelAdmin):
    model = ImportBatch
    visible_to = visible_to
    menu_hook = "register_people_menu_item"
    menu_icon = "upload"
    menu_order = 900
    menu_label = gettext_lazy("Imports")
    permission_helper_class = ImportPermissionHelper
    inspect_view_enabled = True
    inspect_view_class = BatchView
    inspect_view_fields = ("file_name",)
    list_display = ("file_name", "what", "state_shown", "counts", "uploaded_by", "uploaded")
    list_filter = (KindFilter, StateFilter)
    list_select_related = ("created_by",)
    search_fields = ("file_name", "created_by__first_name", "created_by__last_name")
    search_hint = gettext_lazy("File or person")
    ordering = ("-created_at", "-pk")
    empty_text = gettext_lazy("Nothing was imported yet. An import begins at a list: open People and choose “Import”.")

    def what(self, batch):
        kind = kind_of(batch)
        return str(kind.label) if kind else batch.resource

    what.short_description = gettext_lazy("what")
    what.admin_order_field = "resource"

    def state_shown(self, batch):
        return state_tag(batch)

    state_shown.short_description = gettext_lazy("state")
    state_shown.admin_order_field = "state"

    def counts(self, batch):
        return count_words(batch) or "–"

    counts.short_description = gettext_lazy("rows")

    def uploaded_by(self, batch):
        return batch.created_by or _("somebody who is gone")

    uploaded_by.short_description = gettext_lazy("uploaded by")
    uploaded_by.admin_order_field = "created_by__last_name"

    def uploaded(self, batch):
        return date_format(timezone.localtime(batch.created_at), "j M Y, H:i")

    uploaded.short_description = gettext_lazy("uploaded")
    uploaded.admin_order_field = "created_at"

    def upload_url(self, batch: ImportBatch) -> str:
        """Where a mended file goes: the import of the same records."""
        kind = kind_of(batch)
        for admin in registered:
            if kind is not None and kind in kinds_of(admin):
                return f"{admin.url_helper.get_action_url('import')}?kind={kind.slug}"
        return self.url_helper.index_url

    # Steps ------------------------------------------------------------------------

    def take_step(self, request, instance_pk, step):
        """One POST a step; each leads back to the page of the import, which shows where it stands now."""
        batch = self.object_in_scope(request, instance_pk)
        if step == "progress":
            return JsonResponse(progress_of(batch))
        if step == "errors":
            return self.errors_file(batch)
        if step not in STEPS:
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        may = self.permission_helper.may_undo if step == "undo" else self.permission_helper.may_steer
        if not may(request.user, batch):
            raise PermissionDenied
        try:
            answer = getattr(self, f"{step}_step")(request, batch)
        except ImportRefused as error:
            messages.error(request, str(error))
            answer = None
        return answer or redirect(self.url_helper.get_action_url("inspect", batch.pk))

    def start(self, batch: ImportBatch) -> None:
        """Do short work now, hand long work to a worker."""
        if batch.is_long:
            wake(batch.pk)
        else:
            run_batch(batch_id=batch.pk)

    def columns_step(self, request, batch):
        kind = kind_of(batch)
        form = ColumnsForm(request.POST, resource=kind, header=batch.header, mapping=batch.mapping)
        if not form.is_valid():
            view = BatchView(model_admin=self, instance_pk=str(batch.pk))
            view.form = form
            view.setup(request)
            response = view.dispatch(request)
            response.status_code = 422
            return response
        # Columns that are only compared come along wherever the file has them.
        shown = {key: place for key, place in batch.mapping.items() if kind.columns()[key].readonly}
        choose_columns(batch=batch, mapping={**shown, **form.mapping()})
        self.start(batch)
        return None

    def check_step(self, request, batch):
        check_again(batch=batch)
        self.start(batch)

    def write_step(self, request, batch):
        kind = kind_of(batch)
        options = {}
        if kind.options_form is not None:
            form = kind.options_form(request.POST)
            options = form.cleaned_data if form.is_valid() else {}
        confirm_batch(batch=batch, options=options)
        self.start(batch)
        batch.refresh_from_db()
        if batch.state == BatchState.WRITTEN:
            count = batch.new_count + batch.changed_count
            messages.success(
                request, ngettext("%d row was written.", "%d rows were written.", count) % count + f" {batch.sentence}"
            )

    def undo_step(self, request, batch):
        request_undo(batch=batch)
        self.start(batch)
        batch.refresh_from_db()
        if batch.state == BatchState.UNDONE:
            messages.success(request, _("The import was undone: everything is as it was before."))

    def cancel_step(self, request, batch):
        state = cancel_batch(batch=batch)
        if state == BatchState.CANCELLED:
            messages.success(request, _("The import was cancelled. Nothing was written."))
        elif state != BatchState.WRITTEN:
            messages.info(request, _("The worker was asked to stop. Nothing will have been changed."))

    def errors_file(self, batch: ImportBatch):
        """All errors as a file, to mend the original beside it."""
        kind = kind_of(batch)
        found, _total = errors_of(batch, kind.columns() if kind else {}, limit=None)
        header = [_("Number"), _("Row"), _("Column"), _("Error")]
        rows = ([one["number"], one["row"], str(one["column"]), one["sentence"]] for one in found)
        response = StreamingHttpResponse(
            in_zone(csv_lines(header=header, rows=rows)), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = 'attachment; filename="errors.csv"'
        return response

    def get_admin_urls_for_registration(self):
        helper = self.url_helper
        return (
            *super().get_admin_urls_for_registration(),
            *(
                path(
                    f"{helper.base_url_path}/{step}/<str:instance_pk>/",
                    lambda request, instance_pk, step=step: self.take_step(request, instance_pk, step),
                    name=helper.get_action_url_name(step),
                )
                for step in STEPS
            ),
        )
