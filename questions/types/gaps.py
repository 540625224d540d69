"""Gaps: words or numbers to fill in, typed or chosen, inside a text."""

import re
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from questions.exceptions import AnswerInvalid
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
    number_text,
    result_blocks,
    result_feedback,
    results_from_data,
    results_to_data,
)
from questions.types.base import (
    Answer,
    Choice,
    Grade,
    Part,
    QuestionType,
    Values,
    only_value,
    score_of,
    share,
    short_enough,
)
from questions.types.mixing import mixed
from questions.types.numerical import parsed_number
from questions.types.short_text import example, folded, matches
from workbench.text import one_line

MARKER = re.compile(r"\[\[\s*(\d{1,3})\s*\]\]")
TYPED, CHOSEN, NUMBER = "typed", "chosen", "number"


class Gaps(QuestionType):
    """Gaps count by their weights. An answer is ``{"gaps": {number: text}}``; a gap left open earns nothing."""

    name = "gaps"
    label = _("Fill the gaps")
    description = _("Words or numbers inside a text, typed or chosen from a list.")
    icon = "pilcrow"
    order = 80
    max_length = 200

    def option_block(self) -> blocks.StructBlock:
        return blocks.StructBlock(
            [
                ("text", blocks.CharBlock(label=_("Answer"), max_length=self.max_length)),
                ("credit", credit_block(default=100, help_text=_("0 for a wrong answer to choose."))),
                (
                    "tolerance",
                    blocks.DecimalBlock(
                        label=_("Tolerance"), required=False, min_value=0, help_text=_("For numbers only.")
                    ),
                ),
                ("feedback", feedback_block()),
            ],
            label=_("Answer"),
            label_format="{text} ({credit} %)",
            icon="edit",
            form_classname=ROW,
        )

    def gap_block(self) -> blocks.StructBlock:
        return blocks.StructBlock(
            [
                (
                    "kind",
                    blocks.ChoiceBlock(
                        label=_("How it is filled"),
                        choices=[(TYPED, _("Typed text")), (CHOSEN, _("Chosen from a list")), (NUMBER, _("A number"))],
                        default=TYPED,
                    ),
                ),
                ("options", blocks.ListBlock(self.option_block(), label=_("Answers"), min_num=1)),
                ("case_sensitive", blocks.BooleanBlock(label=_("Upper and lower case matter"), required=False)),
                ("points", blocks.DecimalBlock(label=_("Weight"), default=Decimal(1), min_value=0, max_value=1000)),
            ],
            label=_("Gap"),
            icon="pilcrow",
        )

    def block(self) -> blocks.StructBlock:
        return blocks.StructBlock(
            [
                (
                    "text",
                    blocks.RichTextBlock(
                        label=_("Text with gaps"),
                        features=["bold", "italic", "code", "superscript", "subscript", "ol", "ul"],
                        help_text=_("Write [[1]] where the first gap is, [[2]] where the second is, and so on."),
                    ),
                ),
                ("gaps", blocks.ListBlock(self.gap_block(), label=_("Gaps, the first is [[1]]"), min_num=1)),
                *result_blocks(*RESULTS),
            ],
            label=self.label,
            icon=self.icon,
        )

    def empty(self) -> Any:
        gap = {"options": empty_items(1, {})}
        return self.block().to_python({"gaps": empty_items(1, gap)})

    def gaps(self, definition: Any) -> dict[str, Any]:
        """The gaps that stand in the text, by their numbers as texts, in the order of the text."""
        every = {str(number): gap for number, gap in enumerate(definition["gaps"], 1)}
        return {key: every[key] for key in markers(html_of(definition["text"])) if key in every}

    def parts(self, definition: Any, seed: str = "") -> list[Part]:
        found = []
        for key, gap in self.gaps(definition).items():
            texts = [text for text in offered(gap) if text] if gap["kind"] == CHOSEN else []
            choices = tuple(Choice(text, text) for text in mixed(dict.fromkeys(texts), f"{seed}:{key}"))
            found.append(Part(key, choices=choices, kind=gap["kind"] or TYPED))
        return found

    def clean_answer(self, definition: Any, values: Values) -> Answer:
        gaps, found = self.gaps(definition), {}
        if set(values) - set(gaps):
            raise AnswerInvalid(_("One of the gaps does not belong to this question. Load the page again."))
        for key, gap in gaps.items():
            if not any(value.strip("\0 ") for value in values.get(key, [])):
                continue
            text = only_value(values, _("Fill each gap with one answer."), key)
            found[key] = short_enough(text, self.max_length)
            if gap["kind"] == NUMBER:
                try:
                    parsed_number(text)
                except AnswerInvalid as error:
                    raise AnswerInvalid(_("Gap %(number)s: %(problem)s") % {"number": key, "problem": error}) from None
            elif gap["kind"] == CHOSEN and one_line(text) not in offered(gap):
                raise AnswerInvalid(
                    _("Gap %(number)s: what was chosen does not belong to this question. Load the page again.")
                    % {"number": key}
                )
        if not found:
            raise AnswerInvalid(_("Fill the gaps, then check your answer."))
        return {"gaps": found}

    def values(self, definition: Any, answer: Answer) -> dict[str, list[str]]:
        gaps = self.gaps(definition)
        return {key: [text] for key, text in answer.get("gaps", {}).items() if key in gaps}

    def fits(self, definition: Any, answer: Answer) -> bool:
        gaps, given = self.gaps(definition), answer.get("gaps")
        return given is not None and all(key in gaps and self.can_hold(gaps[key], text) for key, text in given.items())

    def can_hold(self, gap: Any, text: str) -> bool:
        if gap["kind"] == CHOSEN:
            return one_line(text) in offered(gap)
        if gap["kind"] == NUMBER:
            try:
                parsed_number(text)
            except AnswerInvalid:
                return False
        return True

    def found(self, gap: Any, text: str) -> Any | None:
        """The first of a gap's answers that ``text`` matches."""
        return next((option for option in gap["options"] if self.is_match(gap, option, text)), None)

    def is_match(self, gap: Any, option: Any, text: str) -> bool:
        match gap["kind"]:
            case "chosen":
                return one_line(option["text"] or "") == one_line(text)
            case "number":
                try:
                    wanted = parsed_number(option["text"] or "")
                except AnswerInvalid:
                    return False
                return abs(parsed_number(text) - wanted) <= (option["tolerance"] or 0)
            case _typed:
                return matches(option["text"] or "", text, bool(gap["case_sensitive"]))

    def grade(self, definition: Any, answer: Answer) -> Grade:
        gaps, given = self.gaps(definition), answer["gaps"]
        found = {key: self.found(gaps[key], text) for key, text in given.items()}
        parts = {key: score_of(share(option["credit"] or 0) if option else 0) for key, option in found.items()}
        weights = {key: Decimal(gap["points"] if gap["points"] is not None else 1) for key, gap in gaps.items()}
        total = sum(weights.values(), Decimal(0))
        earned = sum(
            (weights[key] * share(option["credit"] or 0) for key, option in found.items() if option), Decimal(0)
        )
        score = score_of(earned / total if total else 0)
        said = {key: html_of(option["feedback"]) for key, option in found.items() if option and option["feedback"]}
        return Grade(score, said | result_feedback(definition, score), parts)

    def right_answer(self, definition: Any) -> Answer | None:
        found = {}
        for key, gap in self.gaps(definition).items():
            best = max(gap["options"], key=lambda option: option["credit"] or 0, default=None)
            if best is None or not best["text"]:
                return None
            found[key] = example(best["text"]) if gap["kind"] == TYPED else best["text"]
        return {"gaps": found} if found else None

    def describe(self, definition: Any, answer: Answer) -> str:
        return ", ".join(f"{key}: {text}" for key, text in answer["gaps"].items())

    def problems(self, definition: Any) -> list[str | Promise]:
        every = list(definition["gaps"])
        if not every:
            return [_("Give at least one gap.")]
        marked = markers(html_of(definition["text"]))
        found: list[str | Promise] = []
        for key in marked:
            if not 1 <= int(key) <= len(every):
                found.append(
                    _("The text has [[%(number)s]], but there is no gap %(number)s. Add the gap or delete the marker.")
                    % {"number": key}
                )
        for number, gap in enumerate(every, 1):
            key = str(number)
            if marked.count(key) != 1:
                message = (
                    _("Gap %(number)d is nowhere in the text. Write [[%(number)d]] where it belongs.")
                    if key not in marked
                    else _("The text has [[%(number)d]] more than once. Each gap stands in one place.")
                )
                found.append(message % {"number": number})
            found += [_("Gap %(number)d: %(problem)s") % {"number": number, "problem": one} for one in self.wrongs(gap)]
        if sum(Decimal(gap["points"] or 0) for gap in every) == 0:
            found.append(_("All gaps weigh nothing. Give at least one of them a weight."))
        return found

    def wrongs(self, gap: Any) -> list[str | Promise]:
        """What is wrong about one gap."""
        options = [option for option in gap["options"] if (option["text"] or "").strip()]
        if not options:
            return [_("Give it an answer.")]
        found: list[str | Promise] = []
        if max(option["credit"] or 0 for option in options) != 100:
            found.append(_("No answer earns its full points. Give one of them a credit of 100."))
        texts = [
            one_line(option["text"]) if gap["kind"] == CHOSEN else folded(option["text"], True) for option in options
        ]
        if same := next((text for text in texts if texts.count(text) > 1), ""):
            found.append(_("“%(text)s” is there twice. Delete one of them.") % {"text": same})
        if gap["kind"] == CHOSEN and len(options) < 2:
            found.append(_("A gap to choose for needs at least two answers."))
        elif gap["kind"] == CHOSEN and all(option["credit"] == 100 for option in options):
            found.append(_("Every answer to choose is right. Give the wrong ones a credit of 0."))
        if gap["kind"] == NUMBER:
            for option in options:
                try:
                    parsed_number(option["text"])
                except AnswerInvalid as error:
                    found.append(str(error))
        return found

    def from_data(self, data: dict[str, Any]) -> dict[str, Any]:
        namespace = data.get("namespace")
        gaps = [
            {
                "kind": gap.get("kind") or TYPED,
                "options": items_from_data(
                    [self.option_from_data(option) for option in gap["options"]], f"gap:{number}:option", namespace
                ),
                "case_sensitive": bool(gap.get("case_sensitive")),
                "points": str(gap["points"] if gap.get("points") is not None else 1),
            }
            for number, gap in enumerate(data["gaps"], 1)
        ]
        return {
            "text": as_html(data["text"]),
            "gaps": items_from_data(gaps, "gap", namespace),
            **results_from_data(data, *RESULTS),
        }

    def option_from_data(self, option: dict[str, Any]) -> dict[str, Any]:
        tolerance, credit = option.get("tolerance"), option.get("credit")
        return {
            "text": one_line(option["text"]),
            "credit": credit_from_data(100 if credit is None else credit),
            "tolerance": None if tolerance in (None, "") else str(tolerance),
            "feedback": as_html(option.get("feedback") or ""),
        }

    def to_data(self, definition: Any) -> dict[str, Any]:
        return {
            "text": html_of(definition["text"]),
            "gaps": [
                {
                    "kind": gap["kind"],
                    "options": [self.option_to_data(option) for option in gap["options"]],
                    "case_sensitive": bool(gap["case_sensitive"]),
                    "points": credit_to_data(gap["points"]),
                }
                for gap in definition["gaps"]
            ],
            **results_to_data(definition, *RESULTS),
        }

    def option_to_data(self, option: Any) -> dict[str, Any]:
        data = {
            "text": one_line(option["text"] or ""),
            "credit": credit_to_data(option["credit"]),
            "feedback": html_of(option["feedback"]),
        }
        return data | ({"tolerance": number_text(option["tolerance"])} if option["tolerance"] is not None else {})


def offered(gap: Any) -> list[str]:
    """The texts of a gap to choose for, with single blanks, however they were typed once."""
    return [one_line(option["text"] or "") for option in gap["options"]]


def markers(html: str) -> list[str]:
    """The numbers of the gaps in a text, in its order."""
    return [str(int(number)) for number in MARKER.findall(html)]


def pieces(html: str) -> list[tuple[str, str]]:
    """A text cut at its gaps: what stands before each, and its number; the rest comes last, without a number."""
    found, start = [], 0
    for marker in MARKER.finditer(html):
        found.append((html[start : marker.start()], str(int(marker[1]))))
        start = marker.end()
    return [*found, (html[start:], "")]
