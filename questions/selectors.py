"""What can be asked about the question bank."""

from django.db.models import QuerySet

from questions.models import Question
from questions.types import QUESTION_TYPES


def pool(*, topic_id: int | None = None, skill_id: int | None = None, difficulty: str = "") -> QuerySet[Question]:
    """The published questions of a topic, a skill and a difficulty that can earn points; what is None or empty is not
    asked about."""
    graded = [kind.name for kind in QUESTION_TYPES.values() if kind.is_graded]
    questions = Question.objects.filter(live=True, type__in=graded)
    if topic_id is not None:
        questions = questions.filter(topics=topic_id)
    if skill_id is not None:
        questions = questions.filter(skills=skill_id)
    if difficulty:
        questions = questions.filter(difficulty=difficulty)
    return questions
