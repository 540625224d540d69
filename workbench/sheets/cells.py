"""One cell: how text is kept from starting a formula, and how that is taken back when the file returns."""

import re
from typing import Any

BOM = "\ufeff"
# A spreadsheet program reads a cell that begins so as a formula, or strips the blank and then does.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# With any number of quotes before it, so that taking one off gives back exactly what was written.
RISKY = re.compile(r"'*[=+\-@\t\r]")
QUOTED = re.compile(r"'+[=+\-@\t\r]")


class Unusable(str):
    """A cell that holds no plain value: ``why`` is a sentence for the person, the text is what stands there."""

    why: str

    def __new__(cls, text: str, why: str) -> "Unusable":
        cell = super().__new__(cls, text)
        cell.why = why
        return cell


def safe_cell(value: Any) -> Any:
    """``value`` as it may stand in a cell: text that would start a formula gets a leading quote, numbers do not."""
    if value is None:
        return ""
    if isinstance(value, str) and RISKY.match(value):
        return f"'{value}"
    return value


def plain_cell(text: str) -> str:
    """``text`` without the quote that `safe_cell` put before it."""
    return text[1:] if QUOTED.match(text) else text
