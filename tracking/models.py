"""What is noted of how the site is used, who agreed that it is told to others, and what was told."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.contrib.settings.models import BaseGenericSetting

from tracking.events import WORDS

# The name of a person's "send again" in Wagtail's log.
REPLAY = "tracking.replay"
NOT_IN_HEADERS = RegexValidator(r"^[!-~]*$", _("Only letters, digits and signs, without spaces."))


class Region(models.TextChoices):
    WORLD = "world", _("worldwide")
    EU = "eu", _("European Union")


class TrackingSettings(BaseGenericSetting):
    """The one row of switches and keys. Read it through `tracking.selectors.site`: keys may come from the environment."""

    page_views = models.BooleanField(
        _("count page views"),
        default=True,
        help_text=_("Which page, when, and whether somebody was signed in; not who. Stays on this site."),
    )
    one_in = models.PositiveSmallIntegerField(
        _("of these"),
        default=1,
        choices=[(1, _("count every one"))] + [(n, _("count one in %d, for all") % n) for n in (2, 5, 10, 20, 50, 100)],
        help_text=_("A busy site need not count each. What is shown is multiplied, so it stays true on average."),
    )
    reading_time = models.BooleanField(
        _("measure time on lessons"),
        default=True,
        help_text=_("While a lesson is visible and its reader does something. Stands in the learner's own record."),
    )
    ga4 = models.BooleanField(_("send to Google Analytics"), default=False)
    ga4_measurement_id = models.CharField(
        _("measurement ID"),
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^G-[A-Z0-9]+$", _("It looks like G-AB12CD34EF."))],
        help_text=_("Google Analytics: Admin > Data streams > your stream."),
    )
    ga4_api_secret = models.CharField(
        _("API secret"),
        max_length=100,
        blank=True,
        validators=[NOT_IN_HEADERS],
        help_text=_("In the same place, under Measurement Protocol API secrets."),
    )
    ga4_region = models.CharField(_("servers"), max_length=5, choices=Region, default=Region.WORLD)
    mixpanel = models.BooleanField(_("send to Mixpanel"), default=False)
    mixpanel_token = models.CharField(
        _("project token"),
        max_length=100,
        blank=True,
        validators=[NOT_IN_HEADERS],
        help_text=_("Mixpanel: Settings > Project settings > Overview."),
    )
    mixpanel_region = models.CharField(_("servers"), max_length=5, choices=Region, default=Region.WORLD)

    class Meta:
        verbose_name = _("usage tracking")
        verbose_name_plural = _("usage tracking")
        permissions = [("send_test_event", "Can send a test event to analytics services")]

    def __str__(self):
        return str(_("usage tracking"))


class Consent(models.Model):
    """Whether somebody agreed that how they use the site is told to analytics services, since when, and the random name
    under which it is.

    A visitor who is not signed in has a row only once they agreed; a cookie holds the pseudonym. Withdrawn consent loses
    its pseudonym, and with it everything that could say who it was.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="tracking_consent", verbose_name=_("person")
    )
    agreed = models.BooleanField(_("agreed"))
    # Not empty: an empty text is one value, of which there could be one.
    pseudonym = models.CharField(max_length=32, unique=True, null=True)  # noqa: DJ001
    decided_at = models.DateTimeField(_("decided"), default=timezone.now)

    class Meta:
        verbose_name = _("consent to usage tracking")
        verbose_name_plural = _("consents to usage tracking")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agreed=True, pseudonym__isnull=False)
                | models.Q(agreed=False, pseudonym=None, person__isnull=False),
                name="tracking_consent_has_pseudonym",
            )
        ]

    def __str__(self):
        return f"{self.person_id}: {self.agreed}"


