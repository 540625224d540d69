"""The colors of charts, the same values as in the learners' stylesheet, for light and for dark grounds."""

from dataclasses import dataclass

MOST_SERIES = 6


@dataclass(frozen=True)
class Palette:
    paper: str
    ink: str
    quiet: str
    line: str
    accent: str
    gold: str
    bad: str
    # In the order series take them; neighbors differ in lightness as well as in hue.
    series: tuple[str, ...]
    other: str
    # The faintest and the fullest shade of a heatmap.
    faint: str
    full: str

    def shades(self, count: int) -> tuple[str, ...]:
        """That many colors from faint to full, in even steps."""
        return tuple(mixed(self.faint, self.full, place / max(count - 1, 1)) for place in range(count))

    def of(self, place: int) -> str:
        """The color of a series; those after the sixth are other."""
        return self.series[place] if place < MOST_SERIES else self.other


def mixed(first: str, second: str, part: float) -> str:
    ends = zip(channels(first), channels(second), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * part):02x}" for one, two in ends)


def words_on(color: str) -> str:
    """Black or white, whichever stands out more on that ground: always by 4.5 and more."""
    return max("#000000", "#ffffff", key=lambda words: contrast(words, color))


def channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def contrast(one: str, two: str) -> float:
    """By WCAG 2.2: from 1 for equal colors to 21 for black on white."""
    dark, light = sorted((luminance(one), luminance(two)))
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    parts = (value / 255 for value in channels(color))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


LIGHT = Palette(
    paper="#ffffff",
    ink="#1d2226",
    quiet="#59626a",
    line="#e2ded5",
    accent="#0a5f5b",
    gold="#855800",
    bad="#a4262c",
    series=("#0a5f5b", "#b8801c", "#7a6fb0", "#3f88a8", "#a4262c", "#6f8f3a"),
    other="#8a857a",
    faint="#e6f0ee",
    full="#06423f",
)
DARK = Palette(
    paper="#1c2024",
    ink="#e9e7e2",
    quiet="#a9aeb2",
    line="#2e3439",
    accent="#6cc9c0",
    gold="#e0b24c",
    bad="#f0908f",
    series=("#6cc9c0", "#e0b24c", "#b3a9e6", "#7fc0dc", "#f0908f", "#b3cf7d"),
    other="#7b848b",
    faint="#23302f",
    full="#8fe3da",
)
