"""The columns of a table of questions, the words its cells take, and how a rubric stands in one cell."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from questions.formats.texts import number_of, number_text, percent

# In the order of an export. A numbered column stands once for each answer.
BEFORE = ("type", "title", "question", "right")
NUMBERED = ("answer", "match", "credit", "tolerance", "feedback")
AFTER = (
    "tolerance", "unit", "unit asked", "case sensitive", "scoring", "shuffle", "several", "if right", "if partly right",
    "if wrong", "feedback", "hint", "solution", "points", "difficulty", "category", "tags", "min words", "max words",
    "rubric", "notes", "id",
)  # fmt: skip
PLAIN = {*BEFORE, *AFTER}
NAMES = {
    "name": "title", "text": "question", "stem": "question", "question text": "question", "correct": "right",
    "correct answer": "right", "right answer": "right", "answer": "answer 1", "general feedback": "feedback",
    "topic": "category", "kind": "type", "correct feedback": "if right", "incorrect feedback": "if wrong",
    "worked solution": "solution", "key": "id", "hint 1": "hint",
}  # fmt: skip
NUMBERED_NAMES = {"option": "answer", "choice": "answer", "item": "answer", "prompt": "answer", "weight": "credit"}
# Far more numbers than answers are allowed, so that too many are told instead of left out.
HEADER = re.compile(r"([a-z]+) ?(\d{1,3})")
LETTERED = re.compile(r"(?:(?:option|answer|choice) )?([a-z])")
# As the form asks.
MAX_RUBRIC_POINTS = 1000
# What stands between two bars that are not escaped.
PART = re.compile(r"(?:^|(?<=\|))((?:[^\\|]|\\.)*)(?:\||$)")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

TYPES = {
    "single choice": "single_choice", "multiple answers": "multiple_answers", "poll": "poll", "true false": "true_false",
    "short text": "short_text", "numerical": "numerical", "matching": "matching", "ordering": "ordering", "gaps": "gaps",
    "essay": "essay", "description": "description",
}  # fmt: skip
TYPE_NAMES = TYPES | {
    "choice": "", "multiple choice": "", "multichoice": "", "mc": "", "multiple response": "multiple_answers",
    "truefalse": "true_false", "tf": "true_false", "short answer": "short_text", "shortanswer": "short_text",
    "number": "numerical", "match": "matching", "order": "ordering", "cloze": "gaps", "fill the gaps": "gaps",
}  # fmt: skip
# What a column alone says, as formats name it that cannot say it.
SAYS = {
    "feedback": "feedback", "hint": "hints", "solution": "solution", "points": "points", "difficulty": "difficulty",
    "category": "category", "tags": "tags",
    "unit": "data.unit", "unit asked": "data.unit_asked", "case sensitive": "data.case_sensitive",
    "shuffle": "data.shuffle", "several": "data.several", "scoring": "data.scoring", "if right": "data.feedback_right",
    "if partly right": "data.feedback_partly", "if wrong": "data.feedback_wrong", "min words": "data.min_words",
    "max words": "data.max_words", "rubric": "data.rubric", "notes": "data.notes",
}  # fmt: skip
YES = {"yes", "y", "true", "1", "x", "ja", "j", "wahr"}
NO = {"no", "n", "false", "0", "nein", "falsch", ""}
TRUE = {"true", "t", "yes", "wahr", "richtig", "ja", "1"}
FALSE = {"false", "f", "no", "falsch", "nein", "0"}


def column_name(header: str) -> str:
    """The column that a header stands for; "" where it is none of ours."""
    name = re.sub(r"[\s_\-/]+", " ", header.strip().lower())
    name = NAMES.get(name, name)
    if name in PLAIN:
        return name
    if found := HEADER.fullmatch(name):
        word = NUMBERED_NAMES.get(found[1], found[1])
        if word in (*NUMBERED, "hint") and int(found[2]):
            return f"{word} {int(found[2])}"
    if found := LETTERED.fullmatch(name):
        return f"answer {LETTERS.index(found[1].upper()) + 1}"
    return ""


def absent_from(columns: Iterable[str]) -> frozenset[str]:
    """What a table without some of the columns says nothing about."""
    known = set(columns)
    return frozenset(said for column, said in SAYS.items() if column not in known)


def type_label(type_name: str) -> str:
    return next((label for label, name in TYPES.items() if name == type_name), type_name)


def letter_of(place: int, count: int) -> str:
    return LETTERS[place] if count <= len(LETTERS) else str(place + 1)


# A criterion a line: Structure | 10 | weak = 0 | clear = 10 -----------------------


def rubric_text(rubric: list[dict[str, Any]]) -> str:
    return "\n".join(
        " | ".join(
            [
                guarded(entry["criterion"]),
                number_text(Decimal(str(entry["points"]))),
                *(
                    f"{guarded(level['label'])} = {number_text(Decimal(str(level['points'])))}"
                    for level in entry.get("levels") or []
                ),
            ]
        )
        for entry in rubric
    )


def guarded(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", str(text)).replace("\\", "\\\\").replace("|", "\\|")


def rubric_of(text: str) -> list[dict[str, Any]]:
    """The reverse. ValueError where a line has no points, or none from 0 to 1000."""
    rubric = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        criterion, *rest = [re.sub(r"\\(.)", r"\1", part).strip() for part in PART.findall(line)]
        points = number_of(rest[0]) if rest else None
        if points is None or not 0 <= points <= MAX_RUBRIC_POINTS:
            raise ValueError(line)
        levels = []
        for level in rest[1:]:
            label, mark, worth = level.rpartition("=")
            value = number_of(worth)
            if not mark or value is None or not 0 <= value <= MAX_RUBRIC_POINTS:
                raise ValueError(line)
            levels.append({"label": label.strip(), "points": percent(value)})
        rubric.append({"criterion": criterion, "points": percent(points), "levels": levels})
    return rubric
