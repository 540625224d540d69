"""The work on an import: check, write, undo. One worker at a time holds a batch; whoever loses it leaves no trace."""

import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from wagtail.log_actions import log as log_action

from workbench.background import claim, is_asked_to_stop, lease_time, tell_progress
from workbench.imports.exceptions import Cancelled, FenceLost, ImportRefused
from workbench.imports.resource import Planned, RecordResource, resources
from workbench.imports.traces import built_on
from workbench.journal import log_many
from workbench.models import WORK, WORKING, BatchState, ImportBatch, ImportRow, Outcome
from workbench.services.batches import erase_batch
from workbench.sheets import SheetRefused, open_sheet

log = logging.getLogger(__name__)

CHUNK = 500
ROWS_NAMED = 10
COUNTS = {Outcome.NEW: "new_count", Outcome.CHANGED: "changed_count", Outcome.SAME: "same_count",
          Outcome.ERROR: "error_count"}  # fmt: skip


def run_batch(*, batch_id: int, task_id: str = "") -> str:
    """Do the work that a batch waits for, if it waits for any; returns the state it is in afterwards.

    Safe to call any number of times from any number of workers. Must not run inside a
    transaction: the claim is committed before the work begins.
    """
    batch = claim_batch(batch_id, task_id)
    if batch is None:
        return ImportBatch.objects.values_list("state", flat=True).get(pk=batch_id)
    with translation.override(batch.language or None), timezone.override(batch.zone or None):
        try:
            WORKERS[BatchState(batch.state)](batch)
        except FenceLost:
            log.warning("import %s: somebody else holds it by now", batch.pk)
        except Cancelled:
            settle(batch, BatchState.WRITTEN if batch.state == BatchState.UNDOING else BatchState.CANCELLED)
        except (ImportRefused, SheetRefused) as error:
            settle(batch, failure_of(batch), sentence=str(error))
        except IntegrityError:
            log.warning("import %s: the database refused a row", batch.pk, exc_info=True)
            settle(batch, failure_of(batch), sentence=stale_sentence([]))
        except Exception:
            log.exception("import %s stopped", batch.pk)
            sentence = _(
                "Something went wrong on our side, and nothing was changed. Try again, or tell whoever runs this site."
            )
            settle(batch, failure_of(batch), sentence=sentence)
    return ImportBatch.objects.values_list("state", flat=True).get(pk=batch_id)


def failure_of(batch: ImportBatch) -> BatchState:
    return BatchState.WRITTEN if batch.state == BatchState.UNDOING else BatchState.FAILED


def claim_batch(batch_id: int, task_id: str) -> ImportBatch | None:
    """The batch, now ours alone, or None where there is nothing to do. Committed on return.

    A task that the broker hands out a second time under the same id has lost its first
    worker: it takes the batch over.
    """
    batch = ImportBatch.objects.get(pk=batch_id)
    if batch.is_working and task_id and batch.task_id == task_id:
        state = batch.state
    elif batch.is_waiting:
        state = WORK[BatchState(batch.state)]
    else:
        return None
    if not claim(batch, state=state, task_id=task_id, cancel_wanted=False, sentence=""):
        return None
    return ImportBatch.objects.select_related("created_by").get(pk=batch_id)


def held(batch: ImportBatch) -> Any:
    """The batch's row, as long as it is ours and nobody asked to stop."""
    return ImportBatch.objects.filter(pk=batch.pk, state=batch.state, fence=batch.fence, cancel_wanted=False)


def update_held(batch: ImportBatch, **values: Any) -> None:
    if not held(batch).update(**values):
        wanted = ImportBatch.objects.filter(pk=batch.pk, fence=batch.fence, cancel_wanted=True).exists()
        raise Cancelled if wanted else FenceLost


def settle(batch: ImportBatch, state: BatchState, *, sentence: str = "") -> None:
    """Write down how the work ended without success, unless somebody else holds the batch by now."""
    settled = ImportBatch.objects.filter(pk=batch.pk, state__in=WORKING, fence=batch.fence).update(
        state=state, lease_until=None, sentence=sentence, cancel_wanted=False, rows_done=0
    )
    if settled and state == BatchState.CANCELLED:
        erase_batch(batch)


def stop_if_asked(batch: ImportBatch, done: int) -> None:
    """Between two chunks of one transaction: tell how far it is, and stop where somebody asked for it."""
    tell_progress(batch, done)
    if is_asked_to_stop(batch) or not held(batch).exists():
        wanted = ImportBatch.objects.filter(pk=batch.pk, fence=batch.fence).exists()
        raise Cancelled if wanted else FenceLost


