"""Importing a course of the tests' own, and looking at what came of it."""

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from wagtail.models import Page, Revision

from library.models import Document, Image, Media
from lms_pages.importers.report import Report
from lms_pages.models import CoursePage, LessonPage, ModulePage
from lms_pages.services import import_course
from questions.models import Question
from tests.factories.olx import Tree, as_tar


@pytest.fixture
def importing(db, tmp_path):
    """Pack a course, import it, give its report."""
    numbers = iter(range(1000))

    def importing(tree: Tree, **options) -> Report:
        return import_course(path=as_tar(tree, tmp_path / f"course{next(numbers)}.tar.gz"), **options)

    return importing


def everything() -> tuple:
    """What an import could change: rows of each kind, and the files in storage."""
    models = (Page, CoursePage, ModulePage, LessonPage, Question, Image, Document, Media, Revision)
    root = Path(django_settings.MEDIA_ROOT)
    files = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()) if root.exists() else []
    return (*(model.objects.count() for model in models), files)


def lesson(title: str) -> LessonPage:
    return LessonPage.objects.get(title=title)


def body(title: str) -> list[dict]:
    return list(lesson(title).body.raw_data)


def kinds(title: str) -> list[str]:
    return [block["type"] for block in body(title)]
