"""Learners' rows of assessment: what they answered, how it was judged, and what it adds up to."""

from assessment.models.attempts import Attempt, AttemptQuestion, AttemptState, Extension, SubmittedBy
from assessment.models.grades import GradeOverride
from assessment.models.responses import Response
from assessment.models.statistics import ItemStatistic, PageStatistic

__all__ = [
    "Attempt",
    "AttemptQuestion",
    "AttemptState",
    "Extension",
    "GradeOverride",
    "ItemStatistic",
    "PageStatistic",
    "Response",
    "SubmittedBy",
]
