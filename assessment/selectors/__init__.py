"""What answers, attempts and grades add up to, and what their pages show."""

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
from assessment.selectors.grades import (
    Gradebook,
    GradedLesson,
    LearnerGrades,
    Plan,
    gradebook,
    grading_plan,
    learner_grades,
    override_history,
)

__all__ = [
    "Admission",
    "Allowance",
    "Check",
    "Gradebook",
    "GradedLesson",
    "LearnerGrades",
    "LessonScore",
    "Plan",
    "Usage",
    "admission",
    "allowance_for",
    "asked_questions",
    "attempts_of",
    "check_question",
    "earned",
    "field_name",
    "gradebook",
    "grading_plan",
    "latest_responses",
    "learner_grades",
    "lesson_score",
    "override_history",
    "question_usage",
]
