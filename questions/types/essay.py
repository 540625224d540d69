"""Essay: a text of the learner's own, read and graded by a person."""

from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import blocks

from questions.exceptions import AnswerUnfinished
from questions.types.authoring import ROW, as_html, credit_to_data, html_of, items_from_data
from questions.types.base import Answer, Grade, QuestionType, Values, only_value, short_enough


class Essay(QuestionType):
    """An answer is ``{"text": str, "words": int}``."""

    name = "essay"
    label = _("Essay")
    description = _("A text that a person reads and grades, with a rubric if you like.")
    icon = "doc-full"
    order = 90
    graded_by_hand = True
    max_length = 20_000
    # Of a criterion or level.
    max_label = 200

    def block(self) -> blocks.StructBlock:
        level = blocks.StructBlock(
            [
                ("label", blocks.CharBlock(label=_("Level"), max_length=self.max_label)),
                ("points", blocks.DecimalBlock(label=_("Points"), min_value=0, max_value=1000)),
            ],
            label=_("Level"),
            label_format="{label} ({points})",
            form_classname=ROW,
        )
        line = blocks.StructBlock(
            [
                ("criterion", blocks.CharBlock(label=_("Criterion"), max_length=self.max_label)),
                ("points", blocks.DecimalBlock(label=_("At most"), min_value=0, max_value=1000)),
                ("levels", blocks.ListBlock(level, label=_("Levels"), min_num=0, required=False, default=[])),
            ],
            label=_("Criterion"),
            label_format="{criterion} ({points})",
            icon="list-ul",
        )
        return blocks.StructBlock(
            [
                (
                    "rubric",
                    blocks.ListBlock(
                        line,
                        label=_("Rubric"),
                        required=False,
                        min_num=0,
                        default=[],
                        help_text=_("What graders look for. The share of its points is the share of the question’s."),
                    ),
                ),
                ("min_words", blocks.IntegerBlock(label=_("At least so many words"), required=False, min_value=1)),
                ("max_words", blocks.IntegerBlock(label=_("At most so many words"), required=False, min_value=1)),
                (
                    "notes",
                    blocks.RichTextBlock(
                        label=_("Notes for graders"), required=False, help_text=_("Learners never see them.")
                    ),
                ),
            ],
            label=self.label,
            icon=self.icon,
        )

    def clean_answer(self, definition: Any, values: Values) -> Answer:
        text = short_enough(only_value(values, _("Write your answer, then send it.")), self.max_length)
        count = words(text)
        answer: Answer = {"text": text, "words": count}
        least, most = definition["min_words"], definition["max_words"]
        if (least and count < least) or (most and count > most):
            message = ngettext(
                "Your answer has %(count)d word. %(rule)s", "Your answer has %(count)d words. %(rule)s", count
            )
            raise AnswerUnfinished(message % {"count": count, "rule": length_rule(least, most)}, answer)
        return answer

    def values(self, definition: Any, answer: Answer) -> dict[str, list[str]]:
        return {"": [answer["text"]] if "text" in answer else []}

    def fits(self, definition: Any, answer: Answer) -> bool:
        return "text" in answer and "words" in answer

    def grade(self, definition: Any, answer: Answer) -> Grade:
        return Grade(None, needs_grading=True)

    def describe(self, definition: Any, answer: Answer) -> str:
        return answer["text"]

    def problems(self, definition: Any) -> list[str | Promise]:
        found: list[str | Promise] = []
        least, most = definition["min_words"], definition["max_words"]
        if least and most and least > most:
            found.append(
                _("At least %(least)d and at most %(most)d words cannot both be kept.") % {"least": least, "most": most}
            )
        for line in definition["rubric"]:
            points = Decimal(line["points"] or 0)
            levels = [Decimal(level["points"] or 0) for level in line["levels"]]
            if levels and max(levels) != points:
                found.append(
                    _("The best level of “%(criterion)s” has to earn its %(points)s points.")
                    % {"criterion": line["criterion"], "points": format(points.normalize(), "f")}
                )
        if len(definition["rubric"]) and not sum(Decimal(line["points"] or 0) for line in definition["rubric"]):
            found.append(_("The rubric gives no points. Give at least one criterion some."))
        return found

    def from_data(self, data: dict[str, Any]) -> dict[str, Any]:
        namespace = data.get("namespace")
        rubric = [
            {
                "criterion": line["criterion"],
                "points": str(line["points"]),
                "levels": items_from_data(
                    [{"label": level["label"], "points": str(level["points"])} for level in line.get("levels") or []],
                    f"criterion:{number}:level",
                    namespace,
                ),
            }
            for number, line in enumerate(data.get("rubric") or [])
        ]
        return {
            "rubric": items_from_data(rubric, "criterion", namespace),
            "min_words": data.get("min_words"),
            "max_words": data.get("max_words"),
            "notes": as_html(data.get("notes") or ""),
        }

    def to_data(self, definition: Any) -> dict[str, Any]:
        return {
            "rubric": [
                {
                    "criterion": line["criterion"],
                    "points": credit_to_data(line["points"]),
                    "levels": [
                        {"label": level["label"], "points": credit_to_data(level["points"])} for level in line["levels"]
                    ],
                }
                for line in definition["rubric"]
            ],
            "min_words": definition["min_words"],
            "max_words": definition["max_words"],
            "notes": html_of(definition["notes"]),
        }


def words(text: str) -> int:
    return len(text.split())


def length_rule(least: int | None, most: int | None) -> str:
    """How long a text has to be, in a sentence; nothing where there is no rule."""
    if least and most:
        return _("Write %(least)d to %(most)d words.") % {"least": least, "most": most}
    if least:
        return ngettext("Write at least %(count)d word.", "Write at least %(count)d words.", least) % {"count": least}
    if most:
        return ngettext("Write at most %(count)d word.", "Write at most %(count)d words.", most) % {"count": most}
    return ""
