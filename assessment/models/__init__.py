"""Learners' rows of assessment: what they answered."""

from assessment.models.responses import Response

__all__ = ["Response"]
