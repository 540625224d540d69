"""Every change to answers and grades. Each service is one transaction that writes its rows and its events."""

from assessment.services.checks import answer_check

__all__ = ["answer_check"]
