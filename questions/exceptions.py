"""What can be wrong about a question or an answer to it."""


class QuestionError(Exception):
    """Base of all errors of the question bank; its text is a sentence for a person."""


class AnswerInvalid(QuestionError):
    """The submitted answer cannot be understood; nothing was graded."""


class UnknownQuestionType(QuestionError):
    """No such question type is registered."""
