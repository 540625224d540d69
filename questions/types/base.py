"""The interface every question type keeps. Pure: no models, no requests.

A *definition* is the value of the type's authoring block (a `StructValue`). An
*answer* is what `clean_answer` returns: plain JSON, stored with the response.
Nothing that `choices` returns may tell which answer is right.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.functional import Promise
from wagtail import blocks

from questions.exceptions import AnswerInvalid
from workbench.text import plain_text

Answer = dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """One thing to choose, as the learner may see it before answering."""

    id: str
    html: Any


@dataclass(frozen=True)
class Grade:
    """What an answer was worth.

    ``score`` is the share of the points earned, 0 to 1; None for a poll, which has
    no right answer. ``feedback`` holds what may be said about the chosen options,
    by option id, with the key "" for feedback on the answer as a whole.
    """

    score: Decimal | None
    feedback: dict[str, str] = field(default_factory=dict)

    @property
    def is_right(self) -> bool | None:
        return None if self.score is None else self.score == 1


class QuestionType:
    """A kind of question: how it is authored, shown, cleaned and graded."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    description: ClassVar[str | Promise]
    icon: ClassVar[str] = "help"
    is_graded: ClassVar[bool] = True

    @property
    def template(self) -> str:
        return f"questions/types/{self.name}.html"

    def block(self) -> blocks.StructBlock:
        """The authoring block."""
        raise NotImplementedError

    def empty(self) -> Any:
        """The value a new question's form starts with."""
        return self.block().get_default()

    def choices(self, definition: Any, seed: str = "") -> list[Choice]:
        """What the learner chooses from; empty for typed answers.

        In authored order, or where the author asked for a random one, in that of ``seed``: the same each time.
        """
        return []

    def clean_answer(self, definition: Any, values: list[str]) -> Answer:
        """Turn submitted strings into an answer. Raises AnswerInvalid with a sentence for the learner."""
        raise NotImplementedError

    def fits(self, definition: Any, answer: Answer) -> bool:
        """Whether a stored answer can be graded by ``definition``, which may have changed since, even in kind."""
        raise NotImplementedError

    def grade(self, definition: Any, answer: Answer) -> Grade:
        raise NotImplementedError

    def describe(self, definition: Any, answer: Answer) -> str:
        """The answer in words, for reports and histories."""
        raise NotImplementedError

    def problems(self, definition: Any) -> list[str | Promise]:
        """Why this question cannot be published yet, one sentence each."""
        return []

    def from_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Plain data (a file, an importer) to the authoring block's stored form."""
        raise NotImplementedError

    def to_data(self, definition: Any) -> dict[str, Any]:
        """The reverse of `from_data`."""
        raise NotImplementedError


def only_value(values: list[str], message: str | Promise) -> str:
    """The one submitted value, as plain text; AnswerInvalid(message) where there is none or more than one."""
    filled = [text for value in values if (text := plain_text(value))]
    if len(filled) != 1:
        raise AnswerInvalid(message)
    return filled[0]
