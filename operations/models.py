"""What the site is called and looks like, the signs of life of its processes, and how its tables were looked after."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseGenericSetting

from operations.colors import ACCENT, ACCENT_DARK, check_color


class SignUp(models.TextChoices):
    CLOSED = "closed", _("Nobody: an administrator adds or invites people")
    DOMAINS = "domains", _("Everybody with an address at the domains named below")
    OPEN = "open", _("Everybody")


def logo_path(instance, filename: str) -> str:
    """A new name for each upload, so that no cache shows the old logo."""
    return f"site/logo-{get_random_string(8).lower()}{filename[filename.rfind('.') :].lower()}"


class SiteSettings(BaseGenericSetting):
    """The one row of the site's settings. Read it through `operations.selectors.site_settings`."""

    name = models.CharField(
        _("name of the site"),
        max_length=60,
        default="Lectern",
        help_text=_("Stands in the header, in the browser's tab, in mails and on reports."),
    )
    logo = models.FileField(
        _("logo"),
        upload_to=logo_path,
        blank=True,
        help_text=_(
            "SVG, PNG or WebP, at most 500 KB. Shown 32 pixels high beside the name, on light and on dark ground."
        ),
    )
    accent = models.CharField(
        _("color on light ground"),
        max_length=7,
        default=ACCENT,
        validators=[check_color],
        help_text=_("Buttons, links and progress bars. Written as # and six digits, such as #0a5f5b."),
    )
    accent_dark = models.CharField(
        _("color on dark ground"),
        max_length=7,
        default=ACCENT_DARK,
        validators=[check_color],
        help_text=_("The same for people whose device is set to dark. Usually a lighter shade of the color above."),
    )
    sign_up = models.CharField(
        _("who may sign up"),
        max_length=8,
        choices=SignUp.choices,
        default=SignUp.CLOSED,
        help_text=_("Whoever signs up confirms the address by mail first, and starts as a learner without a role."),
    )
    sign_up_domains = models.CharField(
        _("domains"),
        max_length=500,
        blank=True,
        help_text=_("Separated by commas, such as example.com, example.org. Subdomains are named one by one."),
    )
    sender_name = models.CharField(
        _("sender's name"),
        max_length=100,
        blank=True,
        help_text=_("Who the mails of this site come from. Empty: the name of the site."),
    )
    sender_address = models.EmailField(
        _("sender's address"),
        blank=True,
        help_text=_(
            "The mail server must accept it as a sender; send a test mail after changing it. "
            "Empty: the address that DEFAULT_FROM_EMAIL names."
        ),
    )
    timezone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        help_text=_(
            "Due dates end at midnight in it, and people without a zone of their own see times in it. "
            "Empty: the one that TIME_ZONE names."
        ),
    )

    class Meta:
        verbose_name = _("site settings")
        verbose_name_plural = _("site settings")

    def __str__(self):
        return self.name

    def clean(self):
        super().clean()
        if self.sign_up == SignUp.DOMAINS and not self.domains:
            raise ValidationError({"sign_up_domains": _("Name at least one domain, or choose another policy.")})

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains whose addresses may sign up, in lower case."""
        return tuple(part.strip().lower().lstrip("@") for part in self.sign_up_domains.split(",") if part.strip())


class ProcessKind(models.TextChoices):
    WORKER = "worker", _("Worker")
    BEAT = "beat", _("Beat")


class Heartbeat(models.Model):
    """The latest sign of life of a process that works in the background; the row goes when the process ends in order."""

    kind = models.CharField(_("kind"), max_length=8, choices=ProcessKind.choices)
    name = models.CharField(_("name"), max_length=200)
    started_at = models.DateTimeField(_("started"))
    seen_at = models.DateTimeField(_("last heard from"))
    # Only workers read queues.
    queues = models.JSONField(_("queues"), default=list)

    class Meta:
        verbose_name = _("process")
        verbose_name_plural = _("processes")
        default_permissions = ()
        permissions = [
            ("view_background", "Can see background work"),
            ("run_tasks", "Can run and repeat background work"),
            ("view_audit", "Can read the audit log"),
        ]
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="operations_heartbeat_unique")]

    def __str__(self):
        return self.name


class QueueMovement(models.Model):
    """When a worker last finished something from a queue."""

    queue = models.CharField(_("queue"), max_length=100, unique=True)
    moved_at = models.DateTimeField(_("moved"))

    class Meta:
        verbose_name = _("movement of a queue")
        verbose_name_plural = _("movements of queues")
        default_permissions = ()

    def __str__(self):
        return self.queue


class UpkeepKind(models.TextChoices):
    # Statistics that the database plans by, of every table.
    ANALYZE = "analyze", _("Statistics")
    # The room of dead rows is made usable again, and statistics besides.
    VACUUM = "vacuum", _("Clean-up")


class Upkeep(models.Model):
    """One thing done for the database in one night. Rows are made before the work, so that each is done once."""

    night = models.DateField(_("night"))
    kind = models.CharField(_("what"), max_length=8, choices=UpkeepKind.choices)
    table = models.CharField(_("table"), max_length=63, blank=True)
    started_at = models.DateTimeField(_("started"))
    milliseconds = models.PositiveIntegerField(_("took"), null=True)
    # As the database counts them, which is by estimate.
    rows = models.PositiveBigIntegerField(_("rows"), null=True)
    dead_before = models.PositiveBigIntegerField(_("dead rows before"), null=True)
    dead_after = models.PositiveBigIntegerField(_("dead rows after"), null=True)
    bytes = models.PositiveBigIntegerField(_("size with indexes"), null=True)
    error = models.TextField(_("why not"), blank=True)

    class Meta:
        verbose_name = _("database upkeep")
        verbose_name_plural = _("database upkeep")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["night", "kind", "table"], name="operations_upkeep_once"),
        ]
        # The list, newest first.
        indexes = [models.Index(fields=["-started_at", "-id"], name="operations_upkeep_newest")]

    def __str__(self):
        return f"{self.get_kind_display()} {self.table}".strip()
