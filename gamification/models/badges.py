"""Badges and who has them."""

import uuid
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField
from wagtail.models import DraftStateMixin, RevisionMixin

from gamification.blocks import CriteriaBlock
from library.models import Image
from workbench.days import site_day


class Rarity(models.TextChoices):
    COMMON = "common", _("Common")
    RARE = "rare", _("Rare")
    EPIC = "epic", _("Very rare")
    LEGENDARY = "legendary", _("Once in a career")


class Drawing(models.TextChoices):
    """Pictures that come with the site, one file each in the static folder of badges."""

    SEED = "seed", _("Seedling")
    BOOK = "book", _("Open book")
    SHIELD = "shield", _("Shield")
    TARGET = "target", _("Target")
    STAR = "star", _("Star")
    FLAME = "flame", _("Flame")
    MOUNTAIN = "mountain", _("Mountain")
    COMPASS = "compass", _("Compass")


class CriteriaField(StreamField):
    """A stream of criteria. Migrations do not list its blocks, so that a new kind of criterion needs none."""

    def deconstruct(self):
        name, _path, _args, kwargs = super().deconstruct()
        return name, "wagtail.fields.StreamField", [[]], {**kwargs, "block_lookup": {}}


class Badge(DraftStateMixin, RevisionMixin, models.Model):
    """Something to be proud of, with what has to be done for it. Only the published version is ever awarded."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    description = models.CharField(
        _("description"), max_length=300, help_text=_("One sentence for learners: what it stands for.")
    )
    drawing = models.CharField(_("drawing"), max_length=12, choices=Drawing, default=Drawing.STAR)
    image = models.ForeignKey(
        Image,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("image"),
        help_text=_("Stands in place of the drawing. Square, at least 240 pixels wide."),
    )
    rarity = models.CharField(_("rarity"), max_length=10, choices=Rarity, default=Rarity.COMMON)
    is_hidden = models.BooleanField(
        _("hidden until earned"), default=False, help_text=_("A surprise: nobody sees it before they have it.")
    )
    valid_days = models.PositiveIntegerField(
        _("valid for so many days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: for good."),
    )
    criteria = CriteriaField(
        CriteriaBlock(),
        verbose_name=_("what has to be done"),
        help_text=_("All of these have to be met. Use “Group” for “any of” and “so many of”."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("badge")
        verbose_name_plural = _("badges")
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def state(self) -> str:
        if not self.live:
            return _("Draft")
        return _("Live, with a newer draft") if self.has_unpublished_changes else _("Live")

    def last_day(self, at: datetime) -> date | None:
        """The last day, in the site's zone, on which the badge is valid for who earned it at ``at``; None: for good."""
        return site_day(at) + timedelta(days=self.valid_days) if self.valid_days else None


class BadgeAward(models.Model):
    """A badge that somebody has, with the criteria they met. Taken back, it stays as a row that says why."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    badge = models.ForeignKey(Badge, models.PROTECT, related_name="awards", verbose_name=_("badge"))
    badge_name = models.CharField(_("badge"), max_length=80)
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="badge_awards", verbose_name=_("person")
    )
    # When the criteria came true, which may be long before the badge was made.
    earned_at = models.DateTimeField(_("earned"))
    awarded_at = models.DateTimeField(_("awarded"), default=timezone.now)
    # The criteria as data, and the revision they are from.
    criteria = models.JSONField(default=dict)
    revision = models.ForeignKey("wagtailcore.Revision", models.SET_NULL, null=True, related_name="+")
    # Only where a person gave it.
    awarded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    expires_on = models.DateField(_("valid until"), null=True)
    revoked_at = models.DateTimeField(_("taken back"), null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    revoked_reason = models.CharField(_("why it was taken back"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("badge awarded")
        verbose_name_plural = _("badges awarded")
        default_permissions = ("view",)
        permissions = [("revoke_badgeaward", "Can take a badge back"), ("give_badgeaward", "Can give a badge by hand")]
        ordering = ["-earned_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["badge", "learner"], name="gamification_award_unique"),
            models.CheckConstraint(
                condition=models.Q(revoked_at=None) | ~models.Q(revoked_reason=""),
                name="gamification_revoked_has_reason",
            ),
        ]
        indexes = [
            # A person's badges, newest first.
            models.Index(fields=["learner", "-earned_at"], name="gamification_award_learner"),
            # The list of awards, newest first.
            models.Index(fields=["-earned_at", "-id"], name="gamification_award_newest"),
            # What came since: whoever follows badges asks every minute.
            models.Index(fields=["awarded_at"], name="gamification_award_since"),
        ]

    def __str__(self):
        return f"{self.badge_name} · {self.learner}"

    @property
    def is_by_hand(self) -> bool:
        """Whether a person gave it: they had to say why."""
        return bool(self.reason)

    @property
    def is_settled(self) -> bool:
        """Whether somebody decided on it, so that events change nothing any more."""
        return self.is_by_hand or self.revoked_at is not None

    def is_over(self, today: date | None = None) -> bool:
        """Whether its last day has passed."""
        return self.expires_on is not None and self.expires_on < (today or site_day())

    @property
    def state(self) -> str:
        """held, over or revoked: what the badge is for its person today."""
        if self.revoked_at is not None:
            return "revoked"
        return "over" if self.is_over() else "held"