def resource_of(batch: ImportBatch) -> RecordResource:
    if batch.created_by is None or batch.resource not in resources:
        raise ImportRefused(_("Whoever uploaded this file, or what it is about, is gone. Upload it again."))
    kind = resources[batch.resource]
    if not batch.created_by.is_active or not kind.may_import(batch.created_by):
        raise ImportRefused(_("Whoever uploaded this file may no longer import. Nothing was changed."))
    return kind(actor=batch.created_by, mapped=batch.mapping)


def pieces(rows: Iterable[Any]) -> Iterator[list[Any]]:
    source = iter(rows)
    while piece := list(islice(source, CHUNK)):
        yield piece


# Checking -----------------------------------------------------------------------------


def row_of(cells: list[str], mapping: dict[str, int]) -> dict[str, str]:
    return {key: cells[place] if place < len(cells) else "" for key, place in mapping.items()}


def check(batch: ImportBatch) -> None:
    """Read the file to its end and write down what each row would do. No record is touched."""
    resource = resource_of(batch)
    ImportRow.objects.filter(batch=batch).delete()
    try:
        stream = batch.open()
    except OSError:
        raise ImportRefused(_("The uploaded file is gone. Upload it again.")) from None
    counts = dict.fromkeys(COUNTS, 0)
    done = errors = 0
    try:
        with stream:
            total = sum(1 for _row in open_sheet(stream, name=batch.file_name).rows())
            update_held(batch, rows_total=total, rows_done=0)
            sheet = open_sheet(stream, name=batch.file_name)
            for piece in pieces(sheet.rows()):
                planned = plan_piece(resource, batch, piece)
                rows = []
                for one in planned:
                    counts[Outcome(one.outcome)] += 1
                    rows.append(kept_row(batch, one, first_error=errors + 1))
                    errors += len(one.errors)
                done += len(piece)
                with transaction.atomic():
                    ImportRow.objects.bulk_create(rows)
                    update_held(batch, rows_done=done, lease_until=timezone.now() + lease_time())
                if is_asked_to_stop(batch):
                    raise Cancelled
    except BaseException:
        ImportRow.objects.filter(batch=batch, batch__fence=batch.fence).delete()
        raise
    if not done:
        raise ImportRefused(_("There is no row below the header, so there is nothing to import."))
    values = {COUNTS[outcome]: count for outcome, count in counts.items()}
    update_held(batch, state=BatchState.CHECKED, lease_until=None, rows_done=done, **values)


def plan_piece(resource: RecordResource, batch: ImportBatch, piece: list[tuple[int, list[str]]]) -> list[Planned]:
    planned = resource.plan([(number, row_of(cells, batch.mapping)) for number, cells in piece])
    width = len(batch.header)
    for one, (_number, cells) in zip(planned, piece, strict=True):
        if len(cells) > width and any(cells[width:]):
            sentence = _("This row has more cells than the header. Is a separator or a quotation mark missing?")
            resource.refused(one, [("", sentence)])
    return planned


def kept_row(batch: ImportBatch, planned: Planned, *, first_error: int) -> ImportRow:
    return ImportRow(
        batch=batch,
        number=planned.number,
        outcome=planned.outcome,
        label=planned.label,
        values={key: str(text) for key, text in planned.row.items()},
        diff=planned.diff,
        errors=[list(error) for error in planned.errors],
        first_error=first_error if planned.errors else 0,
    )


# Writing ------------------------------------------------------------------------------


def kept_pieces(batch: ImportBatch, outcomes: Iterable[str]) -> Iterator[list[ImportRow]]:
    last = 0
    while True:
        rows = batch.rows.filter(number__gt=last, outcome__in=list(outcomes)).order_by("number")[:CHUNK]
        piece = list(rows)
        if not piece:
            return
        last = piece[-1].number
        yield piece


def stale_sentence(numbers: list[int]) -> str:
    if not numbers:
        return _("The records changed while this was written, so nothing was. Check the file again.")
    named = ", ".join(str(number) for number in numbers[:ROWS_NAMED])
    return _(
        "Nothing was written: since the check, somebody changed the records of %(count)d rows (row %(rows)s). "
        "Check the file again and see what it changes now."
    ) % {"count": len(numbers), "rows": named + ("…" if len(numbers) > ROWS_NAMED else "")}


