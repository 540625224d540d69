"""Making the file that somebody asked for: claimed by a fence, stopped when asked, kept whole or not at all."""

import errno
import hashlib
import json
import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.files.storage import storages
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from reports.exceptions import LostClaim, ReportError, Stopped
from reports.models import BUSY_EXPORTS, SLOTS, ExportState, ReportExport
from reports.selectors.exports import prepared_export
from reports.selectors.reports import Opened
from reports.selectors.results import Prepared, scope_hash
from reports.services.files import keep_file, make_file, sweep_folder
from workbench import background
from workbench.background import ask_to_stop, claim, is_asked_to_stop, tell_progress

log = logging.getLogger(__name__)

# More rows than this, and every PDF, are made by a worker.
IN_REQUEST = 5_000
# How long a file is kept, and how long it is said that there was one.
KEPT = timedelta(days=7)
REMEMBERED = timedelta(days=30)
MOST_ATTEMPTS = 3
# A worker's time for one file, below what Redis waits before it hands a task to a second one (its visibility timeout).
LONGEST = timedelta(minutes=25)
RENEW_EVERY = 10
# The least time between two words of a worker, in seconds.
TELL_EVERY = 0.5


# What people ask for ----------------------------------------------------------------


def request_export(
    *,
    opened: Opened,
    prepared: Prepared,
    given: dict[str, Any],
    kind: str,
    drilled: dict[str, Any] | None = None,
    query: str = "",
) -> tuple[ReportExport, bool]:
    """Ask for a file of ``opened`` as it is prepared for its viewer; the row of that work, and whether it is new.

    While the same file is waited for already, that row is returned and nothing is written.
    """
    assert opened.definition is not None
    viewer, moment, drilled = prepared.viewer, prepared.moment, drilled or {}
    scope = scope_hash(definition=opened.definition, viewer=viewer)
    spec = opened.definition.spec.model_dump(mode="json")
    language = translation.get_language() or ""
    same = [opened.slug, spec, given, drilled, kind, moment.zone.key, language, scope]
    key = hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()
    try:
        with transaction.atomic():
            export = ReportExport.objects.create(
                person=viewer,
                report=opened.slug,
                title=opened.title[:150],
                spec=spec,
                given=given,
                query=query,
                drilled=drilled,
                format=kind,
                moment=moment.at,
                zone=moment.zone.key,
                language=language,
                key=key,
                scope_hash=scope,
            )
        return export, True
    except IntegrityError:
        return ReportExport.objects.get(person=viewer, key=key, state__in=BUSY_EXPORTS), False


def repeat_export(*, export: ReportExport) -> ReportExport:
    """Ask once more for a file that failed, was canceled or is deleted by now, as of now; the row that is waited for."""
    ended = ReportExport.objects.filter(pk=export.pk, fence=export.fence, path="").exclude(state__in=BUSY_EXPORTS)
    now = timezone.now()
    try:
        with transaction.atomic():
            ended.update(
                state=ExportState.WAITING,
                requested_at=now,
                moment=now,
                attempts=0,
                cancel_wanted=False,
                rows_done=0,
                rows_total=0,
                sentence="",
                ended_at=None,
                expires_at=None,
                opened_at=None,
                woken_at=None,
            )
    except IntegrityError:
        return ReportExport.objects.get(person=export.person_id, key=export.key, state__in=BUSY_EXPORTS)
    export.refresh_from_db()
    return export


def cancel_export(*, export: ReportExport) -> str:
    """Stop an export, or ask the worker that is at it to stop; returns the state it is in afterwards. No file is left."""
    open_row = ReportExport.objects.filter(pk=export.pk, state=export.state, fence=export.fence)
    is_lost = export.is_lost
    if export.state == ExportState.WAITING or is_lost:
        open_row.update(
            state=ExportState.CANCELLED, fence=F("fence") + 1, lease_until=None, slot=None, ended_at=timezone.now()
        )
    elif export.state == ExportState.WORKING:
        # The cache reaches a worker on SQLite, which sees the database as it was when it began to read.
        ask_to_stop(export)
        open_row.update(cancel_wanted=True)
    export.refresh_from_db()
    return export.state


def note_opened(*, export: ReportExport) -> None:
    """Write down that the file was downloaded."""
    ReportExport.objects.filter(pk=export.pk, opened_at=None).update(opened_at=timezone.now())