class PageView(models.Model):
    """A page that was shown, not to whom. Rows are only added; analytics takes them in, and old ones go."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(default=timezone.now)
    # "lesson", "catalog", or the name of the view.
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=255, blank=True)
    course_key = models.UUIDField(null=True)
    lesson_key = models.UUIDField(null=True)
    language = models.CharField(max_length=8, blank=True)
    is_signed_in = models.BooleanField(default=False)
    # How many views it stands for, itself among them.
    weight = models.PositiveSmallIntegerField(default=1)

    class Meta:
        verbose_name = _("page view")
        verbose_name_plural = _("page views")
        indexes = [
            # What came since: analytics asks every minute. Also what is old enough to go.
            models.Index(fields=["at", "id"], name="tracking_view_at")
        ]

    def __str__(self):
        return f"{self.kind} {self.at}"


class Reading(models.Model):
    """How long one opening of a lesson was visible, as counted so far: its page tells the whole time each time."""

    uuid = models.UUIDField(primary_key=True)
    seconds = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("reading of a lesson")
        verbose_name_plural = _("readings of lessons")
        indexes = [
            # Pages that were closed long ago tell nothing more.
            models.Index(fields=["at"], name="tracking_reading_at")
        ]

    def __str__(self):
        return f"{self.uuid}: {self.seconds}"


class DispatchState(models.TextChoices):
    """Where an event stands. Only ``waiting`` is ever picked up; only a person moves one out of an end state."""

    WAITING = "waiting", pgettext_lazy("event", "Waiting")
    SENDING = "sending", pgettext_lazy("event", "Being sent")
    SENT = "sent", pgettext_lazy("event", "Sent")
    REFUSED = "refused", pgettext_lazy("event", "Refused")
    FAILED = "failed", pgettext_lazy("event", "Given up")
    UNKNOWN = "unknown", pgettext_lazy("event", "Unknown")


# What somebody may want to send again.
DEAD = (DispatchState.REFUSED, DispatchState.FAILED, DispatchState.UNKNOWN)


# What tells one event from another of its kind, the closest first.
ABOUT = ("search_term", "video", "file_name", "badge", "lesson", "page_title", "course")


class Dispatch(models.Model):
    """One event on its way to one analytics service, under its pseudonym."""

    id = models.BigAutoField(primary_key=True)
    vendor = models.CharField(_("service"), max_length=10)
    uuid = models.UUIDField()
    name = models.CharField(_("event"), max_length=40)
    at = models.DateTimeField(_("happened"))
    pseudonym = models.CharField(_("pseudonym"), max_length=32)
    visit = models.BigIntegerField()
    params = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=8, choices=DispatchState, default=DispatchState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    # Who sends it now, and until when they must have said what became of it.
    claim = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    sentence = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("event for an analytics service")
        verbose_name_plural = _("events for analytics services")
        default_permissions = ("view", "change")
        ordering = ["-id"]
        constraints = [
            # Whoever tells an event again, tells nothing.
            models.UniqueConstraint(fields=["vendor", "uuid"], name="tracking_dispatch_unique")
        ]
        indexes = [
            # What is due, longest waiting first; a worker asks every minute.
            models.Index(
                fields=["vendor", "due_at", "id"],
                name="tracking_dispatch_due",
                condition=models.Q(state=DispatchState.WAITING),
            ),
            # What a worker that died was sending.
            models.Index(
                fields=["lease_until"],
                name="tracking_dispatch_lease",
                condition=models.Q(state=DispatchState.SENDING),
            ),
            # The list by state, and what is old enough to go.
            models.Index(fields=["state", "ended_at"], name="tracking_dispatch_state"),
            # Withdrawn consent takes with it what waits.
            models.Index(fields=["pseudonym"], name="tracking_dispatch_pseudonym"),
        ]

    def __str__(self):
        return self.words

    @property
    def words(self) -> str:
        return str(WORDS.get(self.name, self.name))

    @property
    def about(self) -> str:
        """The page, lesson or thing that the event is of."""
        return next((str(self.params[name]) for name in ABOUT if self.params.get(name)), "")

    @property
    def is_dead(self) -> bool:
        return self.state in DEAD


class Collected(models.Model):
    """Up to when the learning record was looked through for one service. Its first row begins when it was switched on:
    nothing from before is told."""

    vendor = models.CharField(primary_key=True, max_length=10)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("state of a service")
        verbose_name_plural = _("states of services")

    def __str__(self):
        return f"{self.vendor} {self.until}"


def check_keys(settings_row: TrackingSettings, *, secret: str, token: str, measurement_id: str) -> None:
    """ValidationError where a service is on and a key of it is missing, wherever it would come from."""
    errors = {}
    if settings_row.ga4 and not measurement_id:
        errors["ga4_measurement_id"] = _("Google Analytics needs a measurement ID.")
    if settings_row.ga4 and not secret:
        errors["ga4_api_secret"] = _("Google Analytics needs an API secret.")
    if settings_row.mixpanel and not token:
        errors["mixpanel_token"] = _("Mixpanel needs a project token.")
    if errors:
        raise ValidationError(errors)
