"""What is told about questions that were read but do not arrive whole."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from questions.formats.data import DESCRIPTION, QuestionData, Remark
from questions.formats.texts import has_picture, source_of, words


def notes_on(questions: Iterable[QuestionData]) -> list[Remark]:
    notes = []
    for question in questions:
        name = question.title or words(question.text)[:60]
        if question.type == DESCRIPTION:
            what = _("“%(name)s” asks nothing, so it is not kept in the question bank.") % {"name": name}
            notes.append(Remark(question.line, what, _("Put its text on a page of the lesson.")))
        if any(has_picture(source_of(text)) for text in texts_of(question)):
            what = _("A picture of “%(name)s” was left out; its description stays where it has one.") % {"name": name}
            notes.append(Remark(question.line, what, _("Upload the picture and put it beside the question.")))
    return notes


def texts_of(question: QuestionData) -> Iterator[str]:
    yield from (question.text, question.feedback, question.solution, *question.hints)
    waiting = list(question.data.values())
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)
        elif isinstance(value, str):
            yield value
