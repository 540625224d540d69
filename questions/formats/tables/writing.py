"""Questions as rows of a table that reads the same again; no cell starts a formula."""

import io
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from questions.formats.choices import accepted_numbers, accepted_texts
from questions.formats.cloze import gaps_source
from questions.formats.data import CannotHold, Lost, QuestionData
from questions.formats.tables.columns import (
    AFTER,
    BEFORE,
    NUMBERED,
    TYPES,
    letter_of,
    rubric_text,
    type_label,
)
from questions.formats.tables.reading import MAX_CELL
from questions.formats.texts import cell_text, number_of, number_text, percent_text
from workbench import sheets

Cells = dict[str, str]
LEAST_ANSWERS = 4


def write_csv(questions: Sequence[QuestionData]) -> tuple[bytes, list[QuestionData], list[Lost]]:
    header, rows, held, lost = table(questions)
    text = io.StringIO()
    # The mark makes Excel read the file as UTF-8.
    sheets.write_csv(text, header=header, rows=rows, bom=True)
    return text.getvalue().encode("utf-8", "replace"), held, lost


def write_xlsx(questions: Sequence[QuestionData]) -> tuple[bytes, list[QuestionData], list[Lost]]:
    header, rows, held, lost = table(questions)
    stream = io.BytesIO()
    widths = [30 if name in ("title", "question") else 14 for name in header]
    sheets.write_xlsx(stream, title=_("Questions"), header=header, rows=rows, widths=widths)
    return stream.getvalue(), held, lost


def table(
    questions: Sequence[QuestionData],
) -> tuple[list[str], list[list[str | Decimal]], list[QuestionData], list[Lost]]:
    """Header, rows, the questions they hold, and those they cannot hold."""
    rows, held, lost = [], [], []
    for question in questions:
        try:
            rows.append(cells_of(question))
            held.append(question)
        except CannotHold as reason:
            lost.append(Lost(question.title, str(reason), skipped=True))
    used = {name for cells in rows for name in cells}
    count = max([LEAST_ANSWERS, *(int(name.rsplit(" ", 1)[1]) for name in used if name[-1].isdigit())])
    numbered = [
        f"{name} {place}"
        for place in range(1, count + 1)
        for name in NUMBERED
        if name in ("answer", "feedback") or any(one.startswith(f"{name} ") and one[-1].isdigit() for one in used)
    ]
    hints = [f"hint {place}" for place in range(2, 10) if f"hint {place}" in used]
    header = [*BEFORE, *numbered, *AFTER, *hints]
    return header, [[cell_value(name, cells) for name in header] for cells in rows], held, lost


def cell_value(name: str, cells: Cells) -> str | Decimal:
    """Text, or a number where the column holds numbers: a minus sign is then no formula."""
    text = cells.get(name, "")
    is_number = name in ("tolerance", "points") or name.startswith(("credit ", "tolerance "))
    is_number = is_number or (name.startswith("answer ") and cells["type"] == "numerical")
    # A spreadsheet program keeps 15 digits of a number and every one of a text.
    if is_number and sum(letter.isdigit() for letter in text) <= 15 and (number := number_of(text)) is not None:
        return number
    return text


def cells_of(question: QuestionData) -> Cells:
    if question.type not in TYPES.values():
        raise CannotHold(_("The table has no questions of this kind."))
    data = question.data
    cells = {
        "type": type_label(question.type),
        "title": question.title,
        "question": cell_text(question.text),
        "feedback": cell_text(question.feedback),
        "solution": cell_text(question.solution),
        "points": number_text(question.points),
        "difficulty": question.difficulty,
        "category": question.category,
        "tags": ", ".join(question.tags),
        "id": question.key,
        "if right": cell_text(data.get("feedback_right") or ""),
        "if partly right": cell_text(data.get("feedback_partly") or ""),
        "if wrong": cell_text(data.get("feedback_wrong") or ""),
        **{"hint" if not place else f"hint {place + 1}": cell_text(hint) for place, hint in enumerate(question.hints)},
    }
    write_answers: Callable[[dict[str, Any]], Cells] = WRITERS.get(question.type, lambda _data: {})
    cells |= write_answers(data)
    if question.type == "gaps":
        cells["question"] = gaps_source(question.text, data)
    # PostgreSQL holds no NUL, and neither does a spreadsheet.
    cells = {name: text.replace("\0", "") for name, text in cells.items() if text}
    for name, text in cells.items():
        if len(text) >= MAX_CELL:
            raise CannotHold(
                _("A cell holds at most %(most)d characters, and “%(column)s” has more.")
                % {"most": MAX_CELL, "column": name}
            )
    return cells


