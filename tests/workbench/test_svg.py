"""Drawings lose what runs or loads and keep what is drawn."""

import pytest

from workbench.svg import SvgRefused, clean_svg

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"'


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<foreignObject><body onload='x()'/></foreignObject>",
        "<rect onclick='alert(1)'/>",
        "<a xlink:href='javascript:alert(1)'><text>x</text></a>",
        "<image xlink:href='https://example.com/x.png'/>",
        "<image href='data:text/html,alert(1)'/>",
        "<use href='https://example.com/x.svg#a'/>",
        "<rect style='fill:url(https://example.com/x)'/>",
        "<style>@import 'https://example.com/x.css';</style>",
        "<set attributeName='onload' to='alert(1)'/>",
        "<animate attributeName='href' values='javascript:alert(1)'/>",
        "<rect fill=' JavaScript:alert(1)'/>",
        "<?xml-stylesheet href='https://example.com/x.css'?>",
    ],
)
def test_nothing_runs_or_loads(inside):
    cleaned = clean_svg(f"{HEAD} onload='alert(1)'>{inside}<circle r='1'/></svg>".encode()).decode()
    assert "circle" in cleaned
    for word in ("alert", "script", "example.com", "onload", "onclick"):
        assert word not in cleaned.lower().replace("http://www.w3.org", "")


def test_drawing_stays():
    drawing = f"{HEAD}><defs><path id='p' d='M0 0'/></defs><use href='#p'/><style>.a{{fill:red}}</style></svg>"
    cleaned = clean_svg(drawing.encode()).decode()
    for part in ('d="M0 0"', 'href="#p"', ".a{fill:red}"):
        assert part in cleaned


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        b"<html/>",
        b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>',
        b"\x89PNG\r\n",
    ],
)
def test_what_is_no_safe_drawing_is_refused(data):
    with pytest.raises(SvgRefused):
        clean_svg(data)
