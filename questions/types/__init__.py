"""Question types by name. A new type is one class here and one template."""

from questions.exceptions import UnknownQuestionType
from questions.types.base import Answer, Choice, Grade, QuestionType
from questions.types.options import MultipleAnswers, Poll, SingleChoice
from questions.types.typed import Numerical, ShortText

QUESTION_TYPES: dict[str, QuestionType] = {
    kind.name: kind for kind in (SingleChoice(), MultipleAnswers(), ShortText(), Numerical(), Poll())
}


def question_type(name: str) -> QuestionType:
    try:
        return QUESTION_TYPES[name]
    except KeyError:
        raise UnknownQuestionType(f"There is no question type “{name}”.") from None


__all__ = ["QUESTION_TYPES", "Answer", "Choice", "Grade", "QuestionType", "question_type"]
