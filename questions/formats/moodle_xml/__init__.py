"""Moodle XML, the format in which Moodle gives away whole question banks."""

from questions.formats.moodle_xml.reading import parse
from questions.formats.moodle_xml.writing import write

__all__ = ["parse", "write"]
