"""Answering on the page, and what a check shows when its questions change afterwards."""

from decimal import Decimal

import pytest
from django.urls import reverse

from assessment.models import Response
from assessment.services import answer_check
from learning.models import Result
from learning.services import enroll
from lms_pages.models import LessonPage
from questions.models import Question
from tests.factories.lms_pages import check_block, make_course, make_lesson, make_module
from tests.factories.questions import DATA, form_values, make_question, option_ids, right_answer, wrong_answer

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


@pytest.mark.parametrize("before", list(DATA))
@pytest.mark.parametrize("after", ["single_choice", "short_text", "matching", "ordering", "gaps", "essay"])
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


def posted(signed_in, learner, questions, *answers, **extra):
    """The run and the page after answers were sent to the one check of a lesson."""
    lesson, block_id = asked_in(*questions, **extra)
    run = enroll(learner=learner, course=lesson.get_parent().get_parent().specific)
    action = reverse("assessment:answer", args=[run.uuid, lesson.translation_key, block_id])
    data = {}
    for question, answer in zip(questions, answers, strict=True):
        data |= form_values(question, answer)
    html = signed_in.post(action, data, follow=True).content.decode()
    run.refresh_from_db()
    return run, html


@pytest.mark.parametrize("kind", [kind for kind in DATA if kind not in ("poll", "essay")])
def test_every_type_is_answered_from_its_form(learner, signed_in, kind):
    question = make_question(kind)
    _run, html = posted(signed_in, learner, [question], right_answer(question))
    assert Response.objects.get().score == 1
    assert "said-right" in html


def test_what_is_partly_right_is_called_so_and_each_part_has_its_word(learner, signed_in):
    question = make_question("matching")
    matches = right_answer(question)["matches"]
    first, second, third = matches
    _run, html = posted(
        signed_in,
        learner,
        [question],
        {"matches": {first: matches[first], second: matches[third], third: matches[second]}},
    )
    assert Response.objects.get().score == Decimal("0.3333")
    assert "Partly right" in html
    assert "Some clauses known." in html
    assert (html.count("part-right"), html.count("part-notyet")) == (1, 2)


def test_a_knowledge_check_takes_no_points_away(learner, signed_in):
    options = [{"text": "Yes", "right": True}, {"text": "No", "credit": -50, "feedback": "Costly."}]
    question = make_question("single_choice", data={"options": options})
    _run, html = posted(signed_in, learner, [question], wrong_answer(question))
    assert Response.objects.get().score == 0
    assert "Costly." in html


def test_questions_count_by_their_points(learner, signed_in):
    heavy, light = make_question(points=3), make_question()
    run, _html = posted(signed_in, learner, [heavy, light], right_answer(heavy), wrong_answer(light))
    result = Result.objects.get(enrollment=run)
    assert (result.score, result.max_score, result.passed) == (3, 4, False)


def test_a_question_worth_nothing_has_to_be_right_all_the_same(learner, signed_in):
    free, light = make_question(points=0), make_question()
    answers = wrong_answer(free), right_answer(light)
    run, _html = posted(signed_in, learner, [free, light], *answers, completion_rule="checks")
    assert run.status == "active"


def test_an_essay_is_kept_for_a_person_and_holds_nobody_up(learner, signed_in):
    essay, choice = make_question("essay"), make_question()
    run, _html = posted(
        signed_in, learner, [essay, choice], right_answer(essay), right_answer(choice), completion_rule="checks"
    )
    response = Response.objects.get(question=essay)
    assert (response.score, response.answer) == (None, {"text": "It was on Monday.", "words": 4})
    assert run.status == "completed"
    assert Result.objects.get(enrollment=run).max_score == 1
    said = text_of(signed_in, LessonPage.objects.get(translation_key=response.lesson_key))
    assert "Thank you, your answer is in" in said
    assert "A person will read it" not in said


def test_before_it_is_written_an_essay_in_a_lesson_says_that_nobody_grades_it(learner, signed_in):
    essay = make_question("essay", solution="<p>A model letter.</p>")
    lesson, _block_id = asked_in(essay)
    enroll(learner=learner, course=lesson.get_parent().get_parent().specific)
    before = text_of(signed_in, lesson)
    assert "It is not graded. Those who teach the course can read it." in before
    assert "A person reads it" not in before
    assert "A model letter." not in before
    # What was written is compared with the worked solution, since no verdict opens it.
    _run, after = posted(signed_in, learner, [essay], right_answer(essay))
    assert "A model letter." in after


def test_a_refused_essay_comes_back_as_it_was_written(learner, signed_in):
    essay = make_question("essay", data={"min_words": 50})
    _run, html = posted(signed_in, learner, [essay], {"text": "Far too <short>", "words": 3})
    assert "Your answer has 3 words. Write at least 50 words." in html
    assert "Far too &lt;short&gt;</textarea>" in html
    assert not Response.objects.exists()


def test_a_refused_order_comes_back_as_it_was_sent(learner, signed_in):
    question = make_question("ordering")
    lesson, block_id = asked_in(question)
    run = enroll(learner=learner, course=lesson.get_parent().get_parent().specific)
    action = reverse("assessment:answer", args=[run.uuid, lesson.translation_key, block_id])
    names = list(form_values(question, right_answer(question)))
    html = signed_in.post(action, dict.fromkeys(names, "2"), follow=True).content.decode()
    assert "Two items have place 2." in html
    assert html.count('<option value="2" selected>') == 4
    assert not Response.objects.exists()


def test_the_resource_is_a_live_page_or_else_an_address(learner, signed_in):
    page = make_lesson(make_module(make_course(modules=0, visibility="public")), "Explained here")
    question = make_question(resource_page=page, resource_url="https://example.com/there")
    _run, html = posted(signed_in, learner, [question], wrong_answer(question))
    assert f'<a href="{page.url}">Explained here</a>' in html
    page.unpublish()
    question = Question.objects.get(pk=question.pk)
    assert question.resource.url == "https://example.com/there"
