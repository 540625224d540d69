"""What points can be spent on, and who asked for what."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from library.models import Image


class RewardDrawing(models.TextChoices):
    """Pictures that come with the site, one file each in the static folder of rewards."""

    GIFT = "gift", _("Gift")
    CUP = "cup", _("Cup")
    TREE = "tree", _("Tree")
    TICKET = "ticket", _("Ticket")


class Reward(models.Model):
    """Something to get for points."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    description = models.TextField(_("description"), max_length=1000, blank=True)
    drawing = models.CharField(_("drawing"), max_length=12, choices=RewardDrawing, default=RewardDrawing.GIFT)
    image = models.ForeignKey(
        Image,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("image"),
        help_text=_("Stands in place of the drawing."),
    )
    cost = models.PositiveIntegerField(_("points"), validators=[MinValueValidator(1), MaxValueValidator(1_000_000)])
    # Changed by the UPDATE that also asks whether one is left.
    stock = models.PositiveIntegerField(
        _("in stock"), null=True, blank=True, help_text=_("Empty: as many as are asked for.")
    )
    per_person = models.PositiveIntegerField(
        _("times for each person"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: no limit."),
    )
    teams = models.ManyToManyField(
        Team,
        blank=True,
        related_name="+",
        verbose_name=_("only for the teams"),
        help_text=_("None chosen: for everybody."),
    )
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    needs_approval = models.BooleanField(
        _("somebody has to approve"),
        default=True,
        help_text=_("Off: it is promised at once and only has to be handed over."),
    )
    note = models.TextField(
        _("note for whoever hands it over"), max_length=1000, blank=True, help_text=_("Learners do not see it.")
    )
    is_active = models.BooleanField(_("on offer"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        ordering = ["cost", "name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(cost__gt=0), name="gamification_reward_costs"),
            models.CheckConstraint(
                condition=models.Q(stock=None) | models.Q(stock__gte=0), name="gamification_stock_not_below_zero"
            ),
            models.CheckConstraint(
                condition=models.Q(starts_on=None)
                | models.Q(ends_on=None)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="gamification_reward_ends_after_start",
                violation_error_message=_("The last day lies before the first one."),
            ),
        ]

    def __str__(self):
        return self.name


class RedemptionState(models.TextChoices):
    REQUESTED = "requested", _("Asked for")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    FULFILLED = "fulfilled", _("Handed over")
    CANCELLED = "cancelled", _("Cancelled")


class Redemption(models.Model):
    """One reward that somebody asked for. Its points are held until it is handed over, declined or cancelled."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reward = models.ForeignKey(Reward, models.PROTECT, related_name="redemptions", verbose_name=_("reward"))
    reward_name = models.CharField(_("reward"), max_length=80)
    cost = models.PositiveIntegerField(_("points"))
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="redemptions", verbose_name=_("person")
    )
    state = models.CharField(_("state"), max_length=10, choices=RedemptionState, default=RedemptionState.REQUESTED)
    requested_at = models.DateTimeField(_("asked"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # Handed over or cancelled.
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # What the person was told when it was declined, cancelled or handed over.
    message = models.CharField(_("message"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        default_permissions = ("view", "change")
        ordering = ["-requested_at", "-pk"]
        indexes = [
            # The queue: what waits for somebody, oldest first.
            models.Index(
                fields=["requested_at"],
                condition=models.Q(state__in=("requested", "approved")),
                name="gamification_redemption_queue",
            ),
            # How often a person had a reward; their own list.
            models.Index(fields=["learner", "reward"], name="gamification_redemption_mine"),
        ]

    def __str__(self):
        return f"{self.reward_name} · {self.learner}"

    @property
    def is_waiting(self) -> bool:
        return self.state in (RedemptionState.REQUESTED, RedemptionState.APPROVED)
