"""What points, badges and rewards add to Wagtail."""

from django.urls import path
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import Menu, SubmenuMenuItem
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.contrib.settings.registry import register_setting
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from gamification.modeladmin import (
    BadgeAwardAdmin,
    LevelAdmin,
    PointEntryAdmin,
    PointRuleAdmin,
    RedemptionAdmin,
    RewardAdmin,
)
from gamification.models import GamificationSettings, Redemption, Reward
from gamification.policies import visible_to
from gamification.views.badges import who_page, words_page
from gamification.viewsets import BadgeViewSet
from workbench.permissions import ScopedPermissionPolicy

register_permission_policy(Reward, ScopedPermissionPolicy(Reward, visible_to))
register_permission_policy(Redemption, ScopedPermissionPolicy(Redemption, visible_to, never=("add", "delete")))
register_snippet(BadgeViewSet)
for screen in (PointRuleAdmin, LevelAdmin, PointEntryAdmin, BadgeAwardAdmin, RewardAdmin, RedemptionAdmin):
    screen().register_with_wagtail()

GamificationSettings.edit_handler = ObjectList(
    [
        MultiFieldPanel(
            [FieldPanel("points"), FieldPanel("badges"), FieldPanel("leaderboards"), FieldPanel("rewards")],
            heading=gettext_lazy("What is on"),
        ),
        FieldPanel("staff_on_leaderboards"),
        FieldPanel("points_expire_after"),
    ]
)
register_setting(GamificationSettings, icon="pick", order=30)

gamification_menu = Menu(register_hook_name="register_gamification_menu_item")

LOG_ACTIONS = (
    ("adjust", gettext_lazy("Give or take points"), gettext_lazy("Points changed by hand")),
    ("give_badge", gettext_lazy("Give a badge by hand"), gettext_lazy("Badge given by hand")),
    ("revoke_badge", gettext_lazy("Take a badge back"), gettext_lazy("Badge taken back")),
    (
        "give_to_all",
        gettext_lazy("Give a badge to all who have met its criteria"),
        gettext_lazy("Badge given to all who have met its criteria"),
    ),
    ("request_reward", gettext_lazy("Ask for a reward"), gettext_lazy("Reward asked for")),
    ("approve_reward", gettext_lazy("Approve a reward"), gettext_lazy("Reward approved")),
    ("decline_reward", gettext_lazy("Decline a reward"), gettext_lazy("Reward declined")),
    ("fulfil_reward", gettext_lazy("Hand a reward over"), gettext_lazy("Reward handed over")),
    ("cancel_reward", gettext_lazy("Cancel a reward"), gettext_lazy("Reward cancelled")),
)


@hooks.register("register_admin_menu_item")
def register_gamification_menu():
    return SubmenuMenuItem(
        gettext_lazy("Gamification"), gamification_menu, name="gamification", icon_name="pick", order=350
    )


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for name, label, message in LOG_ACTIONS:
        actions.register_action(f"gamification.{name}", label, message)


@hooks.register("register_icons")
def register_icons(icons):
    return [*icons, "gamification/icons/badge.svg"]


@hooks.register("register_admin_urls")
def register_badge_urls():
    return [
        path("badges/words/", words_page, name="gamification_badge_words"),
        path("badges/<int:pk>/who/", who_page, name="gamification_badge_who"),
    ]
