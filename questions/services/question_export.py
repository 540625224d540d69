"""Questions of the bank as a file."""

from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from questions.formats import FORMATS, Lost, Written, write
from questions.models import Difficulty, Question
from questions.services.bank_data import question_data

# What leads to a page, file or picture of this site.
OWN = ("linktype=", "<embed")


def exported_questions(*, questions: Iterable[Question], format: str) -> Written:
    """The file, and what it could not hold of which question. Questions are named by their uuid, so they are found again."""
    rows, lost = [], []
    for question in questions:
        if not question.definition:
            lost.append(Lost(question.title, _("It has no answers yet, so it was left out."), skipped=True))
            continue
        data = question_data(question)
        topics = len(question.topics.all())
        if topics > 1:
            lost.append(
                Lost(question.title, _("Only the first of its %(count)d topics was written.") % {"count": topics})
            )
        answers = question.kind.to_data(question.value)
        texts = f"{question.stem}{question.feedback}{question.hint}{question.solution}{answers}"
        if any(mark in texts for mark in OWN):
            lost.append(Lost(question.title, _("It links to pages or files of this site, which others cannot open.")))
        if question.resource_page_id or question.resource_url:
            lost.append(Lost(question.title, _("The page or address that explains it was not written.")))
        if "difficulty" in FORMATS[format].cannot_say:
            tags = data.tags if data.difficulty == Difficulty.MEDIUM else (*data.tags, data.difficulty)
            data = replace(data, difficulty="", tags=tags)
        rows.append(data)
    written = write(rows, format)
    return replace(written, lost=[*lost, *written.lost])
