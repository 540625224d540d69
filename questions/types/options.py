"""Types whose answer is one or more of the authored options: single choice, multiple answers, poll."""

import random
import uuid
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from questions.exceptions import AnswerInvalid
from questions.types.base import Answer, Choice, Grade, QuestionType, only_value
from workbench.html import plain_text

OPTION_FEATURES = ["bold", "italic", "code", "superscript", "subscript"]


def feedback_block() -> blocks.RichTextBlock:
    return blocks.RichTextBlock(
        label=_("Feedback"),
        required=False,
        features=[*OPTION_FEATURES, "link"],
        help_text=_("Shown to learners who chose this option: why it is right, or what it would be the answer to."),
    )


class OptionBlock(blocks.StructBlock):
    text = blocks.RichTextBlock(label=_("Option"), features=OPTION_FEATURES)
    is_right = blocks.BooleanBlock(label=_("Right"), required=False)
    feedback = feedback_block()

    class Meta:
        label = _("Option")
        label_format = "{text}"
        icon = "list-ul"
        form_classname = "struct-block question-option"


class PollOptionBlock(blocks.StructBlock):
    text = blocks.RichTextBlock(label=_("Option"), features=OPTION_FEATURES)
    feedback = feedback_block()

    class Meta:
        label = _("Option")
        label_format = "{text}"
        icon = "list-ul"


class ChoiceDefinitionBlock(blocks.StructBlock):
    options = blocks.ListBlock(OptionBlock(), label=_("Options"), min_num=2)
    shuffle = blocks.BooleanBlock(label=_("Show the options in random order"), required=False)


class PollDefinitionBlock(blocks.StructBlock):
    options = blocks.ListBlock(PollOptionBlock(), label=_("Options"), min_num=2)
    several = blocks.BooleanBlock(label=_("Several options may be chosen"), required=False)


class OptionsType(QuestionType):
    """What the types with options share. An answer is ``{"options": [option id, …]}`` in authored order."""

    def empty(self) -> Any:
        block = self.block()
        options = [{"type": "item", "id": str(uuid.uuid4()), "value": {}} for _number in range(3)]
        return block.to_python({"options": options})

    def options(self, definition: Any) -> dict[str, Any]:
        return {item.id: item.value for item in definition["options"].bound_blocks}

    def choices(self, definition: Any, seed: str = "") -> list[Choice]:
        choices = [Choice(id=key, html=value["text"]) for key, value in self.options(definition).items()]
        if seed and definition.get("shuffle"):
            random.Random(seed).shuffle(choices)  # noqa: S311
        return choices

    def chosen(self, definition: Any, values: list[str]) -> list[str]:
        known = self.options(definition)
        if unknown := set(values) - set(known):
            raise AnswerInvalid(
                _("%(count)d of the chosen options do not belong to this question. Load the page again.")
                % {"count": len(unknown)}
            )
        return [key for key in known if key in values]

    def describe(self, definition: Any, answer: Answer) -> str:
        known = self.options(definition)
        return ", ".join(plain_text(str(known[key]["text"])) if key in known else "?" for key in answer["options"])

    def fits(self, definition: Any, answer: Answer) -> bool:
        return "options" in answer and set(answer["options"]) <= set(self.options(definition))

    def feedback(self, definition: Any, chosen: list[str]) -> dict[str, str]:
        known = self.options(definition)
        return {key: str(known[key]["feedback"]) for key in chosen if known[key].get("feedback")}

    def from_data(self, data: dict[str, Any]) -> dict[str, Any]:
        namespace = data.get("namespace")
        return {
            "options": [
                {
                    "type": "item",
                    "id": str(uuid.uuid5(namespace, f"option:{number}") if namespace else uuid.uuid4()),
                    "value": self.option_from_data(option),
                }
                for number, option in enumerate(data["options"])
            ],
            **({"shuffle": bool(data.get("shuffle"))} if self.is_graded else {"several": bool(data.get("several"))}),
        }

    def option_from_data(self, option: dict[str, Any]) -> dict[str, Any]:
        value = {"text": as_html(option["text"]), "feedback": as_html(option.get("feedback") or "")}
        return value | {"is_right": bool(option.get("right"))} if self.is_graded else value

    def to_data(self, definition: Any) -> dict[str, Any]:
        return {
            "options": [
                {
                    "text": str(option["text"]),
                    "feedback": str(option["feedback"]),
                    **({"right": option["is_right"]} if self.is_graded else {}),
                }
                for option in self.options(definition).values()
            ]
        }


def as_html(text: str) -> str:
    """Plain text becomes one escaped paragraph; text that is markup already stays."""
    return text if not text or text.lstrip().startswith("<") else format_html("<p>{}</p>", text)


class SingleChoice(OptionsType):
    name = "single_choice"
    label = _("Single choice")
    description = _("One option is right.")
    icon = "radio-full"

    def block(self) -> blocks.StructBlock:
        return ChoiceDefinitionBlock(label=self.label, icon=self.icon)

    def clean_answer(self, definition: Any, values: list[str]) -> Answer:
        value = only_value(values, _("Choose one of the options, then check your answer."))
        return {"options": self.chosen(definition, [value])}

    def fits(self, definition: Any, answer: Answer) -> bool:
        return super().fits(definition, answer) and len(answer["options"]) == 1

    def grade(self, definition: Any, answer: Answer) -> Grade:
        known = self.options(definition)
        (key,) = answer["options"]
        return Grade(Decimal(bool(known[key]["is_right"])), self.feedback(definition, [key]))

    def problems(self, definition: Any) -> list[str | Promise]:
        right = sum(bool(option["is_right"]) for option in self.options(definition).values())
        return [] if right == 1 else [_("Mark exactly one option as right; %(count)d are marked.") % {"count": right}]


class MultipleAnswers(OptionsType):
    """All right options and no wrong one: full score; anything else earns nothing."""

    name = "multiple_answers"
    label = _("Multiple answers")
    description = _("Every right option has to be chosen, and no other.")
    icon = "check"

    def block(self) -> blocks.StructBlock:
        return ChoiceDefinitionBlock(label=self.label, icon=self.icon)

    def clean_answer(self, definition: Any, values: list[str]) -> Answer:
        if not values:
            raise AnswerInvalid(_("Choose every option that is right, then check your answer."))
        return {"options": self.chosen(definition, values)}

    def grade(self, definition: Any, answer: Answer) -> Grade:
        right = {key for key, option in self.options(definition).items() if option["is_right"]}
        return Grade(Decimal(set(answer["options"]) == right), self.feedback(definition, answer["options"]))

    def problems(self, definition: Any) -> list[str | Promise]:
        if any(option["is_right"] for option in self.options(definition).values()):
            return []
        return [_("Mark at least one option as right.")]


class Poll(OptionsType):
    name = "poll"
    label = _("Poll (no right answer)")
    description = _("Nobody is right or wrong; answers are only counted.")
    icon = "group"
    is_graded = False

    def block(self) -> blocks.StructBlock:
        return PollDefinitionBlock(label=self.label, icon=self.icon)

    def clean_answer(self, definition: Any, values: list[str]) -> Answer:
        if not values:
            raise AnswerInvalid(_("Choose an option, then send your answer."))
        if len(values) > 1 and not definition["several"]:
            raise AnswerInvalid(_("Choose one option only."))
        return {"options": self.chosen(definition, values)}

    def grade(self, definition: Any, answer: Answer) -> Grade:
        return Grade(None, self.feedback(definition, answer["options"]))
