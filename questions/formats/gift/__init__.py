"""GIFT, the text format that Moodle reads and writes."""

from questions.formats.gift.reading import parse
from questions.formats.gift.writing import write

__all__ = ["parse", "write"]