# What workers do --------------------------------------------------------------------


def run_export(*, export_id: int, task_id: str = "") -> str:
    """Make the file of an export that waits, if it does and there is room; returns the state it is in afterwards.

    Safe to call any number of times from any number of workers. Must not run inside a transaction: the claim is
    committed before the work begins.
    """
    export = claim_export(export_id, task_id)
    if export is None:
        return _state(export_id)
    with translation.override(export.language or None), timezone.override(export.tz):
        # Written down only when the error and the rows it stopped at are gone: SQLite does not let a connection write
        # that still reads what somebody else has changed since.
        if failure := tried(export):
            leave(export, failure[0], sentence=failure[1])
    return _state(export_id)


def tried(export: ReportExport) -> tuple[ExportState, str] | None:
    """How the work ended without a file, where it did and the export is still ours."""
    try:
        make_export(export)
    except LostClaim:
        log.warning("export %s was taken over by another worker", export.pk)
    except Stopped:
        return ExportState.CANCELLED, ""
    except ReportError as error:
        return ExportState.FAILED, str(error)
    except SoftTimeLimitExceeded:
        return ExportState.FAILED, too_long()
    except Exception as error:
        log.exception("export %s could not be made", export.pk)
        return ExportState.FAILED, sentence_of(error)
    return None


def lease_time() -> timedelta:
    """How long a silent worker is not taken for dead: as long as a PDF may take, or the database to find the rows.

    On SQLite a worker cannot say anything while it reads, see `tried`: there it is the time for the whole file.
    """
    return LONGEST + timedelta(minutes=2) if connection.vendor == "sqlite" else background.lease_time()


def _state(export_id: int) -> str:
    return ReportExport.objects.values_list("state", flat=True).get(pk=export_id)


def claim_export(export_id: int, task_id: str) -> ReportExport | None:
    """The row, now ours alone, or None where there is nothing to do or no room to do it. Committed on return.

    A lease that ran out, and a task that the broker hands out again under the same id, have lost their worker: the
    export is taken over, and what the first one left lying about is cleared away.
    """
    export = ReportExport.objects.filter(pk=export_id).first()
    if export is None:
        return None
    if export.state == ExportState.WORKING:
        is_own = bool(task_id) and export.task_id == task_id
        if not is_own and not export.is_lost:
            return None
        clear_folder(export)
    elif export.state != ExportState.WAITING:
        return None
    if export.cancel_wanted:
        leave(export, ExportState.CANCELLED)
        return None
    if export.attempts >= MOST_ATTEMPTS:
        leave(export, ExportState.FAILED, sentence=_("The worker died each time it made this file. Its log says why."))
        return None
    for slot in [export.slot] if export.slot else SLOTS:
        try:
            if claim(
                export,
                state=ExportState.WORKING,
                lease=lease_time(),
                task_id=task_id,
                slot=slot,
                attempts=F("attempts") + 1,
                rows_done=0,
            ):
                return ReportExport.objects.select_related("person").get(pk=export_id)
            return None
        except IntegrityError:
            # Somebody has this slot, or the person has another export that is made just now.
            continue
    # Whoever ends next, or else the sweep, wakes it again.
    ReportExport.objects.filter(pk=export_id, state=ExportState.WAITING).update(woken_at=None)
    return None


def make_export(export: ReportExport) -> None:
    """The file of a claimed export, kept with the row's last word. LostClaim, Stopped, ReportError or OSError otherwise,
    and then nothing is kept."""
    prepared = prepared_export(export, export.person)
    scope = scope_hash(definition=prepared.definition, viewer=export.person)
    with working_folder(export) as folder:
        path = folder / export.filename
        shown, total = make_file(
            prepared=prepared,
            kind=export.format,
            path=path,
            number=str(export.uuid)[:8],
            bom=True,
            title=export.title,
            tell=Teller(export),
            reader=prepared.viewer.name,
            url=settings.WAGTAILADMIN_BASE_URL.rstrip("/") + export.report_url,
        )
        stop_if_asked(export)
        name, digest, size = keep_file(f"{folder_of(export)}/{export.fence}-{export.filename}", path)
    now = timezone.now()
    try:
        end(
            export,
            ExportState.DONE,
            path=name,
            sha256=digest,
            size=size,
            scope_hash=scope,
            rows_done=shown,
            rows_total=total,
            expires_at=now + KEPT,
            sentence="",
        )
    except (LostClaim, Stopped):
        storages["private"].delete(name)
        raise
    sweep_folder(folder_of(export), keep={name})


