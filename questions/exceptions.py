"""What can be wrong about a question or an answer to it."""

from typing import Any


class QuestionError(Exception):
    """Base of all errors of the question bank; its text is a sentence for a person."""


class AnswerInvalid(QuestionError):
    """The submitted answer cannot be understood; nothing was graded."""


class AnswerUnfinished(AnswerInvalid):
    """The answer can be understood and kept, but is not yet what the question asks for: ``answer`` is what there is."""

    def __init__(self, message: Any, answer: dict[str, Any]):
        super().__init__(message)
        self.answer = answer


class UnknownQuestionType(QuestionError):
    """No such question type is registered."""
