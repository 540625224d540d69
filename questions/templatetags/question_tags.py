"""A question as a learner meets it before answering, for previews; and a text cut at its gaps."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from wagtail.rich_text import expand_db_html

from questions.models import Question
from questions.shown import ShownPart, ShownQuestion
from questions.types import QuestionType, question_type
from questions.types.essay import length_rule
from questions.types.gaps import pieces

register = template.Library()


@register.simple_tag
def shown_question(question: Question) -> ShownQuestion | None:
    """None while an unsaved question has no kind yet."""
    return ShownQuestion(question, "question", seed="preview") if question.definition else None


@register.simple_tag
def sample_question() -> ShownQuestion:
    """What the block picker shows for a knowledge check, whose questions are in the bank."""
    kind = question_type("single_choice")
    options = (_("Five, one for each customer"), _("Three, one for each order"), _("Fifteen, every pair"))
    stem = _("Five customers, three of them with one order each. How many rows does the join return?")
    raw = kind.from_data({"options": [{"text": text} for text in options]})
    return ShownQuestion(Sample(f"<p>{stem}</p>", kind, kind.block().to_python(raw)), "question")


@dataclass(frozen=True)
class Sample:
    """As much of a question as its template reads before it is answered."""

    stem: str
    kind: QuestionType
    value: Any
    hint: str = ""


@register.simple_tag
def gap_pieces(item: ShownQuestion) -> list[tuple[SafeString, ShownPart | None]]:
    """The text of a question with gaps: each piece, and the gap that follows it. The pieces together are one markup."""
    parts = {part.part.key: part for part in item.parts}
    html = expand_db_html(item.definition["text"].source)
    # What an author wrote, cleaned when it was saved and rendered as rich text is; a gap is only where the text has one.
    return [(mark_safe(piece), parts.pop(key, None)) for piece, key in pieces(html)]  # noqa: S308


@register.filter
def words_asked(definition: Any) -> str:
    return length_rule(definition["min_words"], definition["max_words"])
