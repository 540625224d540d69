"""Handing a run's files to the outbox, one mail per recipient, and closing the run when all are settled."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from notifications.exceptions import MailRefused
from notifications.models import MailKind, MailState, OutboxMail
from notifications.services import Attachment, queue_mail
from reports.exceptions import ReportError
from reports.models import (
    Artifact,
    Delivered,
    Delivery,
    DeliveryState,
    Run,
    RunKind,
    RunState,
    Schedule,
    ScheduleRecipient,
    Subscription,
)
from reports.policies import reason_against, viewer_of
from reports.registries import source_for
from reports.selectors.audiences import people_of
from reports.selectors.reports import report_for
from reports.selectors.results import scope_hash
from reports.selectors.subscriptions import signed
from reports.services.subscriptions import Who, has_opted_out, subscriptions_for, who_of
from workbench.times import day_words

MIME = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
# All files of a mail together; half as much again travels, since mail is text.
MOST_ATTACHED = 5 * 1024**2
HAS_ARRIVED = Q(mail__state__in=[MailState.SENT, MailState.KEPT])
# Who wants no mail, or for whom there was nothing to report, is missing from no run.
NEEDS_NOTHING = Q(opted_out=True) | Q(mail=None, state=DeliveryState.EMPTY)
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
        pending = run.deliveries.filter(mail=None, state=DeliveryState.PENDING).select_related("recipient")
        deliveries = list(pending.order_by("pk"))
        subscriptions: dict[Who, Subscription] = {}
        if run.kind == RunKind.SCHEDULED:
            subscriptions = subscriptions_for(schedule=run.schedule, deliveries=deliveries)
        mails = []
        with translation.override(run.schedule.owner.language or settings.LANGUAGE_CODE):
            for delivery in deliveries:
                own = Delivery.objects.filter(pk=delivery.pk)
                subscription = subscriptions.get(who_of(delivery))
                if subscription and subscription.opted_out_at:
                    own.update(state=DeliveryState.SUPPRESSED, reason=opted_out_words(subscription), opted_out=True)
                    continue
                files = artifacts[delivery.scope_hash]
                way = way_for(run.schedule, delivery, files)
                if way.obstacle:
                    own.update(state=DeliveryState.SUPPRESSED, reason=way.obstacle)
                    continue
                try:
                    mail = _queue(run, delivery, files, way, subscription)
                except MailRefused as error:
                    own.update(state=DeliveryState.FAILED, reason=str(error)[:300])
                    continue
                own.update(mail=mail)
                mails.append(mail)
    return mails


def opted_out_words(subscription: Subscription) -> str:
    return _("Opted out of these mails on %(day)s.") % {"day": day_words(subscription.opted_out_at)}


@dataclass(frozen=True)
class Way:
    """How one recipient gets the files: attached, or behind a link that asks them to sign in; ``why`` is in words.
    With an ``obstacle`` they cannot get them at all."""

    is_attached: bool = False
    why: str = ""
    obstacle: str = ""


def way_for(schedule: Schedule, delivery: Delivery, files: list[Artifact]) -> Way:
    """What the schedule says, and where that is "as it fits": attached while all files together are small and name
    nobody. Somebody without an account cannot sign in, so they get the file itself, which the owner sent there by
    typing the address; with "always behind a link" they get nothing, and it is said."""
    has_account = delivery.recipient is not None
    if schedule.delivery == Delivered.ATTACH:
        return Way(is_attached=True)
    if schedule.delivery == Delivered.LINK:
        if not has_account:
            return Way(
                obstacle=_(
                    "Nobody with this address has an account, and this schedule sends links that ask people to sign in."
                )
            )
        return Way(why=_("Its schedule sends no files by mail."))
    if not has_account:
        return Way(is_attached=True)
    if any(artifact.is_personal for artifact in files):
        return Way(why=_("It names people, so it is not sent by mail."))
    size = sum(artifact.size or 0 for artifact in files if not artifact.is_beside)
    if size > MOST_ATTACHED:
        return Way(why=_("With %(size)s it is too large for a mail.") % {"size": filesizeformat(size)})
    return Way(is_attached=True)


def _queue(
    run: Run, delivery: Delivery, artifacts: list[Artifact], way: Way, subscription: Subscription | None
) -> OutboxMail:
    schedule = run.schedule
    first = artifacts[0]
    attached = [artifact for artifact in artifacts if way.is_attached and not artifact.is_beside]
    is_more_there = len(attached) < len(artifacts)
    unsubscribe_url = site_address("reports:unsubscribe", signed(subscription)) if subscription else ""
    context = {
        "schedule": schedule,
        "run": run,
        "delivery": delivery,
        "sentence": first.facts.get("sentence", ""),
        "figures": first.facts.get("figures", []),
        "artifacts": attached or artifacts,
        "way": way,
        # Without an account nobody can sign in.
        "url": site_address("reports:received", delivery.uuid) if is_more_there and delivery.recipient else "",
        "is_more_there": is_more_there,
        "kept_days": settings.REPORTS_KEEP_FILES_DAYS,
        "unsubscribe_url": unsubscribe_url,
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
        attachments=[Attachment(artifact.filename, MIME[artifact.format], path=artifact.path) for artifact in attached],
        dedupe_key=f"report:{schedule.uuid}:{run.period}:{delivery.address}",
        recipient=delivery.recipient,
        # RFC 8058: the reader's mail program shows a button, and one POST without a sign-in does it.
        headers={
            "List-Unsubscribe": f"<{unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        if unsubscribe_url
        else None,
    )


def site_address(name: str, *args: Any) -> str:
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse(name, args=args)


def finish_runs() -> int:
    """Close every run whose recipients are all settled; returns how many changed.

    A run is complete when everybody who wants the mail has it, and stays so. One that was closed without somebody
    becomes complete once a mail that was sent again has arrived at the last of them.
    """
    deliveries = Delivery.objects.filter(run=OuterRef("pk"))
    under_way = Exists(deliveries.filter(IS_UNDER_WAY))
    missing = Exists(deliveries.exclude(HAS_ARRIVED | NEEDS_NOTHING))
    now = timezone.now()
    open_runs = Run.objects.filter(state=RunState.DELIVERING)
    short = open_runs.filter(~under_way, missing).update(state=RunState.PARTIAL, finished_at=now)
    runs = Run.objects.filter(~missing, state__in=[RunState.DELIVERING, RunState.PARTIAL])
    somebody = Exists(deliveries.filter(HAS_ARRIVED))
    complete = Case(When(somebody, then=Value(RunState.DONE)), default=Value(RunState.SKIPPED))
    return short + runs.update(state=complete, finished_at=now)


def reason_not_to_send(mail: OutboxMail) -> str:
    """Asked just before a report's mail is handed over: why it must not go out after all, or nothing."""
    delivery = with_what_decides().filter(mail=mail).first()
    if delivery is None:
        return _("The report this mail belongs to is gone.")
    if reason := reason_not_to_open(delivery):
        return reason
    if delivery.run.kind == RunKind.SCHEDULED and has_opted_out(delivery):
        return _("This recipient has opted out of these mails.")
    return ""


def with_what_decides() -> QuerySet[Delivery]:
    """Deliveries with the rows that say who may have them."""
    return Delivery.objects.select_related(
        "run__schedule__owner", "run__schedule__run_as_person", "run__requested_by", "recipient"
    )


def reason_not_to_open(delivery: Delivery) -> str:
    """Why what was made for this recipient must not reach them any more, as things stand now; or nothing."""
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
