"""Drawn covers: always the same, each different, the topic's color."""

import re

import pytest
from django.template.loader import render_to_string

from library.models import Topic
from lms_pages.covers import HEIGHT, HUES, PATTERNS, WIDTH, draw_cover, hue_of
from lms_pages.models import CoursePage
from lms_pages.templatetags.cover_tags import drawn_cover, framed
from tests.factories.lms_pages import make_course

PINNED = ("sheets", 5, "M156.1 241.7L-1.8 122.1L29.5 80.8L187.4 200.4Z")


def test_a_cover_is_the_same_every_time():
    first = draw_cover(key="a-course", initials="AC", topic="Data")
    assert first == draw_cover(key="a-course", initials="AC", topic="Data")
    # Pinned: a cover that changes with a release would be another picture on every card.
    assert (first.pattern, first.hue, first.shapes[0].d) == PINNED


def test_a_thousand_courses_of_one_topic_have_a_thousand_covers():
    covers = [draw_cover(key=f"course {number}", initials="AC", topic="Data") for number in range(1000)]
    assert len({cover.shapes for cover in covers}) == 1000
    assert {cover.pattern for cover in covers} == set(PATTERNS)
    assert {cover.hue for cover in covers} == {hue_of("data")}


def test_topics_spread_over_the_color_circle():
    hues = [hue_of(f"Topic {number}") for number in range(600)]
    assert set(hues) == set(range(HUES))
    assert hue_of(" Safety ") == hue_of("safety")


def test_without_a_topic_the_key_colors_the_cover():
    assert len({draw_cover(key=f"course {number}", initials="A").hue for number in range(200)}) > HUES // 2


@pytest.mark.parametrize("pattern", PATTERNS)
def test_each_pattern_draws_within_sight(pattern):
    cover = next(
        found
        for found in (draw_cover(key=str(number), initials="A") for number in range(500))
        if found.pattern == pattern
    )
    assert 3 <= len(cover.shapes) <= 250
    assert all(1 <= shape.tone <= 3 for shape in cover.shapes)
    starts = [tuple(map(float, re.match(r"M(-?[\d.]+) (-?[\d.]+)", shape.d).groups())) for shape in cover.shapes]
    assert any(0 <= x <= WIDTH and -10 <= y <= HEIGHT + 60 for x, y in starts)


def test_the_drawing_is_decorative_and_has_no_style():
    cover = draw_cover(key="x", initials="<b>", topic="Data")
    html = render_to_string(
        "includes/drawn_cover.html", {"cover": cover, "width": 1, "height": 1, "plate": 1, "plate_top": 1}
    )
    assert 'aria-hidden="true"' in html
    assert "style=" not in html
    assert "&lt;b&gt;" in html


def test_the_tag_takes_the_first_topic(db):
    course = make_course("Cover letters", with_check=False)
    course.topics.set([Topic.objects.create(name="Zoology", slug="zoology")])
    course.save()
    course = CoursePage.objects.get(pk=course.pk)
    assert drawn_cover(course) == drawn_cover(course, "Zoology") != drawn_cover(course, "Botany")
    assert ">CL</text>" in drawn_cover(course)


def test_framed_wraps_tables_and_lets_the_keyboard_reach_them():
    html = framed('<p>a</p><table><tr><td>1</td></tr></table><pre>x</pre><pre tabindex="0">y</pre>')
    assert html == (
        '<p>a</p><div class="table-scroll" role="group" tabindex="0" aria-label="Table"><table><tr><td>1</td></tr></table>'
        '</div><pre tabindex="0">x</pre><pre tabindex="0">y</pre>'
    )


def test_framed_leaves_other_markup_alone():
    assert framed("<p>tables and <b>pre</b>fixes</p>") == "<p>tables and <b>pre</b>fixes</p>"
