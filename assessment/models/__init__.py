"""Learners' rows of assessment: what they answered, and what was said of it by hand."""

from assessment.models.grades import GradeOverride
from assessment.models.responses import Response

__all__ = ["GradeOverride", "Response"]
