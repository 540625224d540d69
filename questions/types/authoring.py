"""What the types' authoring blocks and plain data have in common: feedback, credit, list items with ids."""

import re
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from workbench.html import clean_html

OPTION_FEATURES = ["bold", "italic", "code", "superscript", "subscript"]
FEEDBACK_FEATURES = [*OPTION_FEATURES, "link"]
MARKUP = re.compile(r"\s*<[a-zA-Z!/]")
# Short fields of a block stand side by side, what is long below them: see static/css/admin.css.
ROW = "struct-block question-row"
RESULTS = ("right", "partly", "wrong")


def as_html(text: str) -> str:
    """Plain text becomes one escaped paragraph; text that is markup already is cleaned."""
    if not text:
        return ""
    return clean_html(text) if MARKUP.match(text) else format_html("<p>{}</p>", text)


def credit_block(label: Any = None, **extra: Any) -> blocks.DecimalBlock:
    return blocks.DecimalBlock(
        label=label or _("Credit in percent"), min_value=-100, max_value=100, max_digits=10, **extra
    )


def feedback_block(help_text: Any = "") -> blocks.RichTextBlock:
    return blocks.RichTextBlock(
        label=_("Feedback"), required=False, features=FEEDBACK_FEATURES, help_text=help_text or None
    )


def result_blocks(*results: str) -> list[tuple[str, blocks.RichTextBlock]]:
    """Feedback on the answer as a whole, for each result that can come out."""
    labels = {
        "right": _("Feedback on a right answer"),
        "partly": _("Feedback on a partly right answer"),
        "wrong": _("Feedback on a wrong answer"),
    }
    hint = _("Help the learner find the answer; do not give it away.")
    return [
        (
            f"feedback_{result}",
            blocks.RichTextBlock(
                label=labels[result],
                required=False,
                features=FEEDBACK_FEATURES,
                **({} if result == "right" else {"help_text": hint}),
            ),
        )
        for result in results
    ]


def result_feedback(definition: Any, score: Decimal, *own: str) -> dict[str, str]:
    """Feedback by the key "": what is ``own`` to the answer, then what the author says about such a result."""
    name = "right" if score == 1 else "partly" if score > 0 else "wrong"
    text = definition.get(f"feedback_{name}") or (definition.get("feedback_wrong") if name == "partly" else None)
    said = "".join(html_of(entry) for entry in (*own, text))
    return {"": said} if said else {}


def results_from_data(data: dict[str, Any], *results: str) -> dict[str, str]:
    return {f"feedback_{result}": as_html(data.get(f"feedback_{result}") or "") for result in results}


def results_to_data(definition: Any, *results: str) -> dict[str, str]:
    return {f"feedback_{result}": html_of(definition.get(f"feedback_{result}")) for result in results}


def html_of(value: Any) -> str:
    """The markup a rich text block holds."""
    return str(getattr(value, "source", value) or "")


def items_from_data(values: Iterable[Any], name: str, namespace: uuid.UUID | None) -> list[dict[str, Any]]:
    """List items as they are stored; with a namespace their ids stay the same each time."""
    return [
        {
            "type": "item",
            "id": str(uuid.uuid5(namespace, f"{name}:{number}") if namespace else uuid.uuid4()),
            "value": value,
        }
        for number, value in enumerate(values)
    ]


def empty_items(count: int, value: Any) -> list[dict[str, Any]]:
    """Room for ``count`` entries in a new question's form."""
    return [{"type": "item", "id": str(uuid.uuid4()), "value": value} for _number in range(count)]


def items(definition: Any, name: str) -> dict[str, Any]:
    """The values of a list by the ids of its items."""
    return {item.id: item.value for item in definition[name].bound_blocks}


def number_text(value: Any) -> str | None:
    """A decimal in plain data: no exponent, no needless zeros; None stays."""
    return None if value is None else format(Decimal(value).normalize(), "f")


def credit_from_data(value: Any) -> str | None:
    return None if value is None or value == "" else str(Decimal(str(value)))


def credit_to_data(value: Any) -> int | float | None:
    if value is None:
        return None
    number = Decimal(value)
    return int(number) if number == number.to_integral_value() else float(number)
