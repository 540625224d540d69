"""Handing mail over to the server: claim, check, one SMTP transaction, record. And what comes after a crash.

A mail is claimed by a conditional update that is committed before anything is said to a server. So at most one
worker speaks for a mail, and a worker that dies leaves a visible trace: a lease that runs out becomes "unknown".
"""

import logging
import random
from datetime import timedelta
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log as log_action

from notifications import smtp
from notifications.exceptions import MailRefused, ResendRefused
from notifications.message import File, clean_address, write_message
from notifications.models import RESEND, MailAttempt, MailState, OutboxMail
from notifications.registries import mail_checks
from notifications.smtp import Envelope, Outcome, Server, Stage, Verdict
from operations.selectors.site import mail_sender

log = logging.getLogger(__name__)

# Waits after the first, second, … seventh try; with the jitter the eighth starts within 24 hours of the first.
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
MOST_TRIES = len(RETRY_AFTER) + 1
JITTER = 0.05


def lease_time() -> timedelta:
    """Longer than a worker may live with one task: whoever holds an expired lease is gone."""
    return timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 60)


def retry_delay(tries: int) -> timedelta:
    """How long to wait after the ``tries``-th try, spread a little so that a crowd does not return at once."""
    return RETRY_AFTER[tries - 1] * (1 + random.uniform(0, JITTER))  # noqa: S311


def configured_server() -> Server:
    """The server that EMAIL_URL names."""
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"
    try:
        ip_address(host)
        host = f"[{host}]"
    except ValueError:
        pass
    return Server(
        host=settings.EMAIL_HOST,
        port=settings.EMAIL_PORT,
        username=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD,
        use_starttls=settings.EMAIL_USE_TLS,
        use_tls=settings.EMAIL_USE_SSL,
        timeout=settings.EMAIL_TIMEOUT,
        final_timeout=settings.EMAIL_TIMEOUT * 6,
        own_name=host,
    )


def claim_mail(mail: OutboxMail) -> OutboxMail | None:
    """The mail, now being sent by us alone, or None when somebody else was faster. Committed on return."""
    now = timezone.now()
    with transaction.atomic(durable=True):
        claimed = OutboxMail.objects.filter(pk=mail.pk, state=MailState.PENDING, fence=mail.fence).update(
            state=MailState.SENDING,
            fence=F("fence") + 1,
            lease_until=now + lease_time(),
            attempts_made=F("attempts_made") + 1,
            tries=F("tries") + 1,
        )
        if not claimed:
            return None
        mail = OutboxMail.objects.get(pk=mail.pk)
        MailAttempt.objects.create(mail=mail, number=mail.attempts_made, started_at=now)
    return mail


def hand_over_mail(*, mail_id: int) -> str:
    """Try once to hand the mail over, if it is due; returns the state it is in afterwards.

    Safe to call any number of times and from any number of workers: one of them claims the mail, the others
    return. Must not run inside a transaction, because the claim has to be committed before the server hears of it.
    """
    mail = OutboxMail.objects.get(pk=mail_id)
    if mail.state != MailState.PENDING or (mail.next_attempt_at and mail.next_attempt_at > timezone.now()):
        return mail.state
    if not settings.EMAIL_URL:
        return keep_mail(mail)
    claimed = claim_mail(mail)
    if claimed is None:
        return OutboxMail.objects.values_list("state", flat=True).get(pk=mail_id)
    return record_outcome(mail=claimed, outcome=attempt(claimed))


def keep_mail(mail: OutboxMail) -> str:
    """Without a server the outbox is where mail ends: as readable as its privacy allows."""
    OutboxMail.objects.filter(pk=mail.pk, state=MailState.PENDING, fence=mail.fence).update(
        state=MailState.KEPT,
        fence=F("fence") + 1,
        next_attempt_at=None,
        last_error=_("No mail server is set (EMAIL_URL), so this mail is kept here to read."),
    )
    return OutboxMail.objects.values_list("state", flat=True).get(pk=mail.pk)


def attempt(mail: OutboxMail) -> Outcome:
    """Ask whether the mail may still go, write it, and hand it over. Everything before the server is surely not sent."""
    try:
        check = mail_checks.get(mail.kind)
        if reason := check(mail) if check else "":
            return Outcome(Stage.CHECK, Verdict.SUPPRESSED, reason)
    except Exception:
        log.exception("mail %s: the check of its kind failed", mail.pk)
        return Outcome(
            Stage.CHECK, Verdict.RETRY, _("Whether this mail may go could not be checked. See the worker's log.")
        )
    try:
        envelope = write_envelope(mail)
    except OSError:
        return Outcome(Stage.MESSAGE, Verdict.REFUSED, _("A file that belongs to this mail is gone."))
    except (MailRefused, ValueError) as error:
        return Outcome(Stage.MESSAGE, Verdict.REFUSED, _("The mail cannot be written: %(why)s") % {"why": error})
    return smtp.deliver(server=configured_server(), envelope=envelope)


