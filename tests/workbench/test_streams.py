"""Rich text inside stream fields is cleaned at any depth, and nothing else changes."""

from wagtail import blocks

from workbench.streams import cleaned_stream

BAD = '<p onclick="x()">Fine<script>alert(1)</script></p>'
GOOD = "<p>Fine</p>"


class Line(blocks.StructBlock):
    name = blocks.CharBlock()
    texts = blocks.ListBlock(blocks.RichTextBlock())


class Stream(blocks.StreamBlock):
    line = Line()
    inner = blocks.StreamBlock([("text", blocks.RichTextBlock())])
    raw = blocks.RawHTMLBlock()


def stored(text: str) -> list:
    return [
        {
            "type": "line",
            "id": "1",
            "value": {"name": "a < b", "texts": [{"type": "item", "id": "2", "value": text}]},
        },
        {"type": "inner", "id": "3", "value": [{"type": "text", "id": "4", "value": text}]},
        {"type": "raw", "id": "5", "value": BAD},
    ]


def test_rich_text_is_cleaned_wherever_it_lies():
    stream = Stream().to_python(stored(BAD))
    assert cleaned_stream(stream).get_prep_value() == stored(GOOD)


def test_what_is_clean_stays_the_very_same():
    stream = Stream().to_python(stored(GOOD))
    assert cleaned_stream(stream) is stream


def test_what_no_block_is_known_for_is_left_alone():
    entry = {"type": "line", "id": "1", "value": {"name": "a", "texts": [], "gone": BAD}}
    assert cleaned_stream(Stream().to_python([entry])).get_prep_value()[0]["value"]["name"] == "a"
