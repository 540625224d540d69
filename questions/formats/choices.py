"""What formats that know weights only make of options and numbers, and back."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from questions.formats.data import ParseError

# Weights are written with few digits: three of 33.33333 are a whole.
NEARLY = 0.01
Weighted = tuple[str, int | float, str]


def choice_data(
    options: Sequence[Weighted],
    *,
    single: bool,
    shuffle: bool,
    feedback: dict[str, str] | None = None,
    scoring: str = "",
) -> tuple[str, dict[str, Any]]:
    """Type and data of a question from its options' texts, weights in percent and feedback.

    Weights that say what "share" says become that: each right option an equal part, each wrong one an equal part less.
    """
    data: dict[str, Any] = {"shuffle": shuffle}
    combined = {"feedback_right": "", "feedback_partly": "", "feedback_wrong": "", **(feedback or {})}
    if single:
        right = max((weight for _text, weight, _feedback in options), default=0)
        data["options"] = [
            {"text": text, "feedback": note, "right": weight == 100, "credit": None if weight in (0, 100) else weight}
            for text, weight, note in options
        ]
        if right < 100 and right > 0:
            # Nothing is worth all points, so the best is what is right.
            for option, (_text, weight, _note) in zip(data["options"], options, strict=True):
                option["right"] = weight == right
        return "single_choice", data | combined
    if not scoring:
        scoring = "share" if is_share([weight for _text, weight, _note in options]) else "credits"
    data["options"] = [
        {
            "text": text,
            "feedback": note,
            "right": weight > 0,
            "credit": weight if scoring == "credits" else None,
        }
        for text, weight, note in options
    ]
    return "multiple_answers", data | {"scoring": scoring} | combined


def is_share(weights: Sequence[int | float]) -> bool:
    right = [weight for weight in weights if weight > 0]
    wrong = [weight for weight in weights if weight <= 0]
    return (
        bool(right)
        and all(abs(weight - 100 / len(right)) < NEARLY for weight in right)
        and all(abs(weight + 100 / len(wrong)) < NEARLY for weight in wrong)
    )


def weights_of(kind: str, data: dict[str, Any]) -> list[int | float]:
    """The weight of each option in percent, as files write it."""
    options = data["options"]
    if kind == "multiple_answers" and data.get("scoring", "all") != "credits":
        right = sum(bool(option.get("right")) for option in options)
        wrong = len(options) - right
        return [shortened(100 / right) if option.get("right") else shortened(-100 / wrong) for option in options]
    # Where credits are added up, right options without one share the whole.
    whole = sum(bool(option.get("right")) for option in options) if kind == "multiple_answers" else 1
    return [
        option["credit"] if option.get("credit") is not None else shortened(100 / whole) if option.get("right") else 0
        for option in options
    ]


def shortened(weight: float) -> int | float:
    value = round(weight, 5)
    return int(value) if value.is_integer() else value


def accepted_texts(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The accepted answers in full; a plain string is one for all points."""
    return [
        {"text": entry, "credit": 100, "feedback": ""}
        if isinstance(entry, str)
        else {"text": entry["text"], "credit": credit_of(entry), "feedback": entry.get("feedback") or ""}
        for entry in data.get("accepted", [])
    ]


def accepted_numbers(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The accepted numbers in full; "answer" and "tolerance" are short for one of them."""
    entries = data.get("accepted")
    if entries is None:
        entries = [{"number": data["answer"], "tolerance": data.get("tolerance")}]
    return [
        {
            "number": str(entry["number"]),
            "tolerance": str(entry.get("tolerance") or 0),
            "credit": credit_of(entry),
            "feedback": entry.get("feedback") or "",
        }
        for entry in entries
    ]


def credit_of(entry: dict[str, Any]) -> int | float:
    credit = entry.get("credit")
    return 100 if credit is None else credit


def without_wrong(accepted: list[dict[str, Any]], line: int) -> tuple[list[dict[str, Any]], str]:
    """The numbers, and the feedback of "any other number", which files write as an answer * worth nothing."""
    stars = [entry for entry in accepted if entry["number"] == "*"]
    if any(entry["credit"] for entry in stars):
        raise ParseError(
            line,
            _("Any number (*) earns points here."),
            _("Give the numbers that are right, or ask for an essay or a poll instead."),
        )
    rest = [entry for entry in accepted if entry["number"] != "*"]
    return rest, next((entry["feedback"] for entry in stars if entry["feedback"]), "")


def texts_without_wrong(accepted: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], str]:
    """The same for texts: a last answer * that is worth nothing and says something is the feedback on a wrong answer."""
    last = accepted[-1] if len(accepted) > 1 else None
    if last and last["text"] == "*" and not last["credit"] and last["feedback"]:
        return accepted[:-1], last["feedback"]
    return accepted, ""


def with_wrong(accepted: list[dict[str, Any]], name: str, feedback: str) -> list[dict[str, Any]]:
    """The reverse of both."""
    star = {name: "*", "tolerance": "0", "credit": 0, "feedback": feedback}
    return [*accepted, star] if feedback else accepted
