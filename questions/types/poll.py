"""Poll: nobody is right or wrong."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from questions.exceptions import AnswerInvalid
from questions.types.authoring import OPTION_FEATURES, as_html, feedback_block, html_of, items_from_data
from questions.types.base import Answer, Grade, Values
from questions.types.options import OptionsType


class Poll(OptionsType):
    name = "poll"
    label = _("Poll (no right answer)")
    description = _("Nobody is right or wrong; answers are only counted.")
    icon = "group"
    order = 100
    is_graded = False

    def block(self) -> blocks.StructBlock:
        option = blocks.StructBlock(
            [
                ("text", blocks.RichTextBlock(label=_("Option"), features=OPTION_FEATURES)),
                ("feedback", feedback_block(_("Shown to learners who chose this option."))),
            ],
            label=_("Option"),
            label_format="{text}",
            icon="list-ul",
        )
        return blocks.StructBlock(
            [
                ("options", blocks.ListBlock(option, label=_("Options"), min_num=2)),
                ("several", blocks.BooleanBlock(label=_("Several options may be chosen"), required=False)),
            ],
            label=self.label,
            icon=self.icon,
        )

    def several(self, definition: Any) -> bool:
        return bool(definition["several"])

    def clean_answer(self, definition: Any, values: Values) -> Answer:
        chosen = values.get("", [])
        if not chosen:
            raise AnswerInvalid(_("Choose an option, then send your answer."))
        if len(chosen) > 1 and not definition["several"]:
            raise AnswerInvalid(_("Choose one option only."))
        return {"options": self.chosen(definition, chosen)}

    def grade(self, definition: Any, answer: Answer) -> Grade:
        return Grade(None, self.feedback(definition, answer["options"]))

    def from_data(self, data: dict[str, Any]) -> dict[str, Any]:
        values = [
            {"text": as_html(option["text"]), "feedback": as_html(option.get("feedback") or "")}
            for option in data["options"]
        ]
        return {
            "options": items_from_data(values, "option", data.get("namespace")),
            "several": bool(data.get("several")),
        }

    def to_data(self, definition: Any) -> dict[str, Any]:
        return {
            "options": [
                {"text": html_of(option["text"]), "feedback": html_of(option["feedback"])}
                for option in self.options(definition).values()
            ],
            "several": bool(definition["several"]),
        }
