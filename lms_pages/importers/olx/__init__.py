"""Open edX courses (OLX): what Studio's export writes, as plain data."""

from lms_pages.importers.olx.parse import parse_course

FORMAT = "olx"

__all__ = ["FORMAT", "parse_course"]
