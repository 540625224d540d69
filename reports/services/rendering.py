"""Making the files of a run: claimed by a fence, kept only by whoever still holds it."""

import errno
import hashlib
import json
import logging
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from reports.checking import names_people
from reports.definitions import Definition
from reports.exceptions import BeyondReach, LostClaim, ReportError, TooManyRecipients
from reports.exports.pdf import MOST_ROWS
from reports.models import Artifact, Delivery, DeliveryState, Format, Run, RunKind, RunState, ScheduleRecipient
from reports.policies import reason_against, viewer_of
from reports.registries import source_for
from reports.results import ReportResult
from reports.selectors.audiences import beyond_reach, people_of
from reports.selectors.reports import report_for
from reports.selectors.results import Prepared, report_result, scope_hash
from reports.selectors.schedules import pinned_report
from reports.services.delivery import site_address
from reports.services.files import keep_file, make_file, sweep_folder
from reports.services.schedules import cancel_runs
from reports.wording import value_in_words

log = logging.getLogger(__name__)

# Minutes to wait after the first, second, … failure. After one more the run has failed.
BACKOFF = (1, 5, 15, 60, 180)
MOST_ATTEMPTS = len(BACKOFF) + 1
# Each may get rows of their own, and so a file of their own.
MOST_RECIPIENTS = 1000


@dataclass
class Group:
    """Recipients who may open the same rows, and so share their files."""

    viewer: Any
    scope_hash: str
    deliveries: list[Delivery] = field(default_factory=list)
    is_empty: bool = False


