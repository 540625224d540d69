"""What `make pictures` finds wrong with the fields of a form."""

import pytest

from deploy.pictures import CUT_FIELDS

pytestmark = pytest.mark.browser

FIELD = '<input name="one" style="width: 200px">'
NARROW = "width: 100px"


@pytest.mark.parametrize(
    ("html", "found"),
    [
        (f"<div>{FIELD}</div>", []),
        (f'<div style="{NARROW}">{FIELD}</div>', ["one"]),
        (f'<div style="{NARROW}; overflow: hidden"><p>{FIELD}</p></div>', ["one"]),
        ('<select name="two" style="margin-left: -9px"></select>', ["two"]),
        # There is room where one can scroll, and nobody sees what is for screen readers alone.
        (f'<div style="{NARROW}; overflow-x: auto">{FIELD}</div>', []),
        (f'<div style="{NARROW}"><span style="opacity: 0">{FIELD}</span></div>', []),
        (f'<div style="{NARROW}"><input type="hidden" name="three"></div>', []),
    ],
)
def test_fields_that_stick_out_are_named(page, html, found):
    page.set_content(f"<main>{html}</main>")
    assert page.evaluate(CUT_FIELDS) == found
