"""What a question's templates read before and after an answer, with scripts, without, and in the preview."""

import re

import pytest
from django.template.loader import render_to_string
from lxml import html as lxml_html

from questions.shown import ShownQuestion
from questions.types import QUESTION_TYPES
from tests.factories.questions import DATA, make_question, right_answer

pytestmark = pytest.mark.django_db


def draw(question, action="/send/", **state):
    item = ShownQuestion(question, f"q{question.pk}", seed="lea", **state)
    text = render_to_string("questions/question.html", {"item": item, "action": action, "prefix": "check"})
    return lxml_html.fromstring(text)


def answered(question):
    kind, answer = question.kind, right_answer(question)
    grade = kind.grade(question.value, answer)
    values = kind.values(question.value, answer)
    return {"values": values, "is_answered": True, "is_right": grade.is_right, "grade": grade}


@pytest.mark.parametrize("kind", list(QUESTION_TYPES))
def test_every_field_has_a_name_for_the_form_and_one_for_the_ear(kind):
    tree = draw(make_question(kind))
    ids = set(tree.xpath("//@id"))
    fields = tree.xpath("//input | //select | //textarea")
    assert fields
    for field in fields:
        assert re.fullmatch(r"q\d+(\.\w[\w-]*)?", field.get("name"))
        named = (field.get("aria-labelledby") or "").split()
        assert named or field.get("aria-label") or field.xpath("ancestor::label")
        assert set(named) <= ids
        assert set((field.get("aria-describedby") or "").split()) <= ids
    assert len(tree.xpath("//@id")) == len(ids)


@pytest.mark.parametrize("kind", list(QUESTION_TYPES))
def test_where_nothing_can_be_sent_nothing_can_be_filled_in(kind):
    fields = draw(make_question(kind), action="").xpath("//input | //select | //textarea")
    assert {field.get("disabled") for field in fields} == {"disabled"}


@pytest.mark.parametrize("kind", list(QUESTION_TYPES))
def test_an_answer_stands_in_its_fields(kind):
    question = make_question(kind)
    state = answered(question)
    tree = draw(question, **state)
    for part, given in state["values"].items():
        name = f"q{question.pk}.{part}" if part else f"q{question.pk}"
        chosen = tree.xpath("//input[@checked]/@value") if "options" in right_answer(question) else None
        if chosen is not None:
            assert chosen == given
            continue
        (field,) = tree.xpath(f"//*[@name='{name}']")
        selected = field.xpath("option[@selected]/@value")
        assert (selected or [field.get("value") or field.text]) == given


def test_a_hint_is_there_until_the_answer_is_right_and_a_solution_from_then_on():
    question = make_question(hint="<p>Count them.</p>", solution="<p>One by one.</p>")
    before, after = draw(question), draw(question, **answered(question))
    assert [one.text_content().split() for one in before.xpath("//details/summary")] == [["Hint"]]
    assert [one.text_content().split() for one in after.xpath("//details/summary")] == [["Worked", "solution"]]


def test_an_order_is_shown_as_it_was_given_and_mixed_before():
    question = make_question("ordering")

    def shown(**state):
        return [
            one.text_content().strip()
            for one in draw(question, **state).xpath("//*[contains(@class, 'sortable-words')]")
        ]

    assert shown(**answered(question)) == DATA["ordering"]["items"]
    assert shown() != DATA["ordering"]["items"]


def test_a_marker_without_a_gap_and_a_gap_twice_draw_nothing_twice():
    question = make_question("gaps", data={"text": "<p>[[1]] [[1]] [[9]]</p>", "gaps": DATA["gaps"]["gaps"][:1]})
    assert len(draw(question).xpath("//input")) == 1


def test_what_an_author_writes_cannot_become_markup():
    data = {
        "pairs": [{"prompt": "<script>x</script>", "match": "<b>1</b>"}, {"prompt": "b", "match": '" onclick="x'}],
        "extra": ["<i>"],
    }
    question = make_question("matching", data=data)
    tree = draw(question)
    assert not tree.xpath("//script | //b | //i | //*[@onclick]")
    assert "<b>1</b>" in tree.xpath("//option/@value")
