"""The steps of an import that a person takes. None of them touches a record; the work itself is in `work`."""

import logging
import uuid
from datetime import timedelta
from typing import Any

from django.core.files.storage import storages
from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from workbench.background import ask_to_stop
from workbench.imports.exceptions import ImportRefused
from workbench.imports.mapping import header_key, mapping_for
from workbench.imports.resource import RecordResource
from workbench.models import BatchState, ImportBatch
from workbench.sheets import open_sheet

log = logging.getLogger(__name__)

# More rows than this are checked and written by a worker.
IN_REQUEST = 1_000
# After this, the file and the values of a settled import are erased; it can no longer be undone then.
KEPT = timedelta(days=90)
OPEN_STATES = [BatchState.UPLOADED, BatchState.CHECKED, BatchState.FAILED]


def changed_meanwhile() -> ImportRefused:
    return ImportRefused(_("Nothing was done: this import changed while you looked at it. See how it stands now."))


def create_batch(*, resource: type[RecordResource], upload: Any, actor: Any) -> ImportBatch:
    """Keep an uploaded file after a first look at it, with columns guessed from its header.

    SheetRefused, keeping nothing, when it cannot be read as a spreadsheet.
    """
    sheet = open_sheet(upload, name=upload.name)
    rows = 0
    for _row in sheet.rows():
        rows += 1
        if rows > IN_REQUEST:
            break
    batch = ImportBatch(
        resource=resource.slug,
        created_by=actor,
        file_name=upload.name[-255:],
        facts=sheet.facts,
        header=[f"{name[:200]}" for name in sheet.header],
        header_key=header_key(sheet.header),
        mapping=mapping_for(resource, sheet.header),
        rows_total=rows,
        is_long=rows > IN_REQUEST,
        language=translation.get_language() or "",
        zone=timezone.get_current_timezone_name(),
    )
    upload.seek(0)
    batch.path = storages["private"].save(f"imports/{uuid.uuid4()}.{sheet.kind}", upload)
    batch.save()
    return batch


def move(batch: ImportBatch, *, to: BatchState, **values: Any) -> None:
    """One step from the state that ``batch`` was read in; ImportRefused where somebody was faster."""
    if not ImportBatch.objects.filter(pk=batch.pk, state=batch.state, fence=batch.fence).update(state=to, **values):
        raise changed_meanwhile()
    batch.refresh_from_db()


def choose_columns(*, batch: ImportBatch, mapping: dict[str, int]) -> None:
    """Say which column is which; the file waits to be checked from then on."""
    if batch.state not in OPEN_STATES or not batch.path:
        raise changed_meanwhile()
    move(batch, to=BatchState.MAPPED, mapping=mapping, sentence="", rows_done=0, woken_at=None)


def check_again(*, batch: ImportBatch) -> None:
    """Check with the same columns once more: the records may have changed since."""
    choose_columns(batch=batch, mapping=batch.mapping)


def confirm_batch(*, batch: ImportBatch, options: dict[str, Any]) -> None:
    """Ask for a checked file to be written. ImportRefused while it has errors, or nothing to write."""
    if batch.state != BatchState.CHECKED:
        raise changed_meanwhile()
    if batch.error_count:
        raise ImportRefused(_("Nothing was written: mend the errors in your file first, then upload it again."))
    if not batch.new_count and not batch.changed_count:
        raise ImportRefused(_("Nothing was written: the file changes nothing."))
    move(batch, to=BatchState.CONFIRMED, options=options, rows_done=0, woken_at=None)


def request_undo(*, batch: ImportBatch) -> None:
    """Ask for a written import to be undone. Whether it can be is decided when it is done."""
    if batch.state != BatchState.WRITTEN:
        raise changed_meanwhile()
    if batch.erased_at:
        raise ImportRefused(
            _("This import is older than %(days)d days: what was there before is erased, so it cannot be undone.")
            % {"days": KEPT.days}
        )
    move(batch, to=BatchState.RETURNING, rows_done=0, woken_at=None, sentence="")


def cancel_batch(*, batch: ImportBatch) -> str:
    """Stop an import, or ask the worker that is at it to stop; returns the state it is in afterwards.

    Nothing is written then, or, of an undo, nothing undone. ImportRefused when it is too late.
    """
    if batch.state in (*OPEN_STATES, BatchState.MAPPED, BatchState.CONFIRMED):
        move(batch, to=BatchState.CANCELLED)
        erase_batch(batch)
        return batch.state
    if batch.state == BatchState.RETURNING:
        move(batch, to=BatchState.WRITTEN)
        return batch.state
    if not batch.is_working:
        raise changed_meanwhile()
    # First the word that reaches a worker inside its transaction, which on SQLite keeps everybody else from writing.
    ask_to_stop(batch)
    try:
        asked = ImportBatch.objects.filter(pk=batch.pk, state=batch.state, fence=batch.fence).update(cancel_wanted=True)
    except OperationalError:
        raise ImportRefused(_("The import could not be stopped just now. See how it stands, then try again.")) from None
    batch.refresh_from_db()
    if not asked and batch.state != BatchState.CANCELLED:
        raise ImportRefused(_("It was too late to stop: the work was done. See how it stands now."))
    return batch.state


def erase_batch(batch: ImportBatch) -> None:
    """Forget the file and what its rows say."""
    with transaction.atomic():
        batch.rows.all().delete()
        ImportBatch.objects.filter(pk=batch.pk).update(path="", erased_at=timezone.now())
        path, name = batch.path, batch.pk
        if path:
            transaction.on_commit(lambda: delete_file(path, name))
    batch.refresh_from_db()


def delete_file(path: str, batch_id: int) -> None:
    try:
        storages["private"].delete(path)
    except OSError as error:
        log.warning("import %s: its file was not deleted: %s", batch_id, type(error).__name__)


def erase_old_batches() -> int:
    """Erase the files and values of imports that nobody touched for `KEPT`. Returns how many."""
    old = ImportBatch.objects.filter(erased_at=None, created_at__lt=timezone.now() - KEPT)
    count = 0
    for batch in old.exclude(state__in=["checking", "writing", "undoing"]):
        erase_batch(batch)
        count += 1
    return count


def expire_leases() -> int:
    """Say of imports whose worker is gone that nothing was written. Returns how many there were."""
    stopped = {
        BatchState.CHECKING: BatchState.FAILED,
        BatchState.WRITING: BatchState.FAILED,
        BatchState.UNDOING: BatchState.WRITTEN,
    }
    count = 0
    for working, then in stopped.items():
        count += (
            ImportBatch.objects.abandoned()
            .filter(state=working)
            .update(
                state=then,
                fence=F("fence") + 1,
                lease_until=None,
                cancel_wanted=False,
                sentence=_("The worker stopped in the middle, so nothing was changed. Start it again."),
            )
        )
    return count
