"""What a learner earned since they last looked."""

from dataclasses import dataclass

from gamification.models import BadgeAward, Level
from gamification.selectors.ledger import Line, signed


@dataclass(frozen=True)
class News:
    """Points that came, with the lines they are the sum of; badges; and the level, where it is new."""

    points: int
    lines: list[Line]
    badges: list[BadgeAward]
    level: Level | None = None

    def __bool__(self) -> bool:
        return bool(self.lines or self.badges)

    @property
    def signed(self) -> str:
        return signed(self.points)
