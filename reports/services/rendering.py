"""Making the files of a run: claimed by a fence, kept only by whoever still holds it."""

import errno
import hashlib
import logging
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from reports.checking import names_people
from reports.exceptions import LostClaim, ReportError
from reports.exports.pdf import MOST_ROWS
from reports.models import Artifact, Delivery, DeliveryState, Run, RunKind, RunState, ScheduleRecipient
from reports.moments import Moment
from reports.policies import viewer_of
from reports.selectors.reports import report_for
from reports.selectors.results import Prepared, report_result, scope_hash
from reports.services.files import make_file
from reports.wording import value_in_words

log = logging.getLogger(__name__)

# Minutes to wait after the first, second, … failure. After one more the run has failed.
BACKOFF = (1, 5, 15, 60, 180)
MOST_ATTEMPTS = len(BACKOFF) + 1


@dataclass
class Group:
    """Recipients who may open the same rows, and so share their files."""

    viewer: Any
    scope_hash: str
    deliveries: list[Delivery] = field(default_factory=list)


def claim_run(*, run_id: int, now: datetime) -> Run | None:
    """Take the run for rendering, with a fence nobody else holds. None where somebody else was first, or it is not due.

    A renderer whose lease has run out is taken for dead.
    """
    run = Run.objects.select_related("schedule__owner", "requested_by").filter(pk=run_id).first()
    if run is None:
        return None
    free = Q(state=RunState.DUE, next_attempt_at__lte=now) | Q(state=RunState.RENDERING, lease_until__lt=now)
    mine = Run.objects.filter(free, pk=run.pk, fence=run.fence)
    if run.attempts >= MOST_ATTEMPTS:
        mine.update(
            state=RunState.FAILED,
            finished_at=now,
            error=run.error or _("The worker died each time it made this report. Its log says why."),
        )
        return None
    taken = mine.update(
        state=RunState.RENDERING,
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        lease_until=now + timedelta(seconds=settings.REPORTS_RENDER_LEASE),
    )
    if not taken:
        return None
    run.fence += 1
    run.attempts += 1
    return run


def render_run(*, run_id: int, now: datetime | None = None) -> bool:
    """Make a run's files and freeze its recipients. True when the run is ready to be handed over.

    Files, recipients and the new state are one transaction. An error leads to another attempt
    later, and after the last one to a run that says what went wrong.
    """
    now = now or timezone.now()
    run = claim_run(run_id=run_id, now=now)
    if run is None:
        return False
    made: list[Artifact] = []
    try:
        with translation.override(run.schedule.owner.language or settings.LANGUAGE_CODE):
            groups, suppressed = _recipients(run)
            if not groups and not suppressed:
                _leave(run, state=RunState.SKIPPED, error=_("The schedule has no recipients."), finished_at=now)
                return False
            for group in groups:
                made.extend(_make_files(run, group))
        _keep(run, made, [*suppressed, *(delivery for group in groups for delivery in group.deliveries)])
    except LostClaim:
        log.warning("run %s was taken over by another worker", run.pk)
        _discard(made)
        return False
    except Exception as error:
        log.exception("run %s could not be made", run.pk)
        _discard(made)
        _retry_later(run, error, now)
        return False
    _sweep_folder(run, made)
    return True


def _recipients(run: Run) -> tuple[list[Group], list[Delivery]]:
    """Whom the run goes to, grouped by the rows they may open; and those who cannot be sent anything, with why."""
    definition = report_for(run.schedule.report)
    groups: dict[str, Group] = {}
    suppressed: list[Delivery] = []
    seen: set[str] = set()
    for person, address in _addressees(run):
        if address in seen:
            continue
        seen.add(address)
        delivery = Delivery(run=run, schedule=run.schedule, period=run.period, address=address, recipient=person)
        viewer = viewer_of(run, person)
        if not viewer.is_active or (person is not None and not person.is_active):
            delivery.state = DeliveryState.SUPPRESSED
            delivery.reason = (
                _("The account is not active.")
                if person is not None and not person.is_active
                else _("The account of the schedule's owner is not active.")
            )
            suppressed.append(delivery)
            continue
        digest = scope_hash(definition=definition, viewer=viewer)
        delivery.scope_hash = digest
        groups.setdefault(digest, Group(viewer=viewer, scope_hash=digest)).deliveries.append(delivery)
    return list(groups.values()), suppressed


