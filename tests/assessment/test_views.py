"""Answering on the page, and what a check shows when its questions change afterwards."""

import pytest
from django.urls import reverse

from assessment.models import Response
from assessment.services import answer_check
from learning.services import enroll
from questions.models import Question
from tests.factories.lms_pages import check_block, make_course, make_lesson, make_module
from tests.factories.questions import DATA, make_question, option_ids, right_answer, wrong_answer

pytestmark = pytest.mark.django_db


def asked_in(*questions, **extra):
    """A lesson that asks ``questions`` in one check, and the check's place."""
    block = check_block(*questions)
    return make_lesson(make_module(make_course(modules=0)), body=[block], **extra), block["id"]


@pytest.fixture
def on_it(learner, signed_in):
    """Enroll the signed-in learner in a lesson's course and answer its one question."""

    def answer(question, answer):
        lesson, block_id = asked_in(question)
        run = enroll(learner=learner, course=lesson.get_parent().get_parent().specific)
        answer_check(enrollment=run, lesson=lesson, block_id=block_id, answers={question.pk: answer})
        return lesson

    return answer


def publish(question, kind, data):
    """Change an answered question as its editor does; options that stay keep their ids."""
    question.definition = make_question(kind, data=data).definition
    question.save_revision().publish()


def text_of(client, lesson):
    response = client.get(lesson.url)
    assert response.status_code == 200
    return response.content.decode()


def test_the_feedback_of_an_answer_is_said(signed_in, on_it):
    question = make_question("short_text")
    assert "Think of car exhaust." in text_of(signed_in, on_it(question, wrong_answer(question)))


def test_a_chosen_option_that_was_deleted_since_leaves_the_verdict(signed_in, on_it):
    question = make_question("multiple_answers")
    lesson = on_it(question, right_answer(question))
    question.definition[0].value["options"].pop(0)
    question.save_revision().publish()
    text = text_of(signed_in, lesson)
    assert "said-right" in text
    assert "Yes, fuel." not in text


@pytest.mark.parametrize("before", ["single_choice", "multiple_answers", "short_text", "numerical", "poll"])
@pytest.mark.parametrize("after", ["single_choice", "short_text", "numerical"])
def test_a_question_may_change_its_kind_under_its_answers(signed_in, on_it, before, after):
    question = make_question(before)
    lesson = on_it(question, right_answer(question))
    publish(question, after, DATA[after])
    assert "check-note" not in text_of(signed_in, lesson)


def test_feedback_never_contradicts_the_verdict_of_then(signed_in, on_it):
    question = make_question("short_text")
    lesson = on_it(question, {"text": "smoke"})
    publish(question, "short_text", {**DATA["short_text"], "accepted": ["smoke"]})
    text = text_of(signed_in, lesson)
    assert "said-notyet" in text
    assert "Exactly." not in text


def test_a_draft_question_is_not_asked_and_keeps_no_lesson_open(learner, signed_in):
    draft, live = Question(title="Draft", stem="<p>Half a question</p>", live=False), make_question()
    draft.save()
    lesson, block_id = asked_in(draft, live, completion_rule="checks")
    run = enroll(learner=learner, course=lesson.get_parent().get_parent().specific)
    text = text_of(signed_in, lesson)
    assert "Half a question" not in text
    assert live.stem_text in text

    answer = reverse("assessment:answer", args=[run.uuid, lesson.translation_key, block_id])
    right = option_ids(live, right=True)
    signed_in.post(answer, {f"q{draft.pk}": "x", f"q{live.pk}": right})

    assert Response.objects.get().question == live
    run.refresh_from_db()
    assert run.status == "completed"


def test_options_in_random_order_stay_where_they_are(signed_in, on_it):
    options = [{"text": f"Option {number}", "right": number == 0} for number in range(8)]
    question = make_question("single_choice", data={"options": options, "shuffle": True})
    lesson = on_it(question, right_answer(question))

    def places():
        text = text_of(signed_in, lesson)
        return sorted(option_ids(question), key=text.index)

    assert places() == places() != option_ids(question)
