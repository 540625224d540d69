"""The drawn cover of a course without a picture: shapes from a hash, so that it is always the same. Pure."""

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

WIDTH, HEIGHT = 320, 180
HUES = 24
# The plate with the initials stands in this corner; patterns run on behind it.
PLATE = 84


@dataclass(frozen=True)
class Shape:
    """An SVG path and which of the hue's tones fills it (1 light to 3 deep)."""

    d: str
    tone: int


@dataclass(frozen=True)
class Cover:
    """``hue`` is one of HUES steps around the color circle and has a class in the stylesheet."""

    hue: int
    pattern: str
    initials: str
    shapes: tuple[Shape, ...]


class Numbers:
    """An endless row of numbers that follows from a text, the same on every machine and version."""

    def __init__(self, text: str):
        self.bytes = self._bytes(text)

    @staticmethod
    def _bytes(text: str) -> Iterator[int]:
        block = 0
        while True:
            yield from hashlib.sha256(f"{text}/{block}".encode()).digest()
            block += 1

    def below(self, limit: int) -> int:
        return (next(self.bytes) << 8 | next(self.bytes)) % limit

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.below(4096) / 4095


def number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def polygon(*points: tuple[float, float]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + "Z"


def circle(x: float, y: float, r: float) -> str:
    r_, double = number(r), number(2 * r)
    return f"M{number(x - r)} {number(y)}a{r_} {r_} 0 1 0 {double} 0a{r_} {r_} 0 1 0 -{double} 0Z"


def ring(x: float, y: float, outer: float, inner: float) -> str:
    """A circle with a hole: the hole runs the other way round, so that the default fill rule leaves it open."""
    r_, double = number(inner), number(2 * inner)
    return (
        circle(x, y, outer)
        + f"M{number(x - inner)} {number(y)}a{r_} {r_} 0 1 1 {double} 0a{r_} {r_} 0 1 1 -{double} 0Z"
    )


def rings(take: Numbers) -> Iterator[Shape]:
    x, y = take.between(130, 300), take.between(-10, 190)
    width, gap = take.between(7, 15), take.between(8, 18)
    for step in range(9):
        inner = step * (width + gap) + gap
        yield Shape(ring(x, y, inner + width, inner), 1 + (step + take.below(2)) % 3)


def bars(take: Numbers) -> Iterator[Shape]:
    lean = take.between(-70, 70)
    x = take.between(-120, -80)
    while x < WIDTH + 80:
        width = take.between(6, 30)
        tone = take.below(4)
        if tone:
            yield Shape(polygon((x, HEIGHT), (x + lean, 0), (x + lean + width, 0), (x + width, HEIGHT)), tone)
        x += width + take.between(2, 12)


def hills(take: Numbers) -> Iterator[Shape]:
    for tone in (1, 2, 3):
        base, rise = 36 + tone * 34, take.between(16, 34)
        phase, waves = take.between(0, 2 * math.pi), take.between(1.2, 2.8)
        points = [
            (x, base + rise * math.sin(phase + waves * 2 * math.pi * x / WIDTH) / (1 + tone * 0.3))
            for x in range(0, WIDTH + 1, 8)
        ]
        yield Shape(polygon(*points, (WIDTH, HEIGHT), (0, HEIGHT)), tone)


def tiles(take: Numbers) -> Iterator[Shape]:
    """Quarter circles in a grid, each turned by chance."""
    side = 36
    for row in range(HEIGHT // side):
        for column in range(WIDTH // side + 1):
            x, y, turn, tone = column * side, row * side, take.below(4), take.below(5)
            if tone not in (1, 2, 3):
                continue
            dx, dy = turn % 2, turn // 2
            corner_x, corner_y = x + dx * side, y + dy * side
            to_x, to_y = x + (1 - dx) * side, y + (1 - dy) * side
            sweep = int(dx == dy)
            yield Shape(f"M{corner_x} {corner_y}H{to_x}A{side} {side} 0 0 {sweep} {corner_x} {to_y}Z", tone)


def dots(take: Numbers) -> Iterator[Shape]:
    step = take.between(17, 24)
    centre_x, centre_y, reach = take.between(80, 320), take.between(0, 180), take.between(140, 260)
    for row in range(int(HEIGHT / step) + 2):
        for column in range(int(WIDTH / step) + 2):
            x, y = column * step + (row % 2) * step / 2, row * step
            near = max(0.0, 1 - math.hypot(x - centre_x, y - centre_y) / reach)
            radius = 1.2 + near * step * 0.44
            yield Shape(circle(x, y, radius), 1 if near < 0.3 else 2 if near < 0.65 else 3)


def rays(take: Numbers) -> Iterator[Shape]:
    x, y = take.between(60, 320), HEIGHT + take.between(0, 30)
    angle = math.pi
    while angle < 2 * math.pi:
        width = take.between(0.06, 0.2)
        tone = take.below(4)
        if tone:
            ends = [(x + 400 * math.cos(a), y + 400 * math.sin(a)) for a in (angle, angle + width + 0.004)]
            yield Shape(polygon((x, y), *ends), tone)
        angle += width
    yield Shape(circle(x, y, take.between(22, 40)), 3)


def facets(take: Numbers) -> Iterator[Shape]:
    """A sheet of triangles, folded where the hash says."""
    across, down = 6, 4
    grid = {
        (c, r): (
            c * WIDTH / across + (take.between(-14, 14) if 0 < c < across else 0),
            r * HEIGHT / down + (take.between(-12, 12) if 0 < r < down else 0),
        )
        for r in range(down + 1)
        for c in range(across + 1)
    }
    for row in range(down):
        for column in range(across):
            a, b = grid[column, row], grid[column + 1, row]
            c, d = grid[column, row + 1], grid[column + 1, row + 1]
            halves = ((a, b, c), (b, d, c)) if take.below(2) else ((a, b, d), (a, d, c))
            for half in halves:
                if tone := take.below(4):
                    yield Shape(polygon(*half), tone)


def sheets(take: Numbers) -> Iterator[Shape]:
    """Leaves of paper fanned out around one corner."""
    x, y = take.between(120, 200), HEIGHT + take.between(10, 50)
    turn = take.between(-1.15, -0.85)
    for step in range(6):
        angle = turn + step * take.between(0.24, 0.34)
        width, height = take.between(46, 66), take.between(130, 200)
        cos, sin = math.cos(angle), math.sin(angle)
        corners = [(-width / 2, 0), (-width / 2, -height), (width / 2, -height), (width / 2, 0)]
        yield Shape(polygon(*((x + px * cos - py * sin, y + px * sin + py * cos) for px, py in corners)), 1 + step % 3)


PATTERNS: dict[str, Callable[[Numbers], Iterator[Shape]]] = {
    pattern.__name__: pattern for pattern in (rings, bars, hills, tiles, dots, rays, facets, sheets)
}


def hue_of(topic: str) -> int:
    """The step on the color circle that a topic's name leads to, whatever its case."""
    return Numbers(f"hue:{topic.casefold().strip()}").below(HUES)


def draw_cover(*, key: str, initials: str, topic: str = "") -> Cover:
    """The cover of the course with this key: the topic gives the hue, the key everything else.

    Without a topic the key gives the hue too, so that such courses still differ.
    """
    take = Numbers(f"cover:{key}")
    name = list(PATTERNS)[take.below(len(PATTERNS))]
    return Cover(hue=hue_of(topic or key), pattern=name, initials=initials, shapes=tuple(PATTERNS[name](take)))
