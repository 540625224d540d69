"""Pages of learners who answer and see their grades, and of those who teach and grade."""

from assessment.views.checks import anchor

__all__ = ["anchor"]
