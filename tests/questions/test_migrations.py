"""Definitions of earlier versions are carried over, in questions and in their revisions, and back."""

import importlib
import json

import pytest
from django.apps import apps
from django.db import connection

from questions.models import Question
from tests.factories.questions import make_question

pytestmark = pytest.mark.django_db

migration = importlib.import_module("questions.migrations.0003_accepted_answers")

OLD = {
    "short_text": {
        "feedback_right": "<p>Yes.</p>",
        "feedback_wrong": "<p>No.</p>",
        "accepted": [
            {"type": "item", "value": "2 * 3", "id": "0a0a0a0a-0000-4000-8000-000000000001"},
            {"type": "item", "value": "six", "id": "0a0a0a0a-0000-4000-8000-000000000002"},
        ],
        "case_sensitive": False,
    },
    "numerical": {
        "feedback_right": "<p>Yes.</p>",
        "feedback_wrong": "",
        "answer": "1.2",
        "tolerance": "0.05",
        "unit": "m",
    },
}
BLOCK = "0a0a0a0a-0000-4000-8000-00000000000b"


def store_old(question: Question) -> list[dict]:
    """Put the old form of a definition into a question's row and its revisions, as the earlier version left it."""
    old = [{"type": question.type, "value": OLD[question.type], "id": BLOCK}]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE questions_question SET definition = %s WHERE id = %s", [json.dumps(old), question.pk])
    for revision in question.revisions.all():
        revision.content["definition"] = json.dumps(old)
        revision.save(update_fields=["content"])
    return old


def stored(question: Question) -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT definition FROM questions_question WHERE id = %s", [question.pk])
        (raw,) = cursor.fetchone()
    return json.loads(raw) if isinstance(raw, str) else raw


def test_short_texts_keep_their_answers_their_stars_and_their_ids():
    question = make_question("short_text")
    store_old(question)
    migration.migrate_forward(apps, None)
    for value in (Question.objects.get(pk=question.pk).value, question.revisions.get().as_object().value):
        assert [(entry["text"], entry["credit"]) for entry in value["accepted"]] == [(r"2 \* 3", 100), ("six", 100)]
        assert [item.id for item in value["accepted"].bound_blocks] == [
            entry["id"] for entry in OLD["short_text"]["accepted"]
        ]
        assert str(value["feedback_wrong"]) == "<p>No.</p>"
    migrated = Question.objects.get(pk=question.pk)
    grades = [migrated.kind.grade(migrated.value, {"text": text}).score for text in ("2 * 3", "2 x 3", "SIX")]
    assert grades == [1, 0, 1]


def test_numbers_become_a_list_of_one():
    question = make_question("numerical")
    store_old(question)
    migration.migrate_forward(apps, None)
    for value in (Question.objects.get(pk=question.pk).value, question.revisions.get().as_object().value):
        (entry,) = value["accepted"]
        assert (str(entry["number"]), str(entry["tolerance"]), entry["credit"], value["unit"]) == (
            "1.2",
            "0.05",
            100,
            "m",
        )
        assert not value["unit_asked"]


@pytest.mark.parametrize("kind", OLD)
def test_there_and_back_is_the_same_and_twice_changes_nothing_more(kind):
    question = make_question(kind)
    old = store_old(question)
    migration.migrate_forward(apps, None)
    once = stored(question)
    assert once != old
    migration.migrate_forward(apps, None)
    assert stored(question) == once
    migration.migrate_backward(apps, None)
    assert stored(question) == old
    assert json.loads(question.revisions.get().content["definition"]) == old


def test_a_draft_without_an_answer_is_carried_over_too():
    question = make_question("numerical")
    old = [{"type": "numerical", "value": {"answer": None, "tolerance": None, "unit": ""}, "id": BLOCK}]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE questions_question SET definition = %s WHERE id = %s", [json.dumps(old), question.pk])
    migration.migrate_forward(apps, None)
    migrated = Question.objects.get(pk=question.pk)
    assert migrated.problems == ["Give the right answer as a number."]


def test_other_kinds_are_left_alone():
    question = make_question("gaps")
    before, content = stored(question), question.revisions.get().content
    migration.migrate_forward(apps, None)
    assert (stored(question), question.revisions.get().content) == (before, content)


def test_back_only_answers_for_all_points_are_kept():
    def items(*values):
        return [{"type": "item", "value": value, "id": str(number)} for number, value in enumerate(values)]

    texts = items(*({"text": credit, "credit": credit, "feedback": ""} for credit in ("50", "100", "0", "100.0")))
    short = migration.backward({"type": "short_text", "value": {"accepted": texts}})
    assert [entry["value"] for entry in short["value"]["accepted"]] == ["100", "100.0"]
    numbers = items(
        {"number": "1", "tolerance": "0", "credit": "50"}, {"number": "2", "tolerance": "1", "credit": "100"}
    )
    number = migration.backward({"type": "numerical", "value": {"accepted": numbers}})
    assert number["value"] == {"answer": "2", "tolerance": "1"}