def _addressees(run: Run) -> Iterable[tuple[Any, str]]:
    if run.kind == RunKind.MANUAL:
        person = run.requested_by
        return [(person, person.email.strip().lower())] if person is not None else []
    recipients = ScheduleRecipient.objects.filter(schedule=run.schedule).select_related("person").order_by("pk")
    # People first: an address that is also a person's belongs to the person.
    return sorted(((entry.person, entry.email) for entry in recipients), key=lambda pair: pair[0] is None)


def _make_files(run: Run, group: Group) -> Iterable[Artifact]:
    schedule = run.schedule
    prepared = Prepared(
        definition=report_for(schedule.report),
        viewer=group.viewer,
        moment=Moment(at=run.scheduled_for, zone=schedule.tz),
        given=schedule.params,
    )
    result = report_result(prepared, limit=MOST_ROWS)
    figures = [[figure.label, value_in_words(figure.value, figure.type)] for figure in result.figures]
    facts = {"sentence": result.sentence, "figures": figures}
    for kind in schedule.formats:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{schedule.report}-{run.period}.{kind}"
            shown, total = make_file(
                prepared=prepared,
                kind=kind,
                path=path,
                number=str(run.pk),
                bom=True,
                title=schedule.title,
                result=result,
            )
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
                size = stream.tell()
                stream.seek(0)
                name = _store(f"{_folder(run)}/{run.fence}-{group.scope_hash[:8]}-{path.name}", stream)
        yield Artifact(
            run=run,
            scope_hash=group.scope_hash,
            format=kind,
            path=name,
            sha256=digest,
            size=size,
            is_personal=names_people(prepared.spec, prepared.source, schedule.params),
            rows_shown=shown,
            rows_total=total,
            facts=facts,
        )


def _store(name: str, stream: IO[bytes]) -> str:
    """The name under which the storage keeps ``stream``. A full disk leaves no half file behind."""
    try:
        return storages["private"].save(name, File(stream))
    except Exception:
        storages["private"].delete(name)
        raise


def _folder(run: Run) -> str:
    return f"reports/{run.uuid}"


def _keep(run: Run, made: list[Artifact], deliveries: list[Delivery]) -> None:
    """Files, recipients and READY at once; LostClaim where the fence has moved on."""
    with transaction.atomic():
        _leave(run, state=RunState.READY, ready_at=timezone.now(), error="")
        Artifact.objects.bulk_create(made)
        Delivery.objects.bulk_create(deliveries)


def _leave(run: Run, **changes: Any) -> None:
    """Leave RENDERING, if the claim still stands."""
    held = Run.objects.filter(pk=run.pk, state=RunState.RENDERING, fence=run.fence)
    if not held.update(lease_until=None, **changes):
        raise LostClaim()


def _retry_later(run: Run, error: Exception, now: datetime) -> None:
    Run.objects.filter(pk=run.pk, state=RunState.RENDERING, fence=run.fence).update(
        lease_until=None,
        error=why_not_made(error),
        **(
            {"state": RunState.FAILED, "finished_at": now}
            if run.attempts >= MOST_ATTEMPTS
            else {"state": RunState.DUE, "next_attempt_at": now + timedelta(minutes=BACKOFF[run.attempts - 1])}
        ),
    )


def why_not_made(error: Exception) -> str:
    """What went wrong, for the owner of the schedule. What is ours to say is a sentence already."""
    if isinstance(error, ReportError):
        return str(error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _("The disk is full, so the files could not be written. Make room; it is tried again by itself.")
    return _("%(error)s: %(text)s") % {"error": type(error).__name__, "text": str(error)[:500]}


def _discard(made: list[Artifact]) -> None:
    for artifact in made:
        storages["private"].delete(artifact.path)


def _sweep_folder(run: Run, made: list[Artifact]) -> None:
    """Delete files of renderers that died before their rows were written. Failing at it harms nobody."""
    storage, keep = storages["private"], {Path(artifact.path).name for artifact in made}
    try:
        for name in storage.listdir(_folder(run))[1] if keep else []:
            if name not in keep:
                storage.delete(f"{_folder(run)}/{name}")
    except Exception:
        log.exception("run %s: old files could not be swept away", run.pk)
