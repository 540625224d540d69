"""Every change to answers and grades. Each service is one transaction that writes its rows and its events."""

from assessment.services.checks import answer_check
from assessment.services.grades import clear_override, override_grade
from assessment.services.statistics import compute_item_statistics, refresh_item_statistics

__all__ = [
    "answer_check",
    "clear_override",
    "compute_item_statistics",
    "override_grade",
    "refresh_item_statistics",
]
