"""Markup without what it may not hold, and the words of a text without its markup."""

import pytest
from wagtail.rich_text import expand_db_html

from workbench.html import clean_html, plain_text


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


PICTURE = '<embed embedtype="image" alt="a" format="left" id="{}"/>'


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ('<a linktype="page" id="3">x</a>', '<a linktype="page" id="3">x</a>'),
        ('<a linktype="page" id="x">x</a>', "<a>x</a>"),
        ('<a linktype="document" id="1234567890">x</a>', "<a>x</a>"),
        ('<a id="٣" linktype="page" title="t">x</a>', '<a title="t">x</a>'),
        ('<a linktype="page">x</a>', "<a>x</a>"),
        ('<a href="#note" id="back">x</a>', '<a href="#note" id="back">x</a>'),
        (PICTURE.format(3), PICTURE.format(3)),
        (PICTURE.format("x"), ""),
        ('<embed embedtype="image" id="3">', ""),
        ('<embed embedtype="media" id="3" format="left">', ""),
    ],
)
@pytest.mark.django_db
def test_links_and_pictures_of_this_site_stay_where_wagtail_can_show_them(html, cleaned):
    assert clean_html(html) == cleaned
    assert clean_html(cleaned) == cleaned
    assert "linktype" not in expand_db_html(cleaned)


def test_links_and_pictures_of_this_site_leave_their_words():
    html = '<p><a linktype="page" id="3">x</a> <a href="https://example.com/">y</a>' + PICTURE.format(3) + "</p>"
    assert clean_html(html, keep_own=False) == '<p><a>x</a> <a href="https://example.com/">y</a></p>'


def test_controls_that_no_page_shows_are_left_out():
    assert clean_html("<p>a\x05b&#5;c\x7fd\te\nf</p>") == "<p>abcd\te\nf</p>"
