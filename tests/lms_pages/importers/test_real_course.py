"""“Studio Advanced”, an export as Studio writes it, arrives with the figures counted in it."""

import json
import re
import tarfile
from decimal import Decimal

import pytest
from lxml import etree

from lms_pages.models import CoursePage, LessonPage, ModulePage
from lms_pages.services import import_course
from questions.models import Question
from tests.lms_pages.importers.conftest import everything

pytestmark = pytest.mark.django_db
EXPORT = "olx/studio-advanced.tar.gz"


@pytest.fixture
def export(shared_data):
    return shared_data / EXPORT


def verticals_in_order(path) -> list[str]:
    """The names of the units of each sequential, read with nothing but an XML parser."""
    with tarfile.open(path) as archive:
        files = {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}

    def children(kind: str, name: str, tag: str) -> list[str]:
        return [child.get("url_name") for child in etree.fromstring(files[f"course/{kind}/{name}.xml"]).findall(tag)]

    return [
        unit
        for chapter in children("course", "2T2019", "chapter")
        for section in children("chapter", chapter, "sequential")
        for unit in children("sequential", section, "vertical")
    ]


def identities() -> list:
    pages = LessonPage.objects.order_by("path")
    return [
        list(ModulePage.objects.order_by("path").values_list("pk", "translation_key", "path")),
        [(page.pk, page.translation_key, page.path, json.dumps(list(page.body.raw_data))) for page in pages],
        list(Question.objects.order_by("pk").values_list("pk", "origin_key", "latest_revision_id")),
    ]


def test_every_figure_and_no_twin_after_an_update(export):
    first = import_course(path=export).as_dict()
    assert first["course_id"] == "course-v1:HarvardX+StudioAdv1+2T2019"
    assert first["title"] == "Studio Advanced"
    assert (first["modules"], first["sections"], first["lessons"]) == (9, 47, 167)
    assert first["blocks"] == {
        "discussion": {"found": 2, "imported": 0},
        "html": {"found": 315, "imported": 315},
        "openassessment": {"found": 1, "imported": 0},
        "poll": {"found": 121, "imported": 121},
        "problem": {"found": 76, "imported": 71},
        "split_test": {"found": 30, "imported": 30},
        "static_tab": {"found": 2, "imported": 0},
        "survey": {"found": 3, "imported": 3},
        "video": {"found": 17, "imported": 0},
        "word_cloud": {"found": 1, "imported": 0},
    }
    for kind, count in first["blocks"].items():
        skipped = [entry for entry in first["skipped"] if entry["type"] == kind]
        assert count["found"] == count["imported"] + len(skipped), kind
    assert all(entry["place"] and entry["reason"] for entry in first["skipped"])
    scripts = [entry for entry in first["skipped"] if entry["type"] == "problem"]
    assert {entry["reason"] for entry in scripts} == {
        "It needs a script (customresponse), and Lectern runs no scripts of courses."
    }
    # 71 problems ask 75 questions, 121 polls one each, 3 surveys have 18 rows.
    assert first["questions"] == 75 + 121 + 18 == Question.objects.count()

    course = CoursePage.objects.get(origin="olx")
    assert course.pass_mark == Decimal("0.6")
    assert list(course.grading_categories.values_list("name", "weight", "drop_lowest")) == [
        ("Planning", Decimal("0.34"), 2),
        ("Operations", Decimal("0.22"), 2),
        ("Short Projects", Decimal("0.22"), 2),
        ("Long Projects", Decimal("0.22"), 2),
    ]
    lessons = list(LessonPage.objects.descendant_of(course).order_by("path"))
    assert [lesson.origin_key.rpartition("@")[2] for lesson in lessons] == verticals_in_order(export)
    check_splits(lessons)
    check_texts(lessons)

    ids, there = identities(), everything()
    assert import_course(path=export, update=True).as_dict() == first
    assert identities() == ids
    assert everything() == there


def check_splits(lessons: list[LessonPage]) -> None:
    """30 splits of 119 groups: 30 are shown, 89 are variants, and nothing stands in both."""
    variants = [block for lesson in lessons for block in lesson.body.raw_data if block["type"] == "variant"]
    assert len(variants) == 119 - 30
    assert all(
        re.search(
            r": (Everyone Gets Emoji|Just Text|\w+ Subsections Get Emoji|Sample Group [ABC])$", v["value"]["name"]
        )
        for v in variants
    )
    hidden = {block["id"] for variant in variants for block in variant["value"]["content"]}
    shown = {block["id"] for lesson in lessons for block in lesson.body.raw_data if block["type"] != "variant"}
    assert hidden
    assert not hidden & shown
    asked = [pk for lesson in lessons for pks in lesson.knowledge_checks.values() for pk in pks]
    kept = [
        item["value"]
        for variant in variants
        for block in variant["value"]["content"]
        if block["type"] == "knowledge_check"
        for item in block["value"]["questions"]
    ]
    assert len(asked) == len(set(asked))
    assert not set(asked) & set(kept)
    assert sorted(asked + kept) == sorted(Question.objects.values_list("pk", flat=True))


def check_texts(lessons: list[LessonPage]) -> None:
    """No block is lost or named twice, and nothing in a text runs."""
    ids = [block["id"] for lesson in lessons for block in lesson.body.raw_data]
    assert len(ids) == len(set(ids))
    for lesson in lessons:
        for block in lesson.body.raw_data:
            if block["type"] == "text":
                assert not re.search(
                    r"<(script|style|img|iframe)|<[^>]*\s(on\w+|style)=|<[^>]*javascript:", block["value"]
                ), lesson.title
    # What the original shows to staff only is no lesson for learners.
    drafts = [lesson.get_parent().title for lesson in lessons if not lesson.live]
    assert (drafts.count("Prototype for review"), drafts.count("Test Section (hidden)"), len(drafts)) == (2, 10, 12)
