"""What answers and attempts add up to, and what their pages show."""

from assessment.selectors.attempts import Admission, Allowance, admission, allowance_for, attempts_of
from assessment.selectors.checks import (
    Check,
    CheckQuestion,
    LessonScore,
    asked_questions,
    check_question,
    field_name,
    latest_responses,
    lesson_score,
)

__all__ = [
    "Admission",
    "Allowance",
    "Check",
    "CheckQuestion",
    "LessonScore",
    "admission",
    "allowance_for",
    "asked_questions",
    "attempts_of",
    "check_question",
    "field_name",
    "latest_responses",
    "lesson_score",
]
