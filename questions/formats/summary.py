"""A question as the commands print it: type, title, text, and each answer with its weight and feedback, as the file says them."""

from typing import Any

from questions.formats.choices import accepted_numbers, accepted_texts, weights_of, with_wrong
from questions.formats.data import QuestionData
from questions.formats.texts import form_of, number_of, percent, source_of


def summary(question: QuestionData) -> dict[str, Any]:
    """Texts are as the file writes them; ``text_format`` names their markup."""
    out: dict[str, Any] = {
        "type": question.type,
        "title": question.title or None,
        "text": source_of(question.text),
        "text_format": form_of(question.text),
        "answers": answers(question),
        "feedback": source_of(question.feedback),
        "category": question.category or None,
        "points": percent(question.points),
        "line": question.line,
    }
    optional = {
        "id": question.key,
        "tags": list(question.tags),
        "hints": [source_of(hint) for hint in question.hints],
        "solution": source_of(question.solution),
        "difficulty": question.difficulty,
        "unit": question.data.get("unit"),
        "scoring": question.data.get("scoring"),
    }
    return out | {name: value for name, value in optional.items() if value}


def answers(question: QuestionData) -> list[dict[str, Any]]:
    data = question.data
    match question.type:
        case "single_choice" | "multiple_answers":
            weights = weights_of(question.type, data)
            return [
                answer(option["text"], weight, option.get("feedback"))
                for option, weight in zip(data["options"], weights, strict=True)
            ]
        case "poll":
            return [answer(option["text"], None, option.get("feedback")) for option in data["options"]]
        case "true_false":
            return [
                answer("true", 100 if data["answer"] else 0, data.get("feedback_true")),
                answer("false", 0 if data["answer"] else 100, data.get("feedback_false")),
            ]
        case "short_text":
            entries = with_wrong(accepted_texts(data), "text", data.get("feedback_wrong") or "")
            return [answer(entry["text"], entry["credit"], entry["feedback"]) for entry in entries]
        case "numerical":
            return [
                answer(entry["number"], entry["credit"], entry["feedback"]) | {"tolerance": plain(entry["tolerance"])}
                for entry in with_wrong(accepted_numbers(data), "number", data.get("feedback_wrong") or "")
            ]
        case "matching":
            return [
                *(answer(pair["prompt"], 100, "") | {"match": pair["match"]} for pair in data["pairs"]),
                *(answer("", 0, "") | {"match": match} for match in data.get("extra", [])),
            ]
        case "ordering":
            return [answer(item, 100, "") for item in data["items"]]
        case "gaps":
            return [
                answer(option["text"], option["credit"], option.get("feedback"))
                | {"gap": number}
                | ({"tolerance": plain(option.get("tolerance") or 0)} if gap["kind"] == "number" else {})
                for number, gap in enumerate(data["gaps"], 1)
                for option in gap["options"]
            ]
    return []


def answer(text: str, weight: Any, feedback: Any) -> dict[str, Any]:
    return {"text": source_of(text), "weight": weight, "feedback": source_of(feedback or "")}


def plain(number: Any) -> int | float:
    """A number as JSON holds it."""
    return percent(number_of(str(number)) or 0)
