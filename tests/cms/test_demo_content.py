"""The demo courses are worth reading: whole, long enough, and without a repeated or an unfinished sentence."""

import re
from collections import Counter

import pytest
from django.utils.html import strip_tags

from cms.demo.content import course_files
from questions.types import QUESTION_TYPES

COURSES = {files.slug: files for files in course_files()}
UNFINISHED = re.compile(r"\b(lorem|ipsum|todo|tbd|fixme|placeholder|xxx|insert here)\b", re.IGNORECASE)


def lessons(files):
    return [lesson for module in files.modules for lesson in module["lessons"]]


def texts(lesson) -> list[str]:
    """Every piece of reading text of a lesson's body."""
    found = []
    for entry in lesson["body"]:
        ((kind, value),) = entry.items()
        if kind == "text" or kind == "heading":
            found.append(value)
        elif kind == "callout":
            found += [value.get("title", ""), value["text"]]
        elif kind == "accordion":
            found += [part for item in value for part in (item["title"], item["text"])]
        elif kind == "table":
            found += [str(cell) for row in value["rows"] for cell in row]
    return found


def words(lesson) -> int:
    return sum(len(strip_tags(text).split()) for text in texts(lesson))


def test_there_are_four_courses():
    assert sorted(COURSES) == ["fire-safety", "giving-feedback", "information-security-basics", "sql-for-analysts"]


@pytest.mark.parametrize("slug", COURSES)
def test_a_course_is_whole(slug):
    files = COURSES[slug]
    kinds = {kind for lesson in lessons(files) for entry in lesson["body"] for kind in entry}
    assert len(files.modules) >= 3
    assert len(lessons(files)) >= 12
    assert len(files.questions) >= 15
    assert len(kinds) >= 8
    assert len(list((files.folder / "images").glob("*.svg"))) >= 4
    assert {lesson["slug"]: words(lesson) for lesson in lessons(files) if words(lesson) < 300} == {}


@pytest.mark.parametrize("slug", COURSES)
def test_every_option_says_why(slug):
    for question in COURSES[slug].questions:
        if question["type"] == "essay":
            assert question["rubric"], question["id"]
            continue
        if question["type"] == "true_false":
            assert question["feedback_true"], question["id"]
            assert question["feedback_false"], question["id"]
        groups = question["gaps"] if question["type"] == "gaps" else [question]
        if "options" in groups[0]:
            assert all(option.get("feedback") for group in groups for option in group["options"]), question["id"]
        else:
            assert question["feedback_right"], question["id"]
            assert question["feedback_wrong"], question["id"]


def test_every_type_is_asked_somewhere():
    assert {question["type"] for files in COURSES.values() for question in files.questions} == set(QUESTION_TYPES)


@pytest.mark.parametrize("slug", COURSES)
def test_checks_name_questions_that_exist_and_each_is_asked_once(slug):
    files = COURSES[slug]
    asked = Counter(key for lesson in lessons(files) for entry in lesson["body"] for key in entry.get("check", []))
    known = {question["id"]: question["skill"] for question in files.questions}
    fixed = {key for part in files.quiz["sections"] for key in part.get("questions", [])}
    asked.update(fixed - set(asked))
    for part in files.quiz["sections"]:
        for row in part.get("draws", []):
            there = [key for key, skill in known.items() if skill == row["skill"] and key not in fixed]
            assert len(there) >= row["count"], row
    assert set(asked) == {question["id"] for question in files.questions}
    assert set(asked.values()) == {1}


def test_no_paragraph_is_repeated_and_none_is_unfinished():
    paragraphs = Counter()
    for files in COURSES.values():
        for lesson in lessons(files):
            for text in texts(lesson):
                assert not UNFINISHED.search(strip_tags(text)), (lesson["slug"], text[:80])
                for paragraph in re.findall(r"<p>(.*?)</p>", text, re.DOTALL):
                    paragraphs[" ".join(strip_tags(paragraph).split())] += 1
    assert [text for text, times in paragraphs.items() if times > 1 and len(text) > 20] == []
