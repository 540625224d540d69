"""Questions of each type, published."""

from itertools import count

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
    "poll": {"options": [{"text": "Often"}, {"text": "Never"}]},
}


def make_question(
    kind: str = "single_choice", *, title: str = "", stem: str = "", data: dict | None = None, **extra
) -> Question:
    number = next(_numbers)
    question = Question(
        title=title or f"Question {number}",
        stem=stem or f"<p>What is the answer to number {number}?</p>",
        definition=[(kind, question_type(kind).block().to_python(question_type(kind).from_data(data or DATA[kind])))],
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


def right_answer(question: Question) -> dict:
    """An answer that earns the full score (any answer, for a poll)."""
    if question.type in ("single_choice", "multiple_answers"):
        return {"options": option_ids(question, right=True)}
    if question.type == "poll":
        return {"options": option_ids(question)[:1]}
    if question.type == "short_text":
        return {"text": question.value["accepted"][0]}
    return {"number": str(question.value["answer"]), "text": str(question.value["answer"])}


def wrong_answer(question: Question) -> dict:
    if question.type in ("single_choice", "multiple_answers"):
        return {"options": option_ids(question, right=False)[:1]}
    if question.type == "short_text":
        return {"text": "no such answer"}
    return {"number": "-999", "text": "-999"}
