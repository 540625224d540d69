"""What answers and grades add up to, and what their pages show."""

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
    "Check",
    "CheckQuestion",
    "LessonScore",
    "asked_questions",
    "check_question",
    "field_name",
    "latest_responses",
    "lesson_score",
]
