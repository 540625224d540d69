"""Learners' rows of assessment: what they answered, and what both add up to."""

from assessment.models.grades import GradeOverride
from assessment.models.responses import Response
from assessment.models.statistics import ItemStatistic, PageStatistic

__all__ = ["GradeOverride", "ItemStatistic", "PageStatistic", "Response"]
