"""How long to wait before a process that ended by itself is started again."""

from dataclasses import dataclass

STEADY = 60.0
LONGEST = 30.0


@dataclass
class BackOff:
    """1, 2, 4 … 30 seconds; and from 1 again after a minute of life."""

    failures: int = 0

    def delay(self, lived: float) -> float:
        """Seconds to wait, given how many seconds the process lived."""
        if lived >= STEADY:
            self.failures = 0
        self.failures += 1
        return min(2.0 ** (self.failures - 1), LONGEST)
