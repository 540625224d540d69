"""Writing a course that was read from an export: files, questions and pages, whole or not at all."""

from lms_pages.services.course_import.course import import_course

__all__ = ["import_course"]
