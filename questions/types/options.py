"""What the types with options share: single choice, multiple answers, true or false, poll."""

from collections import Counter
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from questions.exceptions import AnswerInvalid
from questions.types.authoring import (
    OPTION_FEATURES,
    RESULTS,
    ROW,
    as_html,
    credit_block,
    credit_from_data,
    credit_to_data,
    empty_items,
    feedback_block,
    html_of,
    items,
    items_from_data,
    result_blocks,
    results_from_data,
    results_to_data,
)
from questions.types.base import Answer, Choice, QuestionType, share
from questions.types.mixing import mixed
from workbench.html import plain_text


class OptionsType(QuestionType):
    """An answer is ``{"options": [option id, …]}`` in authored order."""

    def empty(self) -> Any:
        return self.block().to_python({"options": empty_items(3, {})})

    def options(self, definition: Any) -> dict[str, Any]:
        return items(definition, "options")

    def choices(self, definition: Any, seed: str = "") -> list[Choice]:
        options = self.options(definition)
        keys = mixed(options, seed) if seed and definition.get("shuffle") else options
        return [Choice(id=key, html=options[key]["text"]) for key in keys]

    def chosen(self, definition: Any, values: list[str]) -> list[str]:
        known = self.options(definition)
        if unknown := set(values) - set(known):
            raise AnswerInvalid(
                _("%(count)d of the chosen options do not belong to this question. Load the page again.")
                % {"count": len(unknown)}
            )
        return [key for key in known if key in values]

    def values(self, definition: Any, answer: Answer) -> dict[str, list[str]]:
        known = self.options(definition)
        return {"": [key for key in answer.get("options", []) if key in known]}

    def describe(self, definition: Any, answer: Answer) -> str:
        known = self.options(definition)
        return "; ".join(plain_text(html_of(known[key]["text"])) if key in known else "?" for key in answer["options"])

    def fits(self, definition: Any, answer: Answer) -> bool:
        return "options" in answer and set(answer["options"]) <= set(self.options(definition))

    def feedback(self, definition: Any, chosen: list[str]) -> dict[str, str]:
        known = self.options(definition)
        return {key: html_of(known[key]["feedback"]) for key in chosen if known[key].get("feedback")}

    def wrong_texts(self, definition: Any) -> list[str | Promise]:
        """What is wrong about the texts of the options: one is missing, or two are the same."""
        shown = [html_of(option["text"]) for option in self.options(definition).values()]
        if not all(html.strip() for html in shown):
            return [_("An option has no text. Write it, or delete the option.")]
        texts = [plain_text(html) for html in shown]
        same = sorted(text for text, count in Counter(texts).items() if text and count > 1)
        return [_("Two options read “%(text)s”. Change one of them.") % {"text": text} for text in same]


class JudgedOptionsType(OptionsType):
    """Options that are right or wrong, each with a credit of its own if the author wants partial points."""

    def option_block(self) -> blocks.StructBlock:
        return blocks.StructBlock(
            [
                ("text", blocks.RichTextBlock(label=_("Option"), features=OPTION_FEATURES)),
                ("is_right", blocks.BooleanBlock(label=_("Right"), required=False)),
                (
                    "credit",
                    credit_block(
                        required=False,
                        help_text=_("Empty: full for right options, none for wrong ones. Below 0 takes points away."),
                    ),
                ),
                (
                    "feedback",
                    feedback_block(
                        _(
                            "Shown to learners who chose this option: why it is right, or what it would be the answer to."
                        )
                    ),
                ),
            ],
            label=_("Option"),
            label_format="{text}",
            icon="list-ul",
            form_classname=ROW,
        )

    def extra_blocks(self) -> list[tuple[str, blocks.Block]]:
        return []

    def block(self) -> blocks.StructBlock:
        return blocks.StructBlock(
            [
                ("options", blocks.ListBlock(self.option_block(), label=_("Options"), min_num=2)),
                *self.extra_blocks(),
                ("shuffle", blocks.BooleanBlock(label=_("Show the options in random order"), required=False)),
                *result_blocks(*RESULTS),
            ],
            label=self.label,
            icon=self.icon,
        )

    def credit(self, option: Any) -> Decimal:
        """The share that choosing this option alone earns."""
        return share(option["credit"]) if option.get("credit") is not None else Decimal(bool(option["is_right"]))

    def from_data(self, data: dict[str, Any]) -> dict[str, Any]:
        values = [
            {
                "text": as_html(option["text"]),
                "is_right": bool(option.get("right")),
                "credit": credit_from_data(option.get("credit")),
                "feedback": as_html(option.get("feedback") or ""),
            }
            for option in data["options"]
        ]
        return {
            "options": items_from_data(values, "option", data.get("namespace")),
            "shuffle": bool(data.get("shuffle")),
            **results_from_data(data, *RESULTS),
        }

    def to_data(self, definition: Any) -> dict[str, Any]:
        return {
            "options": [
                {
                    "text": html_of(option["text"]),
                    "feedback": html_of(option["feedback"]),
                    "right": bool(option["is_right"]),
                    "credit": credit_to_data(option["credit"]),
                }
                for option in self.options(definition).values()
            ],
            "shuffle": bool(definition["shuffle"]),
            **results_to_data(definition, *RESULTS),
        }
