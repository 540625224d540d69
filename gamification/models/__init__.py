"""Points, levels, badges and rewards, and the one ledger that all points are rows of."""

from gamification.models.badges import Badge, BadgeAward, Rarity
from gamification.models.points import (
    EntryKind,
    LearnerProfile,
    Level,
    OncePer,
    PointEntry,
    PointRule,
    PointRuleVersion,
    Visibility,
)
from gamification.models.rewards import Redemption, RedemptionState, Reward
from gamification.models.settings import GamificationSettings

__all__ = [
    "Badge",
    "BadgeAward",
    "EntryKind",
    "GamificationSettings",
    "LearnerProfile",
    "Level",
    "OncePer",
    "PointEntry",
    "PointRule",
    "PointRuleVersion",
    "Rarity",
    "Redemption",
    "RedemptionState",
    "Reward",
    "Visibility",
]
