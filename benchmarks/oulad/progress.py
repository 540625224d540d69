"""How far a long file is read: a bar on a terminal, a line for every tenth elsewhere."""

import time
from typing import TextIO

WIDTH = 30


class Progress:
    def __init__(self, stream: TextIO, what: str) -> None:
        self.stream, self.what = stream, what
        self.began = self.drawn = time.monotonic()
        self.tenth = 0

    def show(self, share: float, rows: int) -> None:
        """``share`` of the work, 0 to 1, is done, and ``rows`` rows."""
        now = time.monotonic()
        words = f"{self.what}: {rows:,} rows, {rows / max(now - self.began, 0.001):,.0f} a second"
        if not self.stream.isatty():
            if int(share * 10) > self.tenth:
                self.tenth = int(share * 10)
                print(f"{words}, {share:.0%}", file=self.stream, flush=True)
        elif now - self.drawn > 0.1:
            self.drawn = now
            bar = "█" * round(share * WIDTH)
            print(f"\r{bar:·<{WIDTH}} {share:4.0%} {words}", end="", file=self.stream, flush=True)

    def end(self, rows: int) -> None:
        taken = time.monotonic() - self.began
        # Over the bar, which is longer than what follows.
        clear = "\r\x1b[K" if self.stream.isatty() else ""
        speed = rows / max(taken, 0.001)
        print(
            f"{clear}{self.what}: {rows:,} rows in {taken:.1f} s, {speed:,.0f} a second", file=self.stream, flush=True
        )
