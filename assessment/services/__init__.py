"""Every change to answers, attempts and grades. Each service is one transaction that writes its rows and its events."""

from assessment.services.attempts import check_answer, save_answers, start_attempt, submit_attempt, submit_overdue
from assessment.services.checks import answer_check
from assessment.services.extensions import follow_quiz, give_extension
from assessment.services.grades import clear_override, override_grade
from assessment.services.grading import grade_answer
from assessment.services.regrading import regrade_question
from assessment.services.statistics import compute_item_statistics, refresh_item_statistics

__all__ = [
    "answer_check",
    "check_answer",
    "clear_override",
    "compute_item_statistics",
    "follow_quiz",
    "give_extension",
    "grade_answer",
    "override_grade",
    "refresh_item_statistics",
    "regrade_question",
    "save_answers",
    "start_attempt",
    "submit_attempt",
    "submit_overdue",
]
