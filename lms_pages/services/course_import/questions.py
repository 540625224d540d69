"""The questions of a course in the question bank."""

from typing import Any

from django.utils.html import escape
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from lms_pages.importers.html import one_text
from lms_pages.importers.olx.tree import Block, Course, QuestionData
from lms_pages.importers.pieces import has_content
from lms_pages.importers.report import Report
from lms_pages.services.course_import.identity import Ids, rows_of
from lms_pages.services.course_import.resolver import CourseResolver
from questions.models import Question
from questions.types import question_type
from questions.types.short_text import ShortText, literal
from workbench.html import plain_text


class QuestionStore:
    """Finds or makes the question for each input; one that did not change gets no new revision."""

    def __init__(self, *, course: Course, resolver: CourseResolver, report: Report, ids: Ids, origin: str):
        self.resolver, self.report, self.ids, self.origin = resolver, report, ids, origin
        prefix = f"block-v1:{course.org}+{course.number}+{course.run}+type@"
        self.known = {question.origin_key: question for question in rows_of(Question, origin, prefix)}
        self.kept: set[str] = set()
        self.changed: list[Question] = []

    def question(self, data: QuestionData, block: Block) -> int:
        """The id of the published question."""
        key = data.key[:255]
        question = self.known.get(key) or Question(origin=self.origin, origin_key=key)
        self.known[key] = question
        self.kept.add(key)
        self.report.questions += 1
        stem = self.text(data.stem, block) or f"<p>{escape(data.title or _('Question'))}</p>"
        values = {
            "title": Truncator(data.title or plain_text(stem) or block.name).chars(200),
            "stem": stem,
            "feedback": self.text(data.feedback, block),
            "points": data.points,
        }
        definition = question.definition.stream_block.to_python([self.definition(data, key, block)])
        same = (
            question.pk is not None
            and question.live
            and all(getattr(question, name) == value for name, value in values.items())
            and prepared(question.definition) == prepared(definition)
        )
        if not same:
            for name, value in values.items():
                setattr(question, name, value)
            question.definition = definition
            if question.pk is None:
                question.live = False
                question.save()
            # Not cleaned: authors here mark one right option, other systems allow several, and all are graded alike.
            question.save_revision(clean=False).publish()
            self.changed.append(question)
        return question.pk

    def text(self, html: str, block: Block) -> str:
        return one_text(html, self.resolver, block.title)

    def definition(self, data: QuestionData, key: str, block: Block) -> dict[str, Any]:
        """The stored form, each text cleaned and each list item with an id that stays."""
        plain = dict(data.data)
        plain["namespace"] = self.ids.space(key)
        if "options" in plain:
            plain["options"] = [
                {
                    **option,
                    "text": self.option_text(option["text"], number, block),
                    "feedback": self.text(option.get("feedback") or "", block),
                }
                for number, option in enumerate(plain["options"], 1)
            ]
        for name in ("feedback_right", "feedback_wrong"):
            if name in plain:
                plain[name] = self.text(plain[name], block)
        if data.kind == ShortText.name:
            # A star of theirs is a star.
            plain["accepted"] = [literal(text) for text in plain["accepted"]]
        value = question_type(data.kind).from_data(plain)
        return {"type": data.kind, "value": value, "id": self.ids.of(f"{key}:definition")}

    def option_text(self, html: str, number: int, block: Block) -> str:
        """An option nobody could read, such as a drawn icon, is at least told from the others."""
        text = self.text(html, block)
        return text if has_content(text) else f"<p>{_('Option %(number)d') % {'number': number}}</p>"

    def unpublish_removed(self) -> None:
        for key, question in self.known.items():
            if key in self.kept:
                continue
            if question.live:
                question.unpublish()
                self.changed.append(question)
            reason = _("Not in the new export. It was unpublished; nothing was deleted.")
            self.report.list_once("removed", "question", question.title, _("Question bank"), reason)


def prepared(definition: Any) -> Any:
    return definition.stream_block.get_prep_value(definition)
