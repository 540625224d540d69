"""Questions of each type, published."""

from itertools import count
from typing import Any

from questions.models import Question
from questions.types import question_type

_numbers = count(1)

DATA = {
    "single_choice": {
        "options": [
            {"text": "Five", "feedback": "That is every customer."},
            {"text": "Three", "right": True, "feedback": "One for each order."},
            {"text": "Fifteen", "feedback": "That is every pair."},
        ]
    },
    "multiple_answers": {
        "options": [
            {"text": "Heat", "right": True, "feedback": "Yes, heat."},
            {"text": "Fuel", "right": True, "feedback": "Yes, fuel."},
            {"text": "Paint", "feedback": "Paint is only one fuel of many."},
        ]
    },
    "short_text": {
        "accepted": ["carbon monoxide", "CO"],
        "feedback_right": "Exactly.",
        "feedback_wrong": "Think of car exhaust.",
    },
    "numerical": {
        "answer": "1.2",
        "tolerance": "0.05",
        "unit": "m",
        "feedback_right": "Yes.",
        "feedback_wrong": "Measure again.",
    },
    "true_false": {
        "answer": False,
        "feedback_true": "Cold water spreads burning oil.",
        "feedback_false": "A lid it is.",
        "feedback_right": "Well known.",
    },
    "matching": {
        "pairs": [
            {"prompt": "select", "match": "which columns"},
            {"prompt": "where", "match": "which rows"},
            {"prompt": "order by", "match": "in which order"},
        ],
        "extra": ["which table"],
        "feedback_right": "All clauses known.",
        "feedback_partly": "Some clauses known.",
        "feedback_wrong": "Read the query aloud.",
    },
    "ordering": {
        "items": ["Raise the alarm", "Leave the room", "Close the door", "Call the fire service"],
        "feedback_right": "In this order nobody is hurt.",
        "feedback_wrong": "People first.",
    },
    "gaps": {
        "text": "<p>A [[1]] keeps every row of the [[2]] table; five and [[3]] make eight.</p>",
        "gaps": [
            {"kind": "typed", "options": [{"text": "left join", "feedback": "The left side wins."}]},
            {
                "kind": "chosen",
                "options": [{"text": "first"}, {"text": "second", "credit": 0, "feedback": "Other side."}],
            },
            {"kind": "number", "options": [{"text": "3", "tolerance": "0.5"}]},
        ],
        "feedback_right": "Nothing missing.",
    },
    "essay": {
        "rubric": [
            {
                "criterion": "Names a moment",
                "points": 3,
                "levels": [{"label": "clearly", "points": 3}, {"label": "vaguely", "points": 1}],
            }
        ],
        "min_words": 3,
        "notes": "Kindness counts.",
    },
    "poll": {"options": [{"text": "Often"}, {"text": "Never"}]},
}


def definition(kind: str, data: dict | None = None) -> Any:
    """The value of a type's authoring block, made of plain data."""
    entry = question_type(kind)
    return entry.block().to_python(entry.from_data(data or DATA[kind]))


def make_question(
    kind: str = "single_choice", *, title: str = "", stem: str = "", data: dict | None = None, **extra
) -> Question:
    number = next(_numbers)
    question = Question(
        title=title or f"Question {number}",
        stem=stem or f"<p>What is the answer to number {number}?</p>",
        definition=[(kind, definition(kind, data))],
        **extra,
    )
    question.save()
    question.save_revision().publish()
    question.refresh_from_db()
    return question


def option_ids(question: Question, *, right: bool | None = None) -> list[str]:
    """Ids of a question's options: all, only the right ones, or only the wrong ones."""
    return [
        item.id
        for item in question.value["options"].bound_blocks
        if right is None or bool(item.value.get("is_right")) == right
    ]


def put_right(question: Question, text: str) -> None:
    """The author marks the option that reads ``text`` as the right one, and publishes."""
    for item in question.definition[0].value["options"]:
        item["is_right"] = text in str(item["text"])
    question.save_revision().publish()
    question.refresh_from_db()


def right_answer(question: Question) -> dict:
    """An answer that earns the full score (any answer, where there is no right one)."""
    if question.type == "poll":
        return {"options": option_ids(question)[:1]}
    if question.type == "essay":
        return {"text": "It was on Monday.", "words": 4}
    return question.kind.right_answer(question.value)


def wrong_answer(question: Question) -> dict:
    """An answer that earns nothing."""
    right = right_answer(question)
    match question.type:
        case "single_choice" | "multiple_answers":
            return {"options": option_ids(question, right=False)[:1]}
        case "true_false":
            return {"options": ["true" if right["options"] == ["false"] else "false"]}
        case "matching":
            texts = list(right["matches"].values())
            return {"matches": dict(zip(right["matches"], [*texts[1:], texts[0]], strict=True))}
        case "ordering":
            return {"order": [*right["order"][1:], right["order"][0]]}
        case "gaps":
            return {"gaps": {"1": "no such answer"}}
        case "short_text":
            return {"text": "no such answer"}
    return {**right, "number": "-999", "text": "-999"}


def form_values(question: Question, answer: dict) -> dict[str, list[str]]:
    """What a form sends to give ``answer``."""
    field = f"q{question.pk}"
    values = question.kind.values(question.value, answer)
    return {f"{field}.{part}" if part else field: given for part, given in values.items()}
