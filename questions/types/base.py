"""The interface every question type keeps. Pure: no models, no requests.

A *definition* is the value of the type's authoring block (a `StructValue`). *Values* are what a form sent: lists of
strings by part, with "" for the question as a whole. An *answer* is what `clean_answer` makes of them: plain JSON, stored
with the response. Nothing that `choices` or `parts` returns may tell which answer is right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from questions.exceptions import AnswerInvalid
from workbench.text import plain_text

Answer = dict[str, Any]
Values = Mapping[str, list[str]]
PLACES = Decimal("0.0001")
WHOLE = Decimal(100)


@dataclass(frozen=True)
class Choice:
    """One thing to choose, as the learner may see it before answering."""

    id: str
    html: Any


@dataclass(frozen=True)
class Part:
    """One field of a question that has several: the prompt of a pair, an item to be ordered, a gap."""

    key: str
    html: Any = ""
    choices: tuple[Choice, ...] = ()
    kind: str = ""


@dataclass(frozen=True)
class Grade:
    """What an answer was worth.

    ``score`` is the share of the points earned, at most 1, in four decimals, and below 0 only where the author takes
    points for a wrong answer. It is None for a poll, which has no right answer, and while a person has yet to grade
    (``needs_grading``). ``feedback`` holds what may be said about the chosen options or filled parts, by id, with the
    key "" for feedback on the answer as a whole. ``parts`` is the share that each filled part earned, by its key.
    """

    score: Decimal | None
    feedback: dict[str, str] = field(default_factory=dict)
    parts: dict[str, Decimal] = field(default_factory=dict)
    needs_grading: bool = False

    @property
    def is_right(self) -> bool | None:
        return None if self.score is None else self.score == 1


class QuestionType:
    """A kind of question: how it is authored, shown, cleaned, graded, imported and exported.

    A class with a ``name`` is registered; one without is what several types share.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    description: ClassVar[str | Promise]
    icon: ClassVar[str] = "help"
    # Where it stands among the kinds to choose from.
    order: ClassVar[int] = 1000
    # Worth points. A poll is not.
    is_graded: ClassVar[bool] = True
    # Its points are given by a person, later.
    graded_by_hand: ClassVar[bool] = False

    @property
    def template(self) -> str:
        return f"questions/types/{self.name}.html"

    def block(self) -> blocks.StructBlock:
        """The authoring block."""
        raise NotImplementedError

    def empty(self) -> Any:
        """The value a new question's form starts with."""
        return self.block().get_default()

    def several(self, definition: Any) -> bool:
        """Whether more than one choice may be made."""
        return False

    def choices(self, definition: Any, seed: str = "") -> list[Choice]:
        """What the learner chooses from; empty for typed answers and for types with parts.

        In authored order, or where the author asked for a random one, in that of ``seed``: the same each time.
        """
        return []

    def parts(self, definition: Any, seed: str = "") -> list[Part]:
        """The fields of a question that has several, in the order they are shown; empty for others."""
        return []

    def clean_answer(self, definition: Any, values: Values) -> Answer:
        """Turn submitted strings into an answer. Raises AnswerInvalid with a sentence for the learner."""
        raise NotImplementedError

    def values(self, definition: Any, answer: Answer) -> dict[str, list[str]]:
        """The reverse of `clean_answer`, to fill the form again. Leaves out what ``definition`` does not know."""
        raise NotImplementedError

    def fits(self, definition: Any, answer: Answer) -> bool:
        """Whether a stored answer can be graded by ``definition``, which may have changed since, even in kind."""
        raise NotImplementedError

    def grade(self, definition: Any, answer: Answer) -> Grade:
        raise NotImplementedError

    def right_answer(self, definition: Any) -> Answer | None:
        """An answer that earns the full score; None where there is none, or only a person can tell."""
        return None

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

    def cannot_reach_full(self, definition: Any) -> list[str | Promise]:
        """The problem of a question whose best answer earns less than all of its points."""
        best = self.right_answer(definition)
        if best is not None and self.grade(definition, best).score == 1:
            return []
        return [_("No answer earns the full points. Give one answer, or several together, a credit of 100.")]


def submitted(post: Any, field: str) -> dict[str, list[str]]:
    """What a form sent for the question whose field is ``field`` ("q12"): values by part, "" being the whole."""
    found = {"": post.getlist(field)} if field in post else {}
    prefix = f"{field}."
    return found | {name.removeprefix(prefix): post.getlist(name) for name in post if name.startswith(prefix)}


def share(credit: Any) -> Decimal:
    """A credit in percent as the share of the points."""
    return Decimal(credit) / WHOLE


def score_of(value: Decimal | int) -> Decimal:
    """A share as it is stored: four decimals, never beyond -1 and 1."""
    return min(max(Decimal(value), Decimal(-1)), Decimal(1)).quantize(PLACES, ROUND_HALF_UP)


def only_value(values: Values, message: str | Promise, part: str = "") -> str:
    """The one submitted value, as plain text; AnswerInvalid(message) where there is none or more than one."""
    filled = [text for value in values.get(part, []) if (text := plain_text(value))]
    if len(filled) != 1:
        raise AnswerInvalid(message)
    return filled[0]


def short_enough(text: str, length: int) -> str:
    """``text``; AnswerInvalid where it is longer than ``length``."""
    if len(text) > length:
        raise AnswerInvalid(
            _("An answer has at most %(count)d characters; this one has %(typed)d.")
            % {"count": length, "typed": len(text)}
        )
    return text
