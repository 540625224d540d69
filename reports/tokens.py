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
)
