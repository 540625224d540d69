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
from assessment.selectors.grades import (
    Gradebook,
    GradedItem,
    LearnerGrades,
    Plan,
    gradebook,
    grading_plan,
    learner_grades,
    override_history,
)

__all__ = [
    "Check",
    "CheckQuestion",
    "Gradebook",
    "GradedItem",
    "LearnerGrades",
    "LessonScore",
    "Plan",
    "asked_questions",
    "check_question",
    "field_name",
    "gradebook",
    "grading_plan",
    "latest_responses",
    "learner_grades",
    "lesson_score",
    "override_history",
]
