"""What answers and attempts add up to, and what their pages show."""

from assessment.selectors.attempts import Admission, Allowance, admission, allowance_for, attempts_of
from assessment.selectors.checks import (
    Check,
    LessonScore,
    Usage,
    asked_questions,
    check_question,
    earned,
    field_name,
    latest_responses,
    lesson_score,
    question_usage,
)

__all__ = [
    "Admission",
    "Allowance",
    "Check",
    "LessonScore",
    "Usage",
    "admission",
    "allowance_for",
    "asked_questions",
    "attempts_of",
    "check_question",
    "earned",
    "field_name",
    "latest_responses",
    "lesson_score",
    "question_usage",
]
