"""Every change to answers and grades. Each service is one transaction that writes its rows and its events."""

from assessment.services.checks import answer_check
from assessment.services.grades import clear_override, override_grade

__all__ = ["answer_check", "clear_override", "override_grade"]
