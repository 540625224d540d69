"""The blocks a lesson is written with, in the order editors see them."""

from lms_pages.blocks.body import BLOCK_GROUPS, LessonBody, lesson_blocks

__all__ = ["BLOCK_GROUPS", "LessonBody", "lesson_blocks"]
