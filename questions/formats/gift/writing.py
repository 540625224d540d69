"""Questions as GIFT, so that Moodle and we read them again."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from questions.formats.choices import accepted_numbers, accepted_texts, weights_of, with_wrong
from questions.formats.data import DESCRIPTION, CannotHold, Lost, QuestionData
from questions.formats.gift.lexing import CATEGORY, escaped, shield, unshield
from questions.formats.gift.reading import FOLDED, FORM, folded
from questions.formats.texts import HTML, MOODLE, percent_text, rich, simple_text

GRADING = {"all": "ALL_OR_NOTHING", "places": "ABSOLUTE_POSITION", "pairs": "RELATIVE_NEXT_EXCLUDE_LAST"}
# What would be read as a format, a weight or a comment where a text begins.
RISKY_STARTS = ("[", "%", "//")


def write(questions: Sequence[QuestionData]) -> tuple[bytes, list[QuestionData], list[Lost]]:
    """The file, the questions it holds, and those it cannot hold."""
    pieces, held, lost, category = [], [], [], ""
    for question in questions:
        try:
            piece = Writer(question).written()
        except CannotHold as reason:
            lost.append(Lost(question.title, str(reason), skipped=True))
            continue
        if question.category != category:
            category = question.category
            pieces.append(f"{CATEGORY} {category_line(category)}".rstrip() + "\n")
        pieces.append(piece)
        held.append(question)
    return "\n".join(pieces).encode("utf-8", "replace"), held, lost


def category_line(category: str) -> str:
    """Moodle writes categories as they are; only a backslash would be taken for an escape."""
    return re.sub(r"[\r\n]+", " ", category).replace("\\", "\\\\")


def label(kind: str, value: str) -> str:
    return f"[{kind}:" + re.sub(r"([\\\[\]])", r"\\\1", value.replace("\n", " ")) + "]"


def moodle_read(text: str) -> str:
    return rich(unshield(folded(shield(escaped(text)), MOODLE)), MOODLE)


class Writer:
    def __init__(self, question: QuestionData):
        self.question, self.form = question, MOODLE

    def written(self) -> str:
        question = self.question
        labels = [label("id", question.key)] if question.key else []
        labels += [label("tag", tag) for tag in question.tags]
        comment = f"// {' '.join(labels)}\n" if labels else ""
        title = f"::{escaped(question.title)}::" if question.title else ""
        stem = self.text(question.text, is_stem=True)
        if question.type == DESCRIPTION:
            return f"{comment}{title}{stem}\n"
        answers: Callable[[], list[str]] | None = getattr(self, f"on_{question.type}", None)
        if answers is None:
            raise CannotHold(self.reason())
        first, *lines = answers()
        if question.feedback:
            general = f"####{self.text(question.feedback)}"
            lines = [*lines, general] if lines else []
            first = first if lines else first + general
        body = first + "".join(f"\n\t{line}" for line in lines) + ("\n" if lines else "")
        return f"{comment}{title}{stem}{{{body}}}\n"

    def reason(self) -> str:
        if self.question.type == "poll":
            return _("GIFT has no polls: every question of it has a right answer.")
        if self.question.type == "gaps":
            return _("GIFT has no texts with several gaps. Moodle XML has.")
        return _("GIFT has no questions of this kind.")

    def text(self, html: str, *, is_stem: bool = False, arrows: bool = True) -> str:
        """``html`` escaped, as plain words where they mean the same, with its format where that is not the question's."""
        if not html:
            return ""
        text = simple_text(html, moodle_read)
        form = HTML if text == html else MOODLE
        if "->" in text and not arrows:
            text, form = html, HTML
        if is_stem:
            self.form = form
            names_form = form != MOODLE or text.startswith(RISKY_STARTS)
        else:
            names_form = form != self.form or text.startswith(RISKY_STARTS)
        return (f"[{form}]" if names_form else "") + escaped(text)

    def plain(self, text: str) -> str:
        """An answer to type. HTML is the one format in which no blanks are folded."""
        odd = FORM.match(text) or text.startswith(RISKY_STARTS) or (self.form != HTML and FOLDED.search(text))
        return ("[html]" if odd else "") + escaped(text)

    def noted(self, feedback: Any) -> str:
        return f"#{self.text(feedback)}" if feedback else ""

    def on_single_choice(self) -> list[str]:
        weights = weights_of("single_choice", self.question.data)
        if 100 not in weights:
            raise CannotHold(_("No option is right. Mark the right one, then export again."))
        lines, marked = [""], False
        for option, weight in zip(self.question.data["options"], weights, strict=True):
            # An = alone would make a short text of options that are all right.
            is_right = weight == 100 and not (marked and 0 not in weights)
            marked = marked or is_right
            mark = "=" if is_right else "~" if not weight else f"~%{percent_text(weight)}%"
            lines.append(mark + self.text(option["text"]) + self.noted(option.get("feedback")))
        return lines

    def on_multiple_answers(self) -> list[str]:
        weights = weights_of("multiple_answers", self.question.data)
        return [
            "",
            *(
                (f"~%{percent_text(weight)}%" if weight else "~")
                + self.text(option["text"])
                + self.noted(option.get("feedback"))
                for option, weight in zip(self.question.data["options"], weights, strict=True)
            ),
        ]

    def on_true_false(self) -> list[str]:
        data = self.question.data
        answer = bool(data["answer"])
        feedback = [data.get("feedback_true") or "", data.get("feedback_false") or ""]
        right, wrong = feedback if answer else reversed(feedback)
        notes = f"#{self.text(wrong)}" + (f"#{self.text(right)}" if right else "") if wrong or right else ""
        return [("TRUE" if answer else "FALSE") + notes]

    def on_short_text(self) -> list[str]:
        data = self.question.data
        return [
            "",
            *(
                f"=%{percent_text(entry['credit'])}%{self.plain(entry['text'])}{self.noted(entry['feedback'])}"
                for entry in with_wrong(accepted_texts(data), "text", data.get("feedback_wrong") or "")
            ),
        ]

    def on_numerical(self) -> list[str]:
        data = self.question.data
        lines = [
            f"=%{percent_text(entry['credit'])}%{entry['number']}:{entry['tolerance']}{self.noted(entry['feedback'])}"
            for entry in accepted_numbers(data)
        ]
        wrong = data.get("feedback_wrong")
        return ["#", *lines, *([f"~#{self.text(wrong)}"] if wrong else [])]

    def on_matching(self) -> list[str]:
        data = self.question.data
        pairs = [(self.text(pair["prompt"], arrows=False), pair["match"]) for pair in data["pairs"]]
        pairs += [("", match) for match in data.get("extra") or []]
        return ["", *(f"={prompt} -> {escaped(match)}" for prompt, match in pairs)]

    def on_ordering(self) -> list[str]:
        """As Moodle's ordering type writes it; core GIFT has no such thing."""
        data = self.question.data
        if self.question.feedback:
            raise CannotHold(_("GIFT cannot say the general feedback of an ordering question. Moodle XML can."))
        self.form = MOODLE
        grading = GRADING[data.get("scoring") or "all"]
        return [f">{len(data['items'])} ALL VERTICAL {grading} SHOW", *(self.text(item) for item in data["items"])]

    def on_essay(self) -> list[str]:
        return [""]
