"""GIFT files with their parse by another program: what we read equals it, file by file.

Where that program has a way of its own, the way stands here with its reason.
"""

import json
import re

import pytest

from questions.formats.gift import parse
from questions.formats.summary import summary

TYPES = {
    "TF": "true_false",
    "Short": "short_text",
    "Numerical": "numerical",
    "Essay": "essay",
    "Matching": "matching",
    "Description": "description",
}
FILES = 26


def expected(entry: dict) -> dict:
    """An entry of their JSON in the words of our summary."""
    return {
        "type": kind(entry),
        "title": entry["title"],
        # They put blanks around the gap of a missing word; Moodle, and so we, put it where the answers stood.
        "text": around_gap(text(entry["stem"])),
        "text_format": entry["stem"]["format"],
        "answers": answers(entry),
        "feedback": text(entry.get("globalFeedback")),
        "id": entry["id"],
        "tags": entry["tags"],
    }


def around_gap(stem: str) -> str:
    return re.sub(r"\s*_____\s*", "_____", stem)


def text(value: dict | None) -> str:
    return value["text"] if value else ""


def kind(entry: dict) -> str:
    if entry["type"] == "MC":
        # They have one type for both; with no answer marked as right, Moodle lets several be chosen.
        return "single_choice" if any(choice["isCorrect"] for choice in entry["choices"]) else "multiple_answers"
    return TYPES[entry["type"]]


def answers(entry: dict) -> list[dict]:
    match entry["type"]:
        case "TF":
            # They call the first feedback that for "true". It is that on the wrong answer, as GIFT has it.
            wrong, right = text(entry["trueFeedback"]), text(entry["falseFeedback"])
            true, false = (right, wrong) if entry["isTrue"] else (wrong, right)
            share = 100 if entry["isTrue"] else 0
            return [
                {"text": "true", "weight": share, "feedback": true},
                {"text": "false", "weight": 100 - share, "feedback": false},
            ]
        case "MC" | "Short":
            return [
                {"text": text(choice["text"]), "weight": weight(choice), "feedback": text(choice["feedback"])}
                for choice in entry["choices"]
            ]
        case "Numerical":
            choices = entry["choices"]
            if isinstance(choices, dict):
                choices = [{"isCorrect": True, "weight": None, "text": choices, "feedback": None}]
            return [
                {"weight": weight(choice), "feedback": text(choice["feedback"]), **interval(choice["text"])}
                for choice in choices
            ]
        case "Matching":
            return [
                {
                    "text": text(pair["subquestion"]),
                    # They give no weight here; a prompt counts, a match without one does not.
                    "weight": 100 if text(pair["subquestion"]) else 0,
                    "feedback": "",
                    "match": pair["subanswer"],
                }
                for pair in entry["matchPairs"]
            ]
    return []


def weight(choice: dict) -> float:
    return choice["weight"] if choice["weight"] is not None else 100 if choice["isCorrect"] else 0


def interval(number: dict) -> dict:
    """They keep a range by its ends, we by its middle and the distance to them, as Moodle does."""
    if number["type"] == "high-low":
        low, high = number["numberLow"], number["numberHigh"]
        return {"number": (low + high) / 2, "tolerance": (high - low) / 2}
    return {"number": number["number"], "tolerance": number.get("range", 0)}


def ours(question: dict) -> dict:
    question = {"id": None, "tags": None, **question, "text": around_gap(question["text"])}
    if question["type"] == "numerical":
        for answer in question["answers"]:
            answer["number"] = float(answer.pop("text"))
    return {key: question[key] for key in expected_keys}


expected_keys = ("type", "title", "text", "text_format", "answers", "feedback", "id", "tags")


def close(value):
    """Numbers are equal to nine digits: theirs are binary fractions."""
    if isinstance(value, dict):
        return {key: close(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [close(entry) for entry in value]
    return pytest.approx(value, abs=1e-9) if isinstance(value, int | float) else value


def test_every_file_equals_its_parse(shared_data):
    paths = sorted((shared_data / "gift" / "examples").glob("*.gift"))
    if not paths:
        pytest.skip("The GIFT examples do not stand in the shared test data.")
    equal = []
    for path in paths:
        entries = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        parsed = parse(path.read_bytes())
        assert list(parsed.errors) == [], path.name
        assert list(parsed.categories) == [e["title"] for e in entries if e["type"] == "Category"], path.name
        wanted = [expected(entry) for entry in entries if entry["type"] != "Category"]
        found = [ours(summary(question)) for question in parsed.questions]
        assert [one["title"] for one in found] == [one["title"] for one in wanted], path.name
        for one, other in zip(found, wanted, strict=True):
            assert one == close(other), path.name
        equal.append(path.name)
    assert len(equal) == len(paths) >= FILES
