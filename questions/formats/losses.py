"""What a written file does not say: it is read again, and each difference is named.

So no writer keeps a list of its own of what its format lacks, and none can forget a line of it.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from questions.formats.choices import accepted_numbers, accepted_texts, weights_of
from questions.formats.data import Lost, QuestionData

FIELDS = {
    "type": gettext_lazy("the kind of question"),
    "title": gettext_lazy("the name"),
    "text": gettext_lazy("the text"),
    "feedback": gettext_lazy("the general feedback"),
    "hints": gettext_lazy("the hints"),
    "solution": gettext_lazy("the worked solution"),
    "points": gettext_lazy("the points"),
    "difficulty": gettext_lazy("the difficulty"),
    "category": gettext_lazy("the topic"),
    "tags": gettext_lazy("the tags"),
    "key": gettext_lazy("the id"),
}
PARTS = {
    "options": gettext_lazy("the options"),
    "accepted": gettext_lazy("the accepted answers"),
    "answer": gettext_lazy("the right answer"),
    "pairs": gettext_lazy("the pairs"),
    "extra": gettext_lazy("the matches without a pair"),
    "items": gettext_lazy("the items"),
    "text": gettext_lazy("the text with gaps"),
    "gaps": gettext_lazy("the gaps"),
    "shuffle": gettext_lazy("whether the order is random"),
    "several": gettext_lazy("whether several options may be chosen"),
    "scoring": gettext_lazy("how partly right answers are scored"),
    "case_sensitive": gettext_lazy("whether upper and lower case matter"),
    "unit": gettext_lazy("the unit"),
    "unit_asked": gettext_lazy("whether the unit is asked for"),
    "feedback_true": gettext_lazy("the feedback on “true”"),
    "feedback_false": gettext_lazy("the feedback on “false”"),
    "feedback_right": gettext_lazy("the feedback on a right answer"),
    "feedback_partly": gettext_lazy("the feedback on a partly right answer"),
    "feedback_wrong": gettext_lazy("the feedback on a wrong answer"),
    "rubric": gettext_lazy("the rubric"),
    "min_words": gettext_lazy("the least number of words"),
    "max_words": gettext_lazy("the largest number of words"),
    "notes": gettext_lazy("the notes for graders"),
}
# What stands there where data says nothing.
DEFAULTS: dict[str, Any] = {"shuffle": False, "several": False, "case_sensitive": False, "unit_asked": False}


def differences(question: QuestionData, read: QuestionData) -> list[str]:
    """The names of the fields, and of the parts of the data, that did not come back."""
    changed = [name for name in FIELDS if getattr(question, name) != getattr(read, name)]
    if "type" in changed:
        return changed
    before, after = normal(question), normal(read)
    return changed + [f"data.{name}" for name in PARTS if before.get(name) != after.get(name)]


def normal(question: QuestionData) -> dict[str, Any]:
    """The data with every shorthand written out and every default filled in, so that equal means equal."""
    data = {name: value for name, value in question.data.items() if name != "namespace"}
    for name, value in data.items():
        if value is None or value == "":
            data[name] = DEFAULTS.get(name, "")
    for name in PARTS:
        data.setdefault(name, DEFAULTS.get(name, ""))
    if question.type in ("single_choice", "multiple_answers"):
        weights = weights_of(question.type, data)
        by_credit = question.type == "single_choice" or data["scoring"] == "credits"
        data["options"] = [
            (str(option["text"]), str(option.get("feedback") or ""), weight if by_credit else bool(option.get("right")))
            for option, weight in zip(data["options"], weights, strict=True)
        ]
    elif question.type == "poll":
        data["options"] = [(str(option["text"]), str(option.get("feedback") or "")) for option in data["options"]]
    elif question.type == "short_text":
        data["accepted"] = accepted_texts(data)
    elif question.type == "numerical":
        data["accepted"] = accepted_numbers(question.data)
        data["answer"] = ""
    elif question.type == "matching":
        data["extra"] = list(data["extra"] or [])
    return data


def losses(held: Sequence[QuestionData], read: Sequence[QuestionData]) -> list[Lost]:
    """A sentence for each question of which something is missing, in the order of the file."""
    if len(held) != len(read):
        raise AssertionError(f"{len(held)} questions were written and {len(read)} read again.")
    lost = []
    for question, again in zip(held, read, strict=True):
        if names := differences(question, again):
            parts = [str(PARTS[name[5:]] if name.startswith("data.") else FIELDS[name]) for name in names]
            lost.append(Lost(question.title, _("This format cannot say %(parts)s.") % {"parts": ", ".join(parts)}))
    return lost
