"""The mail outbox: every mail of the site, what became of it, and each attempt to hand it over."""

import uuid

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MailKind(models.TextChoices):
    """Why a mail was written. Upper apps may use kinds of their own; these have names for people."""

    REPORT = "report", _("Report")
    REPORT_NOTICE = "report_notice", _("Trouble with a report")
    ACCOUNT = "account", _("Account")
    REMINDER = "reminder", _("Reminder")
    ENROLLMENT = "enrollment", _("Enrollment")
    MESSAGE = "message", _("Message to a class")
    REWARD = "reward", _("Reward")
    TEST = "test", _("Test")


class MailState(models.TextChoices):
    """Where a mail stands. Only ``pending`` is ever picked up; only a person moves a mail out of a final state."""

    PENDING = "pending", pgettext_lazy("mail", "Waiting")
    SENDING = "sending", pgettext_lazy("mail", "Being sent")
    SENT = "sent", pgettext_lazy("mail", "Sent")
    KEPT = "kept", pgettext_lazy("mail", "Kept here")
    FAILED = "failed", pgettext_lazy("mail", "Failed")
    UNKNOWN = "unknown", pgettext_lazy("mail", "Unknown")
    SUPPRESSED = "suppressed", pgettext_lazy("mail", "Held back")


# The name of a person's "send again" in Wagtail's log.
RESEND = "notifications.resend"


def kind_label(kind: str) -> str:
    """A kind in words; one of an upper app's own is shown as it is."""
    return str(MailKind(kind).label) if kind in MailKind.values else kind


class OutboxMailQuerySet(models.QuerySet):
    def due(self, now=None):
        """Mails whose time has come and that nobody is handing over."""
        return self.filter(state=MailState.PENDING, next_attempt_at__lte=now or timezone.now())

    def abandoned(self, now=None):
        """Mails whose hand-over began and was never finished: the worker is gone."""
        return self.filter(state=MailState.SENDING, lease_until__lt=now or timezone.now())


class OutboxMail(models.Model):
    """One mail to one person. The row is written first; the hand-over to a mail server comes after."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    to_address = models.CharField(_("address"), max_length=320)
    to_name = models.CharField(_("name"), max_length=200, blank=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="outbox_mails",
        verbose_name=_("person"),
    )
    subject = models.CharField(_("subject"), max_length=400)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    headers = models.JSONField(_("headers"), default=dict, blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=320, editable=False)
    # The happening this mail tells of. A second mail about it cannot be written.
    dedupe_key = models.CharField(max_length=300, unique=True, editable=False)
    is_private = models.BooleanField(
        _("private"), default=False, help_text=_("Holds a link or code that is only for its reader.")
    )
    body_erased_at = models.DateTimeField(_("text erased"), null=True, blank=True, editable=False)

    state = models.CharField(_("state"), max_length=12, choices=MailState, default=MailState.PENDING)
    # Grows with each claim and each resend: only the worker that holds the current one may write the outcome.
    fence = models.PositiveIntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts_made = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    # Attempts since the mail was written or sent again; the retries are counted on this.
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True, default=timezone.now)
    # When the sweep last put it on the queue, so that a slow worker is not buried in repeats.
    woken_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    last_error = models.TextField(_("why not"), blank=True, help_text=_("The latest reason, in words."))

    objects = OutboxMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mail outbox")
        ordering = ["-created_at", "-pk"]
        default_permissions = ("view",)
        permissions = [
            ("view_report_mail", "Can view mails that carry reports"),
            ("resend_outboxmail", "Can send a mail again and send test mails"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="sending") | models.Q(lease_until__isnull=False),
                name="notifications_sending_has_lease",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="pending") | models.Q(next_attempt_at__isnull=False),
                name="notifications_pending_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False),
                name="notifications_sent_has_time",
            ),
        ]
        indexes = [
            # The sweep: what is due, and whose worker is gone.
            models.Index(fields=["next_attempt_at"], condition=models.Q(state="pending"), name="notif_mail_due"),
            models.Index(fields=["lease_until"], condition=models.Q(state="sending"), name="notif_mail_leased"),
            # The listing and its filters.
            models.Index(fields=["-created_at", "-id"], name="notif_mail_newest"),
            models.Index(fields=["state", "-created_at"], name="notif_mail_state"),
        ]

    def __str__(self):
        return self.subject

    @property
    def is_settled(self) -> bool:
        """Nothing more happens by itself."""
        return self.state not in (MailState.PENDING, MailState.SENDING)

    @property
    def may_be_resent(self) -> bool:
        return self.is_settled and self.body_erased_at is None

    @property
    def kind_label(self) -> str:
        return kind_label(self.kind)

    @property
    def body_is_readable(self) -> bool:
        """Whether the outbox may show the text: private mail stays between the site and its reader."""
        return self.body_erased_at is None and (not self.is_private or settings.OUTBOX_SHOWS_PRIVATE_MAIL)


class MailAttempt(models.Model):
    """One attempt to hand a mail over. Without an outcome it never came back to say what happened."""

    mail = models.ForeignKey(OutboxMail, models.CASCADE, related_name="attempts", verbose_name=_("mail"))
    number = models.PositiveSmallIntegerField(_("number"))
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    stage = models.CharField(_("stage"), max_length=16, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, blank=True)
    code = models.PositiveSmallIntegerField(_("code"), null=True, blank=True)
    sentence = models.TextField(_("what happened"), blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["mail", "number"], name="notifications_attempt_unique")]

    def __str__(self):
        return f"{self.mail} · {self.number}"


class OutboxAttachment(models.Model):
    """A file that goes with a mail, by its path in the private storage. Several mails may carry the same file."""

    mail = models.ForeignKey(OutboxMail, models.CASCADE, related_name="attachments", verbose_name=_("mail"))
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("type"), max_length=120, default="application/octet-stream")
    path = models.CharField(_("file"), max_length=400)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]
        default_permissions = ()

    def __str__(self):
        return self.name

    def open(self):
        """The stored file, open for reading. OSError when it is gone."""
        return storages["private"].open(self.path, "rb")
