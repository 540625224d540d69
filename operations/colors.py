"""Whether a color can be read: contrast as WCAG 2.2 defines it (relative luminance, 1.4.3), without a database.

The grounds are those of ``static/css/lectern.css``; a test holds them together.
"""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

ACCENT, ACCENT_DARK = "#0a5f5b", "#6cc9c0"
# What stands behind links: paper, cards and sunken ground, in light and in dark.
LIGHT_GROUNDS = ("#faf9f5", "#ffffff", "#f1efe8")
DARK_GROUNDS = ("#14171a", "#1b1f23", "#0f1214")
WHITE, BLACK = "#ffffff", "#000000"
# Words on an accent ground: the lighter or the darker one, whichever reads better.
LIGHT_INK, DARK_INK = "#ffffff", "#06211f"
# What WCAG AA asks for text.
LEAST = 4.5

HEX = re.compile(r"^#[0-9a-f]{6}$", re.I)


def check_color(value: str) -> None:
    """ValidationError for what is not # and six hexadecimal digits."""
    if not HEX.match(value):
        raise ValidationError(_("Write the color as # and six digits from 0 to 9 and a to f, such as #0a5f5b."))


def channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def luminance(color: str) -> float:
    """Relative luminance, 0 for black to 1 for white."""
    parts = []
    for channel in channels(color):
        share = channel / 255
        parts.append(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
    red, green, blue = parts
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mix(color: str, other: str, share: float) -> str:
    """``color`` with ``share`` (0 to 1) of ``other`` in it."""
    pairs = zip(channels(color), channels(other), strict=True)
    return "#" + "".join(f"{round(a * (1 - share) + b * share):02x}" for a, b in pairs)


def ink_on(color: str) -> str:
    return max((LIGHT_INK, DARK_INK), key=lambda ink: contrast(ink, color))


@dataclass(frozen=True)
class Shades:
    """What one chosen color becomes on one kind of ground."""

    accent: str
    strong: str
    ink: str
    soft: str


def light_shades(accent: str) -> Shades:
    return Shades(accent, mix(accent, BLACK, 0.25), ink_on(accent), mix(accent, WHITE, 0.88))


def dark_shades(accent: str) -> Shades:
    return Shades(accent, mix(accent, WHITE, 0.25), ink_on(accent), mix(accent, DARK_GROUNDS[0], 0.8))


@dataclass(frozen=True)
class Judgment:
    """One pair of colors in words; ``ratio`` is rounded down, so that no 4.49 is called 4.5."""

    sentence: str
    is_enough: bool


def ratio_words(ratio: float) -> str:
    return f"{int(ratio * 10) / 10:.1f}"


def judge(accent: str, *, is_dark: bool) -> list[Judgment]:
    """Links on their worst ground and words on a button, each against WCAG AA."""
    shades = dark_shades(accent) if is_dark else light_shades(accent)
    grounds = (*(DARK_GROUNDS if is_dark else LIGHT_GROUNDS), shades.soft)
    worst = min(contrast(accent, ground) for ground in grounds)
    button = contrast(accent, shades.ink)
    if worst >= LEAST:
        link = _("Links read well: %(ratio)s to 1, and WCAG AA asks for 4.5 to 1.")
    elif is_dark:
        link = _("Links are too dark to read: %(ratio)s to 1, and WCAG AA asks for 4.5 to 1. Choose a lighter color.")
    else:
        link = _("Links are too pale to read: %(ratio)s to 1, and WCAG AA asks for 4.5 to 1. Choose a darker color.")
    if button >= LEAST:
        words = _("Words on buttons read well: %(ratio)s to 1.")
    else:
        words = _("Words on buttons are hard to read: %(ratio)s to 1, and WCAG AA asks for 4.5 to 1.")
    return [
        Judgment(link % {"ratio": ratio_words(worst)}, worst >= LEAST),
        Judgment(words % {"ratio": ratio_words(button)}, button >= LEAST),
    ]
