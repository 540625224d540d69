"""People and the line organization they work in."""

import hashlib
import uuid
import zoneinfo

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.exceptions import UnknownTimezone
from workbench.days import site_day, site_zone

# How Django marks that no password was set yet.
NO_PASSWORD = models.Q(password="") | models.Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)


class PersonQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def invitable(self):
        """Those who may sign in and have no password yet: only they can be invited."""
        return self.active().filter(NO_PASSWORD)

    def with_address(self, *addresses: str):
        """Those who have one of these e-mail addresses, in whatever case: the way in which an address is looked up.

        Spelled as the unique index on lower(email) is, so that it serves; ``iexact`` would read every row of PostgreSQL.
        """
        return self.alias(address=Lower("email")).filter(address__in={address.lower() for address in addresses})


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
        return self.with_address(email).get()


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
    # Part of what a session is checked against: counting it up ends all sessions for good.
    session_generation = models.PositiveIntegerField(default=0, editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_accounts",
        verbose_name=_("merged into"),
    )

    objects = PersonManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["last_name", "first_name", "email"]
        permissions = [("merge_user", "Can merge two accounts of one person")]
        constraints = [
            # Serves sign-in as well: addresses are compared without regard to case.
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_unique",
                violation_error_message=_("Somebody already has this e-mail address."),
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | models.Q(is_active=False), name="accounts_merged_is_inactive"
            ),
        ]
        # The list of people, by name.
        indexes = [models.Index(fields=["last_name", "first_name", "email"], name="accounts_user_name")]

    def __str__(self):
        return self.name

    def _get_session_auth_hash(self, secret=None):
        salt = "accounts.models.User.get_session_auth_hash"
        return salted_hmac(salt, f"{self.password}:{self.session_generation}", secret=secret, algorithm="sha256").hexdigest()  # fmt: skip

    @property
    def name(self) -> str:
        """First and last name, or the address's local part where no name is known."""
        return self.get_full_name() or self.email.partition("@")[0]

    @property
    def initials(self) -> str:
        letters = (self.first_name[:1] + self.last_name[:1]) or self.email[:1]
        return letters.upper()

    @property
    def has_password(self) -> bool:
        return bool(self.password) and self.has_usable_password()

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


def holds_on(day, prefix: str = "") -> models.Q:
    """Whether the membership at ``prefix`` holds on a day."""
    is_open = models.Q(**{f"{prefix}until": None}) | models.Q(**{f"{prefix}until__gte": day})
    return is_open & models.Q(**{f"{prefix}since__lte": day})


class TeamMembershipQuerySet(models.QuerySet):
    def current(self, on=None):
        """Memberships that hold on a day (by default today, on the site's calendar)."""
        return self.filter(holds_on(on or site_day()))


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


def hash_of_token(token: str) -> str:
    """What is kept of a link: reading the table opens no account. The token is random, so it needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


class InvitationState(models.TextChoices):
    """Where an invitation stands; expired is a matter of the clock, so no row holds it."""

    WAITING = "waiting", pgettext_lazy("invitation", "Not accepted yet")
    EXPIRED = "expired", pgettext_lazy("invitation", "Expired")
    ACCEPTED = "accepted", pgettext_lazy("invitation", "Accepted")
    REPLACED = "replaced", pgettext_lazy("invitation", "Sent again")
    REVOKED = "revoked", pgettext_lazy("invitation", "Revoked")


class InvitationQuerySet(models.QuerySet):
    def pending(self):
        """The newest of each person that was neither accepted nor revoked; expired ones too."""
        return self.filter(accepted_at=None, revoked_at=None)

    def usable(self, now=None):
        """Those whose link still opens the account."""
        return self.pending().filter(expires_at__gt=now or timezone.now())


class Invitation(models.Model):
    """A mail with a link with which a person sets their first password. The link itself is kept nowhere."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(User, models.CASCADE, related_name="invitations", verbose_name=_("person"))
    # A link is worth nothing once the person has another address.
    sent_to = models.EmailField(_("sent to"))
    language = models.CharField(_("language"), max_length=8)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("sent"), default=timezone.now)
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    # Revoked because a newer one took its place.
    is_replaced = models.BooleanField(default=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-pk"]
        default_permissions = ("add", "view")
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="accounts_one_pending_invitation",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(revoked_at=None),
                name="accounts_invitation_ends_once",
            ),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="accounts_invitation_newest")]

    def __str__(self):
        return str(self.person)

    @property
    def state(self) -> InvitationState:
        if self.accepted_at:
            return InvitationState.ACCEPTED
        if self.revoked_at:
            return InvitationState.REPLACED if self.is_replaced else InvitationState.REVOKED
        return InvitationState.WAITING if self.expires_at > timezone.now() else InvitationState.EXPIRED

    @property
    def obstacle(self) -> str:
        """Why the link does not open the account: "inactive", "used", "revoked", "replaced" or "expired"; else ""."""
        person = self.person
        if not person.is_active:
            return "inactive"
        if self.accepted_at or person.has_password:
            return "used"
        if person.email.lower() != self.sent_to.lower():
            return "revoked"
        return "" if self.state == InvitationState.WAITING else str(self.state.value)
