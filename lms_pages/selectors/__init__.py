"""What can be asked about the tree of a course."""

from lms_pages.selectors.outline import Outline, OutlineLesson, OutlineModule, course_outline, read_outline
from lms_pages.selectors.publication import Entry, Publication, publication
from lms_pages.selectors.titles import titles_of

__all__ = [
    "Entry",
    "Outline",
    "OutlineLesson",
    "OutlineModule",
    "Publication",
    "course_outline",
    "publication",
    "read_outline",
    "titles_of",
]
