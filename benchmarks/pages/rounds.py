"""What was measured in a round, and the table of all rounds."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

# From this part of its own work on, what PostgreSQL did for others is worth telling.
SHARED = 0.05
HEADER = (
    f"{'':20} {'CPU ms':>7} {'server':>7} {'Postgres':>8} {'Redis':>6} {'x floor':>8} {'least–most':>11} {'queries':>8} "
    f"{'p50 ms':>7} {'p95 ms':>7} {'requests':>8} {'KB':>5}"
)


@dataclass(frozen=True)
class Window:
    """So many seconds of one page: CPU milliseconds a request by part, how long each request took, bytes of an answer."""

    cpu: dict[str, float]
    times: list[float]
    size: float = 0
    others: float = 0

    @property
    def total(self) -> float:
        return sum(self.cpu.values())

    @property
    def is_shared(self) -> bool:
        return self.others > SHARED * self.cpu["database"] * len(self.times)


@dataclass(frozen=True)
class Pair:
    """A page and the floor, one right after the other."""

    page: Window
    floor: Window

    @property
    def ratio(self) -> float:
        return self.page.total / self.floor.total


def line(name: str, windows: list[Window], queries: int, ratios: list[float] | None = None) -> str:
    """A row of the table: medians of the rounds, latencies of all their requests together."""
    cpu = [statistics.median(window.cpu[part] for window in windows) for part in ("server", "database", "redis")]
    total = statistics.median(window.total for window in windows)
    times = [taken for window in windows for taken in window.times]
    cuts = statistics.quantiles(times, n=20)
    size = statistics.median(window.size for window in windows) / 1000
    ratio = f"{statistics.median(ratios):8.2f} {f'{min(ratios):.2f}–{max(ratios):.2f}':>11}" if ratios else " " * 20
    mark = "*" if any(window.is_shared for window in windows) else " "
    return (
        f"{name:20} {total:7.2f} {cpu[0]:7.2f} {cpu[1]:8.2f} {cpu[2]:6.2f} {ratio} {queries:8} "
        f"{cuts[9]:7.1f} {cuts[18]:7.1f} {len(times):8} {size:5.1f}{mark}"
    )


def table(found: dict[str, list[Pair]], queries: dict[str, int], floor: str) -> Iterator[str]:
    """The floor first, of all its windows."""
    yield HEADER
    yield line(floor, [pair.floor for pairs in found.values() for pair in pairs], queries[floor])
    for name, pairs in found.items():
        windows = [window for pair in pairs for window in (pair.page, pair.floor)]
        shared = "*" if any(window.is_shared for window in windows) else " "
        row = line(name, [pair.page for pair in pairs], queries[name], [pair.ratio for pair in pairs])
        yield row[:-1] + shared