def write_envelope(mail: OutboxMail) -> Envelope:
    """The mail as it goes over the wire. OSError for a missing file, MailRefused for an unusable sender."""
    sender = mail_sender()
    files = []
    for item in mail.attachments.all():
        with item.open() as stored:
            files.append(File(item.name, item.content_type, stored.read()))
    return Envelope(
        sender=clean_address(parseaddr(sender)[1]),
        recipient=mail.to_address,
        message=write_message(
            sender=sender,
            to_address=mail.to_address,
            to_name=mail.to_name,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            headers=mail.headers,
            message_id=mail.message_id,
            written_at=mail.created_at,
            files=files,
        ),
    )


def state_after(mail: OutboxMail, outcome: Outcome) -> dict[str, Any]:
    """The fields that an attempt's outcome sets on the mail."""
    now = timezone.now()
    erased = {"text": "", "html": "", "body_erased_at": now} if mail.is_private else {}
    final = {"next_attempt_at": None, "last_error": outcome.sentence}
    match outcome.verdict:
        case Verdict.SENT:
            return {**final, "state": MailState.SENT, "sent_at": now, "last_error": "", **erased}
        case Verdict.SUPPRESSED:
            return {**final, "state": MailState.SUPPRESSED, **erased}
        case Verdict.UNKNOWN:
            return {**final, "state": MailState.UNKNOWN}
        case Verdict.RETRY if mail.tries < MOST_TRIES:
            return {
                **final,
                "state": MailState.PENDING,
                "next_attempt_at": now + retry_delay(mail.tries),
                "woken_at": None,
            }
        case Verdict.RETRY:
            sentence = _("Given up after %(tries)s tries. %(why)s") % {"tries": mail.tries, "why": outcome.sentence}
            return {**final, "state": MailState.FAILED, "last_error": sentence}
        case _:
            return {**final, "state": MailState.FAILED}


def record_outcome(*, mail: OutboxMail, outcome: Outcome) -> str:
    """Write down what the attempt of ``mail``'s current fence came to.

    A worker slower than its lease still knows better than "unknown", so that may be overruled, as long as nobody
    has sent the mail again since: then the fence has moved on, and only the attempt's own row is written.
    """
    with transaction.atomic():
        MailAttempt.objects.filter(mail=mail, number=mail.attempts_made).update(
            ended_at=timezone.now(),
            stage=outcome.stage,
            outcome=outcome.verdict,
            code=outcome.code,
            sentence=outcome.sentence,
        )
        held = OutboxMail.objects.filter(
            pk=mail.pk, fence=mail.fence, state__in=[MailState.SENDING, MailState.UNKNOWN]
        ).update(lease_until=None, **state_after(mail, outcome))
    if not held:
        log.warning("mail %s: the outcome %s came after the mail was sent again", mail.pk, outcome.verdict)
    return OutboxMail.objects.values_list("state", flat=True).get(pk=mail.pk)


def expire_leases() -> int:
    """Mark mails whose worker is gone as unknown: it may have died before or after the server took them.

    They are never sent again by themselves. Returns how many there were.
    """
    sentence = _(
        "The worker stopped in the middle of handing this mail over, so it may or may not have arrived. "
        "Ask its reader before you send it again."
    )
    return OutboxMail.objects.abandoned().update(
        state=MailState.UNKNOWN, lease_until=None, next_attempt_at=None, last_error=sentence
    )


def resend_mail(*, mail: OutboxMail, actor: Any) -> OutboxMail:
    """Put a settled mail back on its way because ``actor`` asked for it, under the same Message-ID.

    The checks of its kind run again. ResendRefused, changing nothing, while the mail is on its way by itself, or
    when its private text is erased.
    """
    if not mail.is_settled:
        raise ResendRefused(_("This mail is already on its way."))
    if mail.body_erased_at:
        raise ResendRefused(
            _("The private text of this mail has been erased, so it cannot be sent again. Ask for a new one instead.")
        )
    with transaction.atomic():
        moved = OutboxMail.objects.filter(pk=mail.pk, state=mail.state, fence=mail.fence).update(
            state=MailState.PENDING,
            fence=F("fence") + 1,
            tries=0,
            next_attempt_at=timezone.now(),
            woken_at=None,
            last_error="",
        )
        if not moved:
            raise ResendRefused(_("This mail changed while you looked at it. See how it stands now."))
        log_action(instance=mail, action=RESEND, user=actor, data={"from": mail.state})
    mail.refresh_from_db()
    return mail


def erase_stale_private_mail() -> int:
    """Erase private texts that are kept only for a resend, once the links in them have run out. Returns how many.

    Kept ones stay where the outbox is the place they are read.
    """
    states = [MailState.FAILED, MailState.UNKNOWN]
    if not settings.OUTBOX_SHOWS_PRIVATE_MAIL:
        states.append(MailState.KEPT)
    now = timezone.now()
    return OutboxMail.objects.filter(
        state__in=states,
        is_private=True,
        body_erased_at=None,
        created_at__lt=now - timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    ).update(text="", html="", body_erased_at=now)
