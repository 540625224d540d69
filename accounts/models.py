"""People and the line organization they work in."""

import uuid
import zoneinfo

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.exceptions import UnknownTimezone
from workbench.days import site_day, site_zone


class PersonQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)


class PersonManager(UserManager.from_queryset(PersonQuerySet)):
    """Creates people by their e-mail address, which is their sign-in name."""

    def _create_user(self, email, password, **extra):
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_user(self, email, password=None, **extra):
        extra.setdefault("is_staff", False)
        extra.setdefault("is_superuser", False)
        return self._create_user(email, password, **extra)

    def create_superuser(self, email, password=None, **extra):
        return self._create_user(email, password, **{**extra, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


def check_timezone(value: str) -> None:
    if value and value not in zoneinfo.available_timezones():
        raise UnknownTimezone(value)


class User(AbstractUser):
    """A person. Never deleted once they have learned something: anonymized instead."""

    username = None
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"))
    timezone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[check_timezone],
        help_text=_("Empty: the site's time zone."),
    )
    language = models.CharField(_("language"), max_length=8, blank=True, choices=settings.LANGUAGES)

    objects = PersonManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["last_name", "first_name", "email"]
        constraints = [
            # Serves sign-in as well: addresses are compared without regard to case.
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_unique",
                violation_error_message=_("Somebody already has this e-mail address."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        """First and last name, or the address's local part where no name is known."""
        return self.get_full_name() or self.email.partition("@")[0]

    @property
    def initials(self) -> str:
        letters = (self.first_name[:1] + self.last_name[:1]) or self.email[:1]
        return letters.upper()

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone) if self.timezone else site_zone()


class Team(models.Model):
    """A unit of the line organization. People taking a course together are a cohort, which is another thing."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120, unique=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="TeamMembership", related_name="teams")
    managers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="managed_teams", blank=True, verbose_name=_("managers")
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self):
        return self.name


class TeamMembershipQuerySet(models.QuerySet):
    def current(self, on=None):
        """Memberships that hold on a day (by default today, on the site's calendar)."""
        on = on or site_day()
        return self.filter(models.Q(until=None) | models.Q(until__gte=on), since__lte=on)


class TeamMembership(models.Model):
    """A person belongs to a team from one day until another; at most one open primary team each."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships", verbose_name=_("team"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="team_memberships", verbose_name=_("person")
    )
    since = models.DateField(_("since"), default=site_day)
    until = models.DateField(_("until"), null=True, blank=True)
    is_primary = models.BooleanField(_("primary team"), default=True)

    objects = TeamMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("team membership")
        verbose_name_plural = _("team memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(until=None, is_primary=True),
                name="accounts_one_open_primary_team",
                violation_error_message=_("This person already has a primary team."),
            ),
            models.UniqueConstraint(
                fields=["team", "user"], condition=models.Q(until=None), name="accounts_one_open_membership_per_team"
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="accounts_membership_ends_after_start",
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.team}"
