"""Short text: a word or two, compared with the answers the author accepts."""

import re
import unicodedata
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from questions.types.authoring import (
    RESULTS,
    ROW,
    as_html,
    credit_block,
    credit_from_data,
    credit_to_data,
    empty_items,
    feedback_block,
    html_of,
    items_from_data,
    result_blocks,
    result_feedback,
    results_from_data,
    results_to_data,
)
from questions.types.base import Answer, Grade, QuestionType, Values, only_value, score_of, share, short_enough

# A star that no backslash takes its meaning from.
WILDCARD = re.compile(r"(?<!\\)\*")


def folded(text: str, case_sensitive: bool) -> str:
    """Text as it is compared: one form of Unicode, single spaces, case folded unless it matters."""
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    return text if case_sensitive else text.casefold()


def matches(pattern: str, text: str, case_sensitive: bool) -> bool:
    """Whether ``text`` is what ``pattern`` describes: a star stands for any text or none, ``\\*`` for a star itself.

    Pieces between stars are looked for one after the other, so that no pattern can take long.
    """
    # Marked first: folding makes stars of other characters, such as ＊.
    marked = WILDCARD.sub("\0", pattern).replace("\\*", "*")
    pieces = folded(marked, case_sensitive).split("\0")
    text = folded(text, case_sensitive)
    if len(pieces) == 1:
        return text == pieces[0]
    first, *middle, last = pieces
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    place, end = len(first), len(text) - len(last)
    for piece in middle:
        place = text.find(piece, place, end)
        if place < 0:
            return False
        place += len(piece)
    return True


def literal(text: str) -> str:
    """The pattern that describes ``text`` and nothing else."""
    return text.replace("*", "\\*")


def example(pattern: str) -> str:
    """A text that ``pattern`` describes."""
    return WILDCARD.sub("", pattern).replace("\\*", "*").strip()


class ShortText(QuestionType):
    """The first accepted answer that matches decides about credit and feedback. An answer is ``{"text": str}``."""

    name = "short_text"
    label = _("Short text")
    description = _("A word or two, compared with the answers you accept.")
    icon = "edit"
    order = 40
    max_length = 500

    def block(self) -> blocks.StructBlock:
        accepted = blocks.StructBlock(
            [
                (
                    "text",
                    blocks.CharBlock(
                        label=_("Accepted answer"),
                        help_text=_("* stands for any text, \\* for a star itself."),
                        max_length=self.max_length,
                    ),
                ),
                ("credit", credit_block(default=100)),
                ("feedback", feedback_block(_("Shown to learners who gave this answer."))),
            ],
            label=_("Accepted answer"),
            label_format="{text}",
            icon="edit",
            form_classname=ROW,
        )
        return blocks.StructBlock(
            [
                (
                    "accepted",
                    blocks.ListBlock(
                        accepted,
                        label=_("Accepted answers"),
                        min_num=1,
                        help_text=_("They are tried from the first to the last; the first that matches counts."),
                    ),
                ),
                ("case_sensitive", blocks.BooleanBlock(label=_("Upper and lower case matter"), required=False)),
                *result_blocks(*RESULTS),
            ],
            label=self.label,
            icon=self.icon,
        )

    def empty(self) -> Any:
        return self.block().to_python({"accepted": empty_items(1, {})})

    def clean_answer(self, definition: Any, values: Values) -> Answer:
        text = only_value(values, _("Type your answer, then check it."))
        return {"text": short_enough(text, self.max_length)}

    def values(self, definition: Any, answer: Answer) -> dict[str, list[str]]:
        return {"": [answer["text"]] if "text" in answer else []}

    def fits(self, definition: Any, answer: Answer) -> bool:
        return "text" in answer

    def grade(self, definition: Any, answer: Answer) -> Grade:
        case = bool(definition["case_sensitive"])
        found = next((entry for entry in definition["accepted"] if matches(entry["text"], answer["text"], case)), None)
        score = score_of(share(found["credit"] or 0) if found else 0)
        return Grade(score, result_feedback(definition, score, *([found["feedback"]] if found else [])))

    def right_answer(self, definition: Any) -> Answer | None:
        answers = [{"text": example(entry["text"])} for entry in definition["accepted"] if entry["text"]]
        right = (answer for answer in answers if answer["text"] and self.grade(definition, answer).score == 1)
        return next(right, None)

    def describe(self, definition: Any, answer: Answer) -> str:
        return answer["text"]

    def problems(self, definition: Any) -> list[str | Promise]:
        texts = [(entry["text"] or "").strip() for entry in definition["accepted"]]
        if not any(texts):
            return [_("Give at least one accepted answer.")]
        found: list[str | Promise] = []
        for entry in definition["accepted"]:
            if (entry["text"] or "").strip("* ") == "" and (entry["credit"] or 0) > 0:
                found.append(_("The accepted answer “*” would give points for any text. Give it a credit of 0."))
                break
        case = bool(definition["case_sensitive"])
        seen = [folded(text, case) for text in texts]
        if same := next((text for text in texts if text and seen.count(folded(text, case)) > 1), ""):
            found.append(_("“%(text)s” is accepted twice. Delete one of them.") % {"text": same})
        return found + self.cannot_reach_full(definition)

    def from_data(self, data: dict[str, Any]) -> dict[str, Any]:
        entries = [{"text": entry} if isinstance(entry, str) else entry for entry in data["accepted"]]
        values = [
            {
                "text": entry["text"],
                "credit": credit_from_data(entry.get("credit", 100)),
                "feedback": as_html(entry.get("feedback") or ""),
            }
            for entry in entries
        ]
        return {
            "accepted": items_from_data(values, "accepted", data.get("namespace")),
            "case_sensitive": bool(data.get("case_sensitive")),
            **results_from_data(data, *RESULTS),
        }

    def to_data(self, definition: Any) -> dict[str, Any]:
        return {
            "accepted": [
                {
                    "text": entry["text"],
                    "credit": credit_to_data(entry["credit"]),
                    "feedback": html_of(entry["feedback"]),
                }
                for entry in definition["accepted"]
            ],
            "case_sensitive": bool(definition["case_sensitive"]),
            **results_to_data(definition, *RESULTS),
        }