def write(batch: ImportBatch) -> None:
    """All rows or none: judge each once more under locks, refuse where it would do something else than was shown."""
    resource = resource_of(batch)
    with transaction.atomic():
        done, stale = 0, []
        for piece in kept_pieces(batch, Outcome.values):
            planned = resource.plan([(row.number, row.values) for row in piece], for_update=True)
            by_number = {row.number: row for row in piece}
            for one in planned:
                row = by_number[one.number]
                if (one.outcome, one.diff) != (row.outcome, row.diff):
                    stale.append(one.number)
            if not stale:
                moving = [one for one in planned if one.outcome in (Outcome.NEW, Outcome.CHANGED)]
                resource.write(moving, batch.options)
                keep_traces(batch, moving)
                log_rows(batch, moving)
            done += len(piece)
            stop_if_asked(batch, done)
        if stale:
            raise ImportRefused(stale_sentence(stale))
        said = resource.after_write(batch, batch.options)
        update_held(
            batch,
            state=BatchState.WRITTEN,
            lease_until=None,
            rows_done=done,
            written_at=timezone.now(),
            sentence=said,
        )
        counts = {"new": batch.new_count, "changed": batch.changed_count}
        log_action(instance=batch, action="workbench.import", user=batch.created_by, data=counts)


def keep_traces(batch: ImportBatch, moving: list[Planned]) -> None:
    # The rows are there, so only what is updated has to be said.
    rows = [ImportRow(batch=batch, number=one.number, object_id=one.instance.pk, trace=one.trace) for one in moving]
    # One statement for the piece, where an UPDATE by rows would take one for each.
    ImportRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["batch", "number"], update_fields=["object_id", "trace"]
    )


def log_rows(batch: ImportBatch, moving: list[Planned], *, action: str = "") -> None:
    """What happened to each record, in Wagtail's log."""
    log_many(
        entries=(
            (
                one.instance,
                action or f"workbench.import_{one.outcome}",
                {"import": str(batch.uuid), "columns": list(one.diff)},
            )
            for one in moving
        ),
        user=batch.created_by,
        content_changed=True,
    )


# Undoing ------------------------------------------------------------------------------


def undo(batch: ImportBatch) -> None:
    """All rows back to what they were, or none: refused once something was built on one, or one was edited."""
    resource = resource_of(batch)
    moving = (Outcome.NEW, Outcome.CHANGED)
    try:
        with transaction.atomic():
            refused: list[tuple[int, str]] = []
            for piece in kept_pieces(batch, moving):
                refused += why_not(resource, piece)[1]
            if refused:
                raise ImportRefused(refusal_sentence(refused))
            done = 0
            for piece in kept_pieces(batch, moving):
                planned, _refused = why_not(resource, piece, is_checked=True)
                log_rows(batch, planned, action="workbench.import_undone")
                resource.undo(planned)
                done += len(piece)
                stop_if_asked(batch, done)
            update_held(batch, state=BatchState.UNDONE, lease_until=None, rows_done=done, undone_at=timezone.now())
            log_action(instance=batch, action="workbench.undo", user=batch.created_by)
    except (ProtectedError, RestrictedError):
        raise ImportRefused(_("Nothing was undone: other records depend on what this import wrote by now.")) from None


def why_not(
    resource: RecordResource, piece: list[ImportRow], *, is_checked: bool = False
) -> tuple[list[Planned], list[tuple[int, str]]]:
    """The rows of one piece with their records, and those that cannot go back, with the reason."""
    instances = resource.load([row.object_id for row in piece if row.object_id is not None])
    planned = [
        Planned(
            row.number,
            row.values,
            row.outcome,
            row.label,
            row.diff,
            instance=instances[row.object_id],
            trace=row.trace,
        )
        for row in piece
        if row.object_id in instances
    ]
    if is_checked:
        return planned, []
    refused = [(row.number, _("is gone")) for row in piece if row.object_id not in instances]
    made = [one.instance for one in planned if one.outcome == Outcome.NEW]
    reasons = {
        **built_on(made, ignored=resource.own_relations),
        **resource.why_not_undone(planned),
    }
    for one in planned:
        edited = [
            key for key, (_before, after) in one.diff.items() if resource.fields[key].text_of(one.instance) != after
        ]
        if one.instance.pk in reasons:
            refused.append((one.number, reasons[one.instance.pk]))
        elif edited:
            labels = ", ".join(str(resource.fields[key].label) for key in edited)
            refused.append((one.number, _("was edited later (%(columns)s)") % {"columns": labels}))
    return planned, refused


def refusal_sentence(refused: list[tuple[int, str]]) -> str:
    named = "; ".join(_("row %(row)d %(why)s") % {"row": row, "why": why} for row, why in refused[:ROWS_NAMED])
    if len(refused) <= ROWS_NAMED:
        return _("Nothing was undone: %(rows)s.") % {"rows": named}
    return _("Nothing was undone: %(rows)s; showing %(shown)d of %(total)d.") % {
        "rows": named,
        "shown": ROWS_NAMED,
        "total": len(refused),
    }


WORKERS = {BatchState.CHECKING: check, BatchState.WRITING: write, BatchState.UNDOING: undo}
