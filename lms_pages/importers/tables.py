"""Tables: which can be edited as a grid of words, and what such a grid holds."""

from typing import Any

from lxml import etree

from lms_pages.importers.pieces import words

CELL_TAGS = {"b", "strong", "i", "em", "p", "span", "div", "br", "font", "small"}


def is_simple_table(element: etree._Element, cells: list[list[etree._Element]]) -> bool:
    """Only words in a plain grid: such a table can be edited as one."""
    if len(cells) < 2 or max(len(row) for row in cells) < 2:
        return False
    for row in cells:
        for cell in row:
            if (cell.get("colspan") or "1") != "1" or (cell.get("rowspan") or "1") != "1":
                return False
            if any(not isinstance(inner.tag, str) or inner.tag not in CELL_TAGS for inner in cell.iterdescendants()):
                return False
    return True


def table_value(element: etree._Element, cells: list[list[etree._Element]]) -> dict[str, Any]:
    width = max(len(row) for row in cells)
    caption = element.find("caption")
    return {
        "first_row_is_table_header": all(cell.tag == "th" for cell in cells[0]),
        "first_col_is_header": len(cells) > 1 and all(row[0].tag == "th" for row in cells[1:]),
        "table_caption": words(caption)[:300] if caption is not None else "",
        "data": [[words(cell) for cell in row] + [""] * (width - len(row)) for row in cells],
    }
