"""A question cleans its own texts, whatever way they come in."""

import pytest

from assessment.services import start_attempt
from questions.models import Question
from tests.factories.questions import DATA, make_question
from tests.factories.quizzes import make_quiz, make_taker

pytestmark = pytest.mark.django_db

BAD = '<p onclick="alert(1)">Fine<script>alert(1)</script><img src=x onerror=alert(1)></p>'
GOOD = "<p>Fine</p>"
TEXTS = ("stem", "feedback", "hint", "solution")


def put_in(question: Question) -> Question:
    """Bad texts everywhere, past all forms and readers."""
    for name in TEXTS:
        setattr(question, name, BAD)
    stream = question.definition.stream_block
    raw = stream.get_prep_value(question.definition)
    for name in raw[0]["value"]:
        if name.startswith("feedback_"):
            raw[0]["value"][name] = BAD
    for option in raw[0]["value"].get("options", []):
        option["value"] |= {"text": BAD, "feedback": BAD}
    question.definition = stream.to_python(raw)
    return question


def texts_of(source: dict | Question) -> set[str]:
    get = source.get if isinstance(source, dict) else lambda name: getattr(source, name)
    return {get(name) for name in TEXTS}


@pytest.mark.parametrize("kind", DATA)
def test_saving_cleans_every_text_it_holds(kind):
    question = put_in(make_question(kind))
    question.save()
    again = Question.objects.get(pk=question.pk)
    assert texts_of(again) == {GOOD}
    assert "alert" not in str(again.definition.get_prep_value())
    if kind in ("single_choice", "multiple_answers"):
        assert str(again.value["feedback_partly"]) == GOOD
        assert str(again.value["options"][0]["feedback"]) == GOOD


def test_so_does_keeping_a_revision_as_attempts_ask_it():
    question = put_in(make_question())
    revision = question.save_revision()
    assert texts_of(revision.content) == {GOOD}
    assert "alert" not in revision.content["definition"]
    revision.publish()
    quiz = make_quiz(None, question)
    run = make_taker(quiz)
    row = start_attempt(enrollment=run, quiz=quiz).questions.get()
    assert row.as_asked.stem == GOOD
    assert "alert" not in str(row.as_asked.definition.get_prep_value())


def test_what_is_clean_stays_as_it_was_written():
    stem = '<p>Is 3 &lt; 5? See <a linktype="page" id="3">this</a>, E<sub>0</sub> and <code>a &amp;&amp; b</code>.</p>'
    question = make_question(stem=stem)
    before = question.definition.get_prep_value()
    question.save()
    again = Question.objects.get(pk=question.pk)
    assert (again.stem, again.definition.get_prep_value()) == (stem, before)