def numbered(name: str, values: Sequence[str]) -> Cells:
    return {f"{name} {place}": value for place, value in enumerate(values, 1)}


def yes(value: Any) -> str:
    return "yes" if value else "no"


def choices(data: dict[str, Any]) -> Cells:
    options = data["options"]
    right = [letter_of(place, len(options)) for place, option in enumerate(options) if option.get("right")]
    credits = [option.get("credit") for option in options]
    return {
        **numbered("answer", [cell_text(option["text"]) for option in options]),
        **numbered("feedback", [cell_text(option.get("feedback") or "") for option in options]),
        **numbered("credit", ["" if credit is None else percent_text(credit) for credit in credits]),
        "right": ", ".join(right),
        "shuffle": yes(data.get("shuffle")),
        "scoring": data.get("scoring") or "",
    }


def poll(data: dict[str, Any]) -> Cells:
    return {name: cell for name, cell in choices(data).items() if name not in ("right", "shuffle", "scoring")} | {
        "several": yes(data.get("several"))
    }


def true_false(data: dict[str, Any]) -> Cells:
    feedback = [cell_text(data.get("feedback_true") or ""), cell_text(data.get("feedback_false") or "")]
    return {
        "right": "true" if data["answer"] else "false",
        **numbered("answer", ["true", "false"]),
        **numbered("feedback", feedback),
    }


def short_text(data: dict[str, Any]) -> Cells:
    accepted = accepted_texts(data)
    return {
        **numbered("answer", [entry["text"] for entry in accepted]),
        **numbered("credit", [percent_text(entry["credit"]) for entry in accepted]),
        **numbered("feedback", [cell_text(entry["feedback"]) for entry in accepted]),
        "case sensitive": yes(data.get("case_sensitive")),
    }


def numerical(data: dict[str, Any]) -> Cells:
    accepted = accepted_numbers(data)
    tolerances = [entry["tolerance"] for entry in accepted]
    return {
        **numbered("answer", [entry["number"] for entry in accepted]),
        **numbered("credit", [percent_text(entry["credit"]) for entry in accepted]),
        **numbered("feedback", [cell_text(entry["feedback"]) for entry in accepted]),
        **({"tolerance": tolerances[0]} if len(set(tolerances)) == 1 else numbered("tolerance", tolerances)),
        "unit": data.get("unit") or "",
        "unit asked": yes(data.get("unit_asked")),
    }


def matching(data: dict[str, Any]) -> Cells:
    pairs = [(cell_text(pair["prompt"]), pair["match"]) for pair in data["pairs"]]
    pairs += [("", match) for match in data.get("extra") or []]
    return {
        **numbered("answer", [prompt for prompt, _match in pairs]),
        **numbered("match", [match for _prompt, match in pairs]),
        "shuffle": yes(data.get("shuffle")),
    }


def ordering(data: dict[str, Any]) -> Cells:
    return numbered("answer", [cell_text(item) for item in data["items"]]) | {"scoring": data.get("scoring") or "all"}


def essay(data: dict[str, Any]) -> Cells:
    return {
        "rubric": rubric_text(data.get("rubric") or []),
        "min words": str(data.get("min_words") or ""),
        "max words": str(data.get("max_words") or ""),
        "notes": cell_text(data.get("notes") or ""),
    }


WRITERS: dict[str, Callable[[dict[str, Any]], Cells]] = {
    "single_choice": choices,
    "multiple_answers": choices,
    "poll": poll,
    "true_false": true_false,
    "short_text": short_text,
    "numerical": numerical,
    "matching": matching,
    "ordering": ordering,
    "essay": essay,
}
