"""Moodle's "select missing words" and "drag words into text": [[1]] in the text names the choice that is right there."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from questions.formats.cloze import CHOSEN, MARKER, default_stem
from questions.formats.data import ParseError
from questions.formats.moodle_xml.elements import Reader
from questions.formats.texts import BLANKS, Html, rich, words
from workbench.text import one_line


def select_gaps(reader: Reader) -> Callable[[str, str, int], tuple[Html, dict[str, Any]]]:
    """A reader of texts like `gaps_question`, for the choices of one <question>."""
    boxes = reader.children("selectoption") or reader.children("dragbox")
    choices = [
        (words(reader.string(box)), reader.value("group", "1", box), reader.rich(box.find("feedback"))) for box in boxes
    ]

    def read(source: str, form: str, line: int) -> tuple[Html, dict[str, Any]]:
        gaps: list[dict[str, Any]] = []

        def numbered(found: Any) -> str:
            place = int(found[1]) - 1
            if not 0 <= place < len(choices):
                raise ParseError(
                    line + source.count("\n", 0, found.start()),
                    _("The gap [[%(number)s]] names a choice that is not there.") % {"number": found[1]},
                    _("Add the choice, or correct the number."),
                )
            gaps.append(gap_of(choices, place))
            return f"[[{len(gaps)}]]"

        text = rich(MARKER.sub(numbered, source), form)
        if not gaps:
            raise ParseError(line, _("The text has no gap."), _("Write [[1]] where the first choice belongs."))
        stem = default_stem()
        data = {"text": str(text), "gaps": gaps, **reader_feedback(reader)}
        return Html(str(stem), source.strip(BLANKS), form), data

    return read


def gap_of(choices: list[tuple[str, str, Any]], right: int) -> dict[str, Any]:
    group = choices[right][1]
    options = [
        {"text": one_line(text), "credit": 100 if place == right else 0, "feedback": feedback}
        for place, (text, own_group, feedback) in enumerate(choices)
        if own_group == group and text
    ]
    return {"kind": CHOSEN, "options": options, "case_sensitive": False, "points": 1}


def reader_feedback(reader: Reader) -> dict[str, str]:
    return {
        "feedback_right": str(reader.text("correctfeedback")),
        "feedback_partly": str(reader.text("partiallycorrectfeedback")),
        "feedback_wrong": str(reader.text("incorrectfeedback")),
    }
