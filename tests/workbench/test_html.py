"""The words of a text, without its markup."""

import pytest

from workbench.html import plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>R&amp;D &mdash; caf&eacute;</p>", "R&D — café"),
        ("<p>One</p><p>Two<br>three</p>", "One Two three"),
        ("<ul><li>a</li><li>b <b>c</b>d</li></ul>", "a b cd"),
        ("<p>x &lt; 1</p>", "x < 1"),
        ("&nbsp;\n", ""),
    ],
)
def test_plain_text(html, text):
    assert plain_text(html) == text