def claim_run(*, run_id: int, now: datetime) -> Run | None:
    """Take the run for rendering, with a fence nobody else holds. None where somebody else was first, or it is not due.

    A renderer whose lease has run out is taken for dead.
    """
    run = (
        Run.objects.select_related("schedule__owner", "schedule__run_as_person", "requested_by")
        .filter(pk=run_id)
        .first()
    )
    if run is None:
        return None
    if run.kind == RunKind.SCHEDULED and not run.schedule.is_enabled:
        # A sweep that had looked before it was paused wrote the run after that.
        cancel_runs(run.schedule, now)
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

    The files of those who may open the same rows are kept as soon as they are made, so that another attempt goes on
    where the last one stopped. Who has hundreds of recipients with rows of their own is made in steps: after
    `REPORTS_RENDER_STEP` seconds the run is due again at once, and the next sweep goes on. Recipients and the new state
    are one transaction. An error leads to another attempt later, and after the last one to a run that says what went wrong.
    """
    now = now or timezone.now()
    run = claim_run(run_id=run_id, now=now)
    if run is None:
        return False
    enough = time.monotonic() + settings.REPORTS_RENDER_STEP
    made: list[Artifact] = []
    try:
        with translation.override(run.schedule.owner.language or settings.LANGUAGE_CODE):
            # Once for the whole step: who saves the report meanwhile changes it for all recipients or for none.
            definition = report_for(run.schedule.report)
            made_of = _made_of(run, definition)
            groups, suppressed = _recipients(run, definition)
            if not groups and not suppressed:
                _leave(run, state=RunState.SKIPPED, error=_nobody(run), finished_at=now)
                return False
            there, made_any = _made_before(run, made_of), False
            for group in groups:
                if there.get(group.scope_hash) == set(run.schedule.formats):
                    continue
                if made_any and time.monotonic() > enough:
                    _go_on_later(run, now)
                    return False
                # One by one, so that those before a failure are known, and deleted.
                for artifact in _make_files(run, group, definition):
                    artifact.made_of = made_of
                    made.append(artifact)
                _hold(run, group, made)
                # Who has nothing to read is asked for again in each step, so only files bring a run nearer to its end.
                made, made_any = [], made_any or bool(made)
        deliveries = [*suppressed, *(delivery for group in groups for delivery in group.deliveries)]
        is_skipped = bool(groups) and all(group.is_empty for group in groups)
        _keep(run, deliveries, is_skipped=is_skipped)
    except LostClaim:
        log.warning("run %s was taken over by another worker", run.pk)
        _discard(made)
        return False
    except Exception as error:
        log.exception("run %s could not be made", run.pk)
        _discard(made)
        _retry_later(run, error, now)
        return False
    sweep_folder(_folder(run), keep=set(run.artifacts.values_list("path", flat=True)))
    return not is_skipped


def _recipients(run: Run, definition: Definition) -> tuple[list[Group], list[Delivery]]:
    """Whom the run goes to, grouped by the rows they may open; and those who cannot be sent anything, with why."""
    source = source_for(definition.spec.source)
    groups: dict[str, Group] = {}
    suppressed: list[Delivery] = []
    for address, person in _addressees(run).items():
        delivery = Delivery(run=run, schedule=run.schedule, period=run.period, address=address, recipient=person)
        if person is not None and not person.is_active:
            reason = _("The account is not active.")
        else:
            reason = reason_against(run, person, source)
        if reason:
            delivery.state, delivery.reason = DeliveryState.SUPPRESSED, reason
            suppressed.append(delivery)
            continue
        viewer = viewer_of(run, person)
        digest = scope_hash(definition=definition, viewer=viewer)
        delivery.scope_hash = digest
        groups.setdefault(digest, Group(viewer=viewer, scope_hash=digest)).deliveries.append(delivery)
    return list(groups.values()), suppressed


def _addressees(run: Run) -> dict[str, Any]:
    """Who is behind each address, None for somebody without an account. Audiences are who is in them now."""
    if run.kind == RunKind.MANUAL:
        person = run.requested_by
        return {person.email.strip().lower(): person} if person is not None else {}
    schedule = run.schedule
    recipients = list(ScheduleRecipient.objects.filter(schedule=schedule).select_related("person").order_by("pk"))
    audiences = list(schedule.audiences.order_by("pk"))
    if beyond := beyond_reach(schedule.owner, audiences):
        raise BeyondReach(beyond[0].get_audience_display())
    people = people_of(audiences).order_by("pk")[: MOST_RECIPIENTS + 1] if audiences else []
    # People first: an address that is also a person's belongs to the person.
    found = {entry.email: entry.person for entry in recipients if entry.person_id}
    for person in people:
        if person.email:
            found.setdefault(person.email.strip().lower(), person)
    for entry in recipients:
        found.setdefault(entry.email, None)
    if len(found) > MOST_RECIPIENTS:
        raise TooManyRecipients(MOST_RECIPIENTS)
    return found


def _nobody(run: Run) -> str:
    if run.schedule.audiences.exists():
        return _("Nobody is in the audiences of the schedule now.")
    return _("The schedule has no recipients.")


def _make_files(run: Run, group: Group, definition: Definition) -> Iterable[Artifact]:
    """The files of those who may open the same rows; none where these want to hear of rows only, and there are none."""
    schedule = run.schedule
    prepared = pinned_report(schedule, definition, viewer=group.viewer, at=run.scheduled_for)
    result = report_result(prepared, limit=MOST_ROWS)
    if schedule.only_with_rows and run.kind == RunKind.SCHEDULED and not result.table.total:
        group.is_empty = True
        for delivery in group.deliveries:
            delivery.state, delivery.reason = DeliveryState.EMPTY, _("There was nothing to report.")
        return
    figures = [[figure.label, value_in_words(figure.value, figure.type)] for figure in result.figures]
    facts = {"sentence": result.sentence, "figures": figures}
    beside = [Format.CSV] if _leaves_rows_out(schedule.formats, prepared, result) else []
    for kind in [*schedule.formats, *beside]:
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
                url=site_address("reports:received_run", run.uuid),
                kept_days=settings.REPORTS_KEEP_FILES_DAYS,
            )
            name, digest, size = keep_file(f"{_folder(run)}/{run.fence}-{group.scope_hash[:8]}-{path.name}", path)
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
            is_beside=kind in beside,
        )


def _leaves_rows_out(formats: list[str], prepared: Prepared, result: ReportResult) -> bool:
    """Whether nothing but a PDF is made of a report with more rows than a PDF has room for."""
    total = result.table.total
    return set(formats) == {Format.PDF} and min(prepared.spec.limit or total, total) > MOST_ROWS


def _made_of(run: Run, definition: Definition) -> str:
    """What the files of a run hang on besides whose rows they have."""
    schedule = run.schedule
    spec = definition.spec.model_dump(mode="json")
    parts = [schedule.title, schedule.report, schedule.params, schedule.zone, schedule.only_with_rows, spec]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _made_before(run: Run, made_of: str) -> dict[str, set[str]]:
    """The formats that earlier attempts and steps have made, by scope hash; what was changed since does not count."""
    found: dict[str, set[str]] = {}
    made = run.artifacts.filter(made_of=made_of, is_beside=False).values_list("scope_hash", "format")
    for digest, kind in made:
        found.setdefault(digest, set()).add(kind)
    return found


def _folder(run: Run) -> str:
    return f"reports/{run.uuid}"


def _keep(run: Run, deliveries: list[Delivery], *, is_skipped: bool = False) -> None:
    """Recipients and READY at once, without the files of those who are none any more; LostClaim where the fence has
    moved on."""
    now = timezone.now()
    with transaction.atomic():
        if is_skipped:
            _leave(run, state=RunState.SKIPPED, error=_("There was nothing to report to anybody."), finished_at=now)
        else:
            _leave(run, state=RunState.READY, ready_at=now, error="")
        run.artifacts.exclude(scope_hash__in={delivery.scope_hash for delivery in deliveries}).delete()
        Delivery.objects.bulk_create(deliveries)


def _hold(run: Run, group: Group, made: list[Artifact]) -> None:
    """Keep the files of a group, if the claim still stands, and the claim for the next one."""
    lease = timezone.now() + timedelta(seconds=settings.REPORTS_RENDER_LEASE)
    held = Run.objects.filter(pk=run.pk, state=RunState.RENDERING, fence=run.fence)
    with transaction.atomic():
        if not held.update(lease_until=lease):
            raise LostClaim()
        run.artifacts.filter(scope_hash=group.scope_hash).delete()
        Artifact.objects.bulk_create(made)


def _go_on_later(run: Run, now: datetime) -> None:
    """One step is done and no attempt is lost by it."""
    _leave(run, state=RunState.DUE, next_attempt_at=now, attempts=F("attempts") - 1)


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
