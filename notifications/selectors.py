"""Questions about the outbox."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import ModelLogEntry

from notifications.models import RESEND, MailAttempt, MailState, OutboxMail, kind_label
from notifications.policies import sees_outbox, visible_to
from notifications.smtp import STAGE_LABELS, Stage, Verdict
from operations.registries import WorkState
from workbench.matters import Matter
from workbench.times import moment_words

# A mail put on the queue is not put there again for this long: a slow worker would drown in repeats.
WAKE_EVERY = timedelta(minutes=3)


def due_mail() -> QuerySet[OutboxMail]:
    """Mails to hand over now that are not on the queue yet as far as we know, longest waiting first."""
    now = timezone.now()
    fresh = Q(woken_at=None) | Q(woken_at__lte=now - WAKE_EVERY)
    return OutboxMail.objects.due(now).filter(fresh).order_by("next_attempt_at", "pk")


@dataclass(frozen=True)
class Moment:
    """One thing that happened to a mail, in words; ``tone`` is "good", "bad", "open" or empty."""

    at: datetime
    title: str
    detail: str = ""
    tone: str = ""


TONES = {Verdict.SENT: "good", Verdict.RETRY: "open", "": "open"}


def attempt_moment(mail: OutboxMail, attempt: MailAttempt) -> Moment:
    title = _("Attempt %(number)s") % {"number": attempt.number}
    if attempt.outcome:
        is_told = attempt.outcome == Verdict.SENT or attempt.stage not in STAGE_LABELS
        where = "" if is_told else _("ended while %(stage)s") % {"stage": STAGE_LABELS[Stage(attempt.stage)]}
        title = f"{title} {where}".strip() if where else title
        return Moment(attempt.started_at, title, attempt.sentence, TONES.get(attempt.outcome, "bad"))
    if mail.state == MailState.SENDING and attempt.number == mail.attempts_made:
        return Moment(attempt.started_at, title, _("Is under way."), "open")
    return Moment(attempt.started_at, title, _("Never came back: the worker stopped in the middle of it."), "bad")


def story_of(mail: OutboxMail) -> list[Moment]:
    """What happened to ``mail``, first to last: written, each attempt, each resend with who asked for it."""
    moments = [Moment(mail.created_at, _("Written to the outbox"))]
    moments += [attempt_moment(mail, attempt) for attempt in mail.attempts.all()]
    for entry in ModelLogEntry.objects.for_instance(mail).filter(action=RESEND).select_related("user"):
        moments.append(
            Moment(
                entry.timestamp,
                _("Sent again by %(name)s") % {"name": entry.user.name if entry.user else _("somebody")},
            )
        )
    return sorted(moments, key=lambda moment: moment.at)


def state_sentence(mail: OutboxMail) -> str:
    """How ``mail`` stands, as a person would say it."""
    values = {
        "address": mail.to_address,
        "sent": moment_words(mail.sent_at),
        "next": moment_words(mail.next_attempt_at) if mail.next_attempt_at else "",
        "tries": mail.tries,
    }
    match mail.state:
        case MailState.SENT:
            return _("On %(sent)s, the mail server took it over.") % values
        case MailState.PENDING if mail.tries:
            return _("Not sent so far (tries: %(tries)s). On %(next)s, it is tried again.") % values
        case MailState.PENDING:
            return _("Waits for a worker, which takes it within a minute.")
        case MailState.SENDING:
            return _("A worker is handing it over now.")
    return mail.last_error


def kinds_in(queryset: QuerySet[OutboxMail]) -> list[tuple[str, str]]:
    """The kinds that occur in ``queryset``, with their labels."""
    kinds = queryset.order_by().values_list("kind", flat=True).distinct()
    return sorted(((kind, kind_label(kind)) for kind in kinds), key=lambda pair: pair[1])


def outbox_state() -> WorkState:
    """How the outbox stands, for the page of background work: one query."""
    states = OutboxMail.objects.order_by().values_list("state").annotate(Count("pk"))
    counts = dict(states.filter(state__in=[MailState.PENDING, MailState.SENDING, MailState.FAILED, MailState.UNKNOWN]))
    url = reverse("notifications_outboxmail_modeladmin_index")
    return WorkState(
        label=_("Mail"),
        waiting=counts.get(MailState.PENDING, 0),
        running=counts.get(MailState.SENDING, 0),
        failed=counts.get(MailState.FAILED, 0) + counts.get(MailState.UNKNOWN, 0),
        url=url,
        failed_url=f"{url}?state={MailState.FAILED if counts.get(MailState.FAILED) else MailState.UNKNOWN}",
    )


def failed_mail(viewer: Any) -> Matter | None:
    """Mail that failed, as far as ``viewer`` may see it."""
    if not sees_outbox(viewer):
        return None
    count = visible_to(viewer, OutboxMail.objects.filter(state=MailState.FAILED)).count()
    words = ngettext("mail could not be delivered", "mails could not be delivered", count)
    return Matter(
        count, words, f"{reverse('notifications_outboxmail_modeladmin_index')}?state={MailState.FAILED}", True
    )
