"""Which parts of gamification are on."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseGenericSetting


class GamificationSettings(BaseGenericSetting):
    """The one row of switches. Read it through `gamification.selectors.site.switches`.

    What is off is not shown, and nothing is added to it. What was earned is kept, and once it is on again, what was done
    meanwhile counts too.
    """

    points = models.BooleanField(_("points and levels"), default=True)
    badges = models.BooleanField(_("badges"), default=True)
    leaderboards = models.BooleanField(
        _("leaderboards"), default=True, help_text=_("People can leave them at any time on their own profile.")
    )
    rewards = models.BooleanField(_("rewards"), default=True, help_text=_("Needs points: without them nobody can pay."))
    staff_on_leaderboards = models.BooleanField(
        _("staff on leaderboards"),
        default=False,
        help_text=_("Staff are those who may work in the admin, and whoever teaches a course."),
    )
    points_expire_after = models.PositiveSmallIntegerField(
        _("points expire after (months)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text=_(
            "Points that nobody has spent by then can no longer be spent; levels and ranks keep them. Empty: never."
        ),
    )

    class Meta:
        verbose_name = _("gamification")

    def __str__(self):
        return str(_("gamification"))

    @property
    def has_shop(self) -> bool:
        return self.points and self.rewards
