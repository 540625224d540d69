"""Handing a run's files to the outbox, one mail per recipient, and closing the run when all are settled."""

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from notifications.exceptions import MailRefused
from notifications.models import MailKind, MailState, OutboxMail
from notifications.services import Attachment, queue_mail
from reports.exceptions import ReportError
from reports.models import Artifact, Delivery, DeliveryState, Run, RunKind, RunState, ScheduleRecipient
from reports.policies import reason_against, viewer_of
from reports.registries import source_for
from reports.selectors.audiences import people_of
from reports.selectors.reports import report_for
from reports.selectors.results import scope_hash

MIME = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
# Where there was nothing to report, nothing had to arrive.
HAS_ARRIVED = Q(mail__state__in=[MailState.SENT, MailState.KEPT]) | Q(mail=None, state=DeliveryState.EMPTY)
IS_UNDER_WAY = Q(mail=None, state=DeliveryState.PENDING) | Q(mail__state__in=[MailState.PENDING, MailState.SENDING])


def deliver_run(*, run_id: int) -> list[OutboxMail]:
    """Put one mail per recipient into the outbox and say so on the run, in one transaction.

    Returns the mails to send. Nothing where the run is not ready or another worker was first; a
    crash before the commit leaves the run ready, and the mails' own keys make a second try harmless.
    Somebody whose mail cannot be written, for an unusable address or name, holds up nobody else.
    """
    with transaction.atomic():
        if not Run.objects.filter(pk=run_id, state=RunState.READY).update(state=RunState.DELIVERING):
            return []
        run = Run.objects.select_related("schedule__owner").get(pk=run_id)
        artifacts: dict[str, list[Artifact]] = {}
        for artifact in run.artifacts.select_related("run__schedule").order_by("-format"):
            artifacts.setdefault(artifact.scope_hash, []).append(artifact)
        mails = []
        with translation.override(run.schedule.owner.language or settings.LANGUAGE_CODE):
            pending = run.deliveries.filter(mail=None, state=DeliveryState.PENDING).select_related("recipient")
            for delivery in pending.order_by("pk"):
                try:
                    mail = _queue(run, delivery, artifacts[delivery.scope_hash])
                except MailRefused as error:
                    own = Delivery.objects.filter(pk=delivery.pk)
                    own.update(state=DeliveryState.SUPPRESSED, reason=str(error)[:300])
                    continue
                Delivery.objects.filter(pk=delivery.pk).update(mail=mail)
                mails.append(mail)
    return mails


def _queue(run: Run, delivery: Delivery, artifacts: list[Artifact]) -> OutboxMail:
    schedule = run.schedule
    first = artifacts[0]
    context = {
        "schedule": schedule,
        "run": run,
        "delivery": delivery,
        "sentence": first.facts.get("sentence", ""),
        "figures": first.facts.get("figures", []),
        "shown": first.rows_shown,
        "total": first.rows_total,
        "is_cut": first.rows_shown < first.rows_total,
        "when": f"{date_format(run.scheduled_for.astimezone(schedule.tz), 'j F Y, H:i')} ({schedule.zone})",
        "is_manual": run.kind == RunKind.MANUAL,
        "site_url": settings.WAGTAILADMIN_BASE_URL,
    }
    return queue_mail(
        kind=MailKind.REPORT,
        to=delivery.address,
        subject=schedule.title,
        text=render_to_string("emails/report.txt", context),
        html=render_to_string("emails/report.html", context),
        attachments=[
            Attachment(artifact.filename, MIME[artifact.format], path=artifact.path) for artifact in artifacts
        ],
        dedupe_key=f"report:{schedule.uuid}:{run.period}:{delivery.address}",
        recipient=delivery.recipient,
    )


def finish_runs() -> int:
    """Close every run whose recipients are all settled; returns how many changed.

    A run is complete when everybody has the mail, and stays so. One that was closed without somebody
    becomes complete once a mail that was sent again has arrived at the last of them.
    """
    deliveries = Delivery.objects.filter(run=OuterRef("pk"))
    under_way, missing = Exists(deliveries.filter(IS_UNDER_WAY)), Exists(deliveries.exclude(HAS_ARRIVED))
    now = timezone.now()
    open_runs = Run.objects.filter(state=RunState.DELIVERING)
    short = open_runs.filter(~under_way, missing).update(state=RunState.PARTIAL, finished_at=now)
    runs = Run.objects.filter(state__in=[RunState.DELIVERING, RunState.PARTIAL])
    return short + runs.filter(~missing).update(state=RunState.DONE, finished_at=now)


def reason_not_to_send(mail: OutboxMail) -> str:
    """Asked just before a report's mail is handed over: why it must not go out after all, or nothing."""
    delivery = (
        Delivery.objects.select_related(
            "run__schedule__owner", "run__schedule__run_as_person", "run__requested_by", "recipient"
        )
        .filter(mail=mail)
        .first()
    )
    if delivery is None:
        return _("The report this mail belongs to is gone.")
    run, person = delivery.run, delivery.recipient
    if person is not None and not person.is_active:
        return _("The account is not active any more.")
    if person is not None and person.email.strip().lower() != delivery.address:
        return _("The person has another address now.")
    if run.kind == RunKind.SCHEDULED and not _is_listed(run, delivery):
        return _("This recipient was taken off the schedule.")
    try:
        definition = report_for(run.schedule.report)
        if reason := reason_against(run, person, source_for(definition.spec.source)):
            return reason
        scope = scope_hash(definition=definition, viewer=viewer_of(run, person))
    except ReportError as error:
        return str(error)
    if scope != delivery.scope_hash:
        return _("What may be seen has changed since the report was made.")
    return ""


def _is_listed(run: Run, delivery: Delivery) -> bool:
    """Whether the recipient is still on the list or in an audience, as of now."""
    named = Q(person=None, address__iexact=delivery.address)
    if delivery.recipient_id:
        named |= Q(person=delivery.recipient_id)
    if ScheduleRecipient.objects.filter(named, schedule=run.schedule).exists():
        return True
    audiences = list(run.schedule.audiences.all()) if delivery.recipient_id else []
    return bool(audiences) and people_of(audiences).filter(pk=delivery.recipient_id).exists()