class Teller:
    """Says how far the work is, at most twice a second, and listens then whether somebody asked to stop."""

    def __init__(self, export: ReportExport) -> None:
        self.export, self.told_at, self.renewed_at = export, 0.0, time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self.told_at >= TELL_EVERY or done == total:
            tell_progress(self.export, done, total)
            stop_if_asked(self.export)
            self.told_at = time.monotonic()
        if time.monotonic() - self.renewed_at >= RENEW_EVERY and connection.vendor != "sqlite":
            held(self.export).update(lease_until=timezone.now() + lease_time())
            self.renewed_at = time.monotonic()


def held(export: ReportExport) -> Any:
    """The row, as long as it is ours and nobody asked to stop."""
    return ReportExport.objects.filter(pk=export.pk, state=ExportState.WORKING, fence=export.fence, cancel_wanted=False)


def stop_if_asked(export: ReportExport) -> None:
    if is_asked_to_stop(export) or not held(export).exists():
        raise_why(export)


def raise_why(export: ReportExport) -> None:
    ours = ReportExport.objects.filter(pk=export.pk, state=ExportState.WORKING, fence=export.fence)
    raise Stopped if ours.exists() else LostClaim


def end(export: ReportExport, state: ExportState, **values: Any) -> None:
    """The last word on a claimed export. LostClaim where the fence has moved on, Stopped where somebody asked for it."""
    if not held(export).update(state=state, lease_until=None, slot=None, ended_at=timezone.now(), **values):
        raise_why(export)


def leave(export: ReportExport, state: ExportState, *, sentence: str = "") -> None:
    """Write down how the work ended without a file, unless somebody else holds it by now."""
    ReportExport.objects.filter(pk=export.pk, state__in=BUSY_EXPORTS, fence=export.fence).update(
        state=state, lease_until=None, slot=None, ended_at=timezone.now(), rows_done=0, sentence=sentence
    )


def sentence_of(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _(
            "There was no room left on the site’s disk, so no file was kept. Tell whoever runs this site; once there is "
            "room, ask again."
        )
    return _("Something went wrong on our side, and no file was kept. Try again, or tell whoever runs this site.")


def too_long() -> str:
    minutes = LONGEST // timedelta(minutes=1)
    return _("The file took longer than %(minutes)d minutes, so none was kept. Narrow the report, then ask again.") % {
        "minutes": minutes
    }


# Folders and files ------------------------------------------------------------------


def folder_of(export: ReportExport) -> str:
    return f"exports/{export.uuid}"


def working_place(export: ReportExport) -> Path:
    """Where an export is made, the same for each worker of this machine."""
    return Path(tempfile.gettempdir()) / f"lectern-export-{export.uuid}"


@contextmanager
def working_folder(export: ReportExport) -> Iterator[Path]:
    """A folder of this claim's own, gone at the end whatever happens but a kill; then the next claim clears it away."""
    place = working_place(export)
    place.mkdir(mode=0o700, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=place, prefix=f"{export.fence}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if not any(place.iterdir()):
            place.rmdir()


def clear_folder(export: ReportExport) -> None:
    """Delete what a worker that died was writing on this machine, and what it had stored and not told of."""
    shutil.rmtree(working_place(export), ignore_errors=True)
    sweep_folder(folder_of(export))


def expire_exports(*, now: datetime | None = None) -> int:
    """Delete the files whose time is over, and forget exports that ended long ago. Returns how many files."""
    now = now or timezone.now()
    count = 0
    for export in ReportExport.objects.filter(expires_at__lt=now).exclude(path=""):
        try:
            storages["private"].delete(export.path)
        except OSError as error:
            log.warning("export %s: its file was not deleted: %s", export.pk, type(error).__name__)
            continue
        ReportExport.objects.filter(pk=export.pk, path=export.path).update(path="")
        count += 1
    ReportExport.objects.filter(ended_at__lt=now - REMEMBERED, path="").exclude(state__in=BUSY_EXPORTS).delete()
    return count
