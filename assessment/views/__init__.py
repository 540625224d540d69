"""Answering questions, and grades: what learners see of them and what instructors do."""

from assessment.views.checks import anchor

__all__ = ["anchor"]
