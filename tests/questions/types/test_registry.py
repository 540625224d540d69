"""A new type is one module and one template, and nothing else."""

import sys
from pathlib import Path

import pytest
from django.conf import settings

import questions.types
from questions.exceptions import UnknownQuestionType
from questions.models import Question
from questions.types import QUESTION_TYPES, QuestionType, find_types, question_type
from tests.factories.questions import make_question

PLANTED = '''
"""A type of which the project knows nothing else."""

from wagtail import blocks

from questions.types.base import Grade, QuestionType, only_value, score_of


class Telepathy(QuestionType):
    name = "telepathy"
    label = "Telepathy"
    description = "The learner thinks of the answer."
    order = 45

    def block(self):
        return blocks.StructBlock([("thought", blocks.CharBlock())])

    def clean_answer(self, definition, values):
        return {"thought": only_value(values, "Think of something.")}

    def grade(self, definition, answer):
        return Grade(score_of(answer["thought"] == definition["thought"]))

    def from_data(self, data):
        return {"thought": data["thought"]}
'''


@pytest.fixture
def planted(tmp_path, monkeypatch, settings):
    """The types as they are when one module and one template are added."""
    (tmp_path / "telepathy.py").write_text(PLANTED)
    (tmp_path / "questions" / "types").mkdir(parents=True)
    (tmp_path / "questions" / "types" / "telepathy.html").write_text("<p>Think now.</p>")
    monkeypatch.setattr(questions.types, "__path__", [*questions.types.__path__, str(tmp_path)])
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], tmp_path]}, *settings.TEMPLATES[1:]]
    found = find_types("questions.types", questions.types.__path__)
    monkeypatch.setattr(questions.types, "QUESTION_TYPES", found)
    children = Question._meta.get_field("definition").stream_block.child_blocks
    block = found["telepathy"].block()
    block.set_name("telepathy")
    monkeypatch.setitem(children, "telepathy", block)
    yield found
    sys.modules.pop("questions.types.telepathy")


def test_the_registry_holds_the_types_in_their_order():
    assert list(QUESTION_TYPES) == [
        "single_choice", "multiple_answers", "true_false", "short_text", "numerical",
        "matching", "ordering", "gaps", "essay", "poll",
    ]  # fmt: skip
    with pytest.raises(UnknownQuestionType):
        question_type("telepathy")


@pytest.mark.parametrize("kind", QUESTION_TYPES.values(), ids=QUESTION_TYPES)
def test_each_type_has_a_module_and_a_template_of_its_name(kind):
    assert type(kind).__module__ == f"questions.types.{kind.name}"
    assert (Path(settings.BASE_DIR) / "templates" / kind.template).exists()


@pytest.mark.django_db
def test_a_planted_type_is_written_asked_and_graded(planted, admin_client):
    assert list(planted)[4] == "telepathy"
    question = make_question("telepathy", data={"thought": "blue"})
    question = Question.objects.get(pk=question.pk)
    assert (question.kind.label, question.value["thought"]) == ("Telepathy", "blue")

    view = f"/admin/snippets/questions/question/history/{question.pk}/revisions/{question.latest_revision_id}/view/"
    assert "Think now." in admin_client.get(view).content.decode()

    answer = question.kind.clean_answer(question.value, {"": ["blue"]})
    assert question.kind.grade(question.value, answer).score == 1


def test_what_types_share_is_no_type_itself():
    class Shared(QuestionType):
        pass

    assert Shared not in {type(kind) for kind in find_types("questions.types", questions.types.__path__).values()}
