"""Hurt files all the way into the bank: each is imported or refused in words, and what is there stays whole."""

import pytest

from questions.formats import FORMATS
from questions.models import Question
from questions.services import exported_questions, import_questions
from tests.questions.formats.test_hostile import mangled, originals

pytestmark = pytest.mark.django_db
# Of each format; most are refused at once.
FILES = 25


@pytest.mark.parametrize("format", list(FORMATS))
def test_mangled_files_are_imported_or_refused(format):
    data = originals()[format]
    accepted = 0
    # The whole one too: a hurt workbook is nearly always refused by the checksums of its archive.
    for hurt in (data, *(mangled(data, number) for number in range(FILES))):
        before = Question.objects.count()
        told = import_questions(data=hurt, format=format, dry_run=True)
        assert Question.objects.count() == before
        done = import_questions(data=hurt, format=format)
        assert {**told.as_dict(), "dry_run": False} == done.as_dict()
        if done.refused:
            assert all(error.what and error.mend for error in done.parsed.errors)
            assert Question.objects.count() == before
        elif done.outcomes:
            accepted += 1
            again = import_questions(data=hurt, format=format)
            assert (again.count("created"), again.count("changed")) == (0, 0)
    assert accepted
    written = exported_questions(questions=Question.objects.prefetch_related("topics", "skills"), format=format)
    assert written.count + sum(lost.skipped for lost in written.lost) >= Question.objects.count()
