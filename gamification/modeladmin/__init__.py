"""Points, levels, badges, rewards and what people asked for, as records of the admin."""

from gamification.modeladmin.badges import BadgeAwardAdmin
from gamification.modeladmin.points import LevelAdmin, PointEntryAdmin, PointRuleAdmin
from gamification.modeladmin.rewards import RedemptionAdmin, RewardAdmin

__all__ = ["BadgeAwardAdmin", "LevelAdmin", "PointEntryAdmin", "PointRuleAdmin", "RedemptionAdmin", "RewardAdmin"]
