"""Contrast as WCAG defines it, and the grounds it is measured on."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from operations.colors import (
    ACCENT,
    ACCENT_DARK,
    DARK_GROUNDS,
    LIGHT_GROUNDS,
    contrast,
    ink_on,
    judge,
    mix,
)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        # Known pairs: the grays on both sides of 4.5 on white, and pure red.
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


def test_the_grounds_and_colors_are_those_of_the_stylesheet():
    css = (Path(settings.BASE_DIR) / "static" / "css" / "lectern.css").read_text()
    pairs = dict(re.findall(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}, #[0-9a-f]{6})\)", css))
    grounds = [pairs[name].split(", ") for name in ("paper", "surface", "sunken")]
    assert tuple(light for light, _dark in grounds) == LIGHT_GROUNDS
    assert tuple(dark for _light, dark in grounds) == DARK_GROUNDS
    assert pairs["accent"] == f"{ACCENT}, {ACCENT_DARK}"


def test_the_colors_of_the_design_pass():
    assert all(judgment.is_enough for judgment in judge(ACCENT, is_dark=False) + judge(ACCENT_DARK, is_dark=True))


@pytest.mark.parametrize(
    ("color", "is_dark", "sentence"),
    [
        (
            "#ffcc00",
            False,
            "Links are too pale to read: 1.3 to 1, and WCAG AA asks for 4.5 to 1. Choose a darker color.",
        ),
        (
            "#0a5f5b",
            True,
            "Links are too dark to read: 2.1 to 1, and WCAG AA asks for 4.5 to 1. Choose a lighter color.",
        ),
    ],
)
def test_what_cannot_be_read_is_said(color, is_dark, sentence):
    link, _button = judge(color, is_dark=is_dark)
    assert (link.sentence, link.is_enough) == (sentence, False)


def test_ink_and_mixing():
    assert (ink_on("#0a5f5b"), ink_on("#6cc9c0")) == ("#ffffff", "#06211f")
    assert (mix("#000000", "#ffffff", 0.5), mix("#102030", "#ffffff", 0.0)) == ("#808080", "#102030")
