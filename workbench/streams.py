"""Cleaning the rich text inside stream fields, however deep it lies and whatever way it came in."""

from typing import Any

from wagtail import blocks
from wagtail.blocks.stream_block import BaseStreamBlock, StreamValue
from wagtail.blocks.struct_block import BaseStructBlock

from workbench.html import clean_html


def cleaned_stream(stream: StreamValue) -> StreamValue:
    """``stream`` with all its rich text as `clean_html` leaves it; itself where nothing had to go."""
    stored = stream.get_prep_value()
    cleaned = cleaned_value(stream.stream_block, stored)
    return stream if cleaned == stored else stream.stream_block.to_python(cleaned)


def cleaned_value(block: blocks.Block, value: Any) -> Any:
    """The stored ``value`` of a block, cleaned. What no block is known for stays as it is: it is never rendered."""
    if isinstance(block, blocks.RichTextBlock):
        return clean_html(value) if isinstance(value, str) else value
    if isinstance(block, BaseStructBlock) and isinstance(value, dict):
        known = block.child_blocks
        return {name: cleaned_value(known[name], one) if name in known else one for name, one in value.items()}
    if isinstance(block, BaseStreamBlock) and isinstance(value, list):
        return [cleaned_entry(block.child_blocks.get(one["type"]), one) for one in value]
    if isinstance(block, blocks.ListBlock) and isinstance(value, list):
        return [cleaned_entry(block.child_block, one) for one in value]
    return value


def cleaned_entry(block: blocks.Block | None, entry: dict[str, Any]) -> dict[str, Any]:
    return entry if block is None else {**entry, "value": cleaned_value(block, entry["value"])}
