"""What the knowledge checks of a lesson ask."""

from lms_pages.models import LessonPage
from questions.models import Question
from questions.types import QUESTION_TYPES


def ungraded_questions(lesson: LessonPage) -> list[Question]:
    """The questions in the checks of ``lesson`` that only a person could grade: nobody does, outside of quizzes."""
    asked = {key for keys in lesson.knowledge_checks.values() for key in keys}
    by_hand = [kind.name for kind in QUESTION_TYPES.values() if kind.graded_by_hand]
    return list(Question.objects.filter(pk__in=asked, type__in=by_hand)) if asked else []
