"""What is typed and is no whole answer yet: kept with the attempt, shown again, and never judged."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import INSTRUCTOR
from assessment.models import AttemptQuestion
from assessment.services import attempts, check_answer, save_answers, start_attempt, submit_attempt, submit_overdue
from assessment.services.attempts import UNFINISHED_LENGTH, Window
from lms_pages.models import CourseStaff
from tests.factories.accounts import make_person
from tests.factories.questions import DATA, make_question, option_ids
from tests.factories.quizzes import answers_to, make_quiz, make_taker

pytestmark = pytest.mark.django_db

UNIT = "Type the unit beside the number, then check your answer."
PLACES = "Give every item a place, then check your answer."
HALF = {"": ["1.2"], "unit": [""]}


def words(response) -> str:
    text = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.S)
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", text).split()))


def url(name, attempt) -> str:
    return reverse(f"assessment:{name}", args=[attempt.uuid])


def number(**extra):
    return make_question("numerical", data=DATA["numerical"] | {"unit_asked": True}, **extra)


@pytest.fixture
def attempt(client):
    """Somebody who is signed in takes a quiz of a number with its unit and an order."""
    quiz = make_quiz(None, number(), make_question("ordering"), time_limit=10)
    run = make_taker(quiz)
    client.force_login(run.learner)
    return start_attempt(enrollment=run, quiz=quiz)


def half_ordered(attempt) -> dict[str, str]:
    """What a form without scripts sends when one item has its place."""
    question = attempt.questions.get(position=2).as_asked
    first, *rest = question.kind.parts(question.value)
    return {f"q2.{first.key}": "1"} | {f"q2.{part.key}": "" for part in rest}


def kept(attempt) -> dict[int, tuple]:
    rows = attempt.questions.order_by("position").values_list("position", "answer", "unfinished")
    return {position: (answer, unfinished) for position, answer, unfinished in rows}


def test_it_is_there_again_with_its_sentence_in_another_browser(client, attempt):
    sent = {"asked": [1, 2], "q1": "1.2", "q1.unit": "", **half_ordered(attempt)}
    told = client.post(url("save", attempt), sent).json()
    assert told["errors"] == {"1": UNIT, "2": PLACES}
    assert told["answered"] == "0 of 2 answered"
    other = Client()
    other.force_login(attempt.enrollment.learner)
    page = other.get(url("attempt", attempt))
    assert UNIT in words(page)
    assert PLACES in words(page)
    markup = page.content.decode()
    assert 'value="1.2"' in markup
    assert markup.count('<option value="1" selected>') == 1
    last_look = words(other.get(url("finish", attempt)))
    assert "2 of 2 questions have no complete answer yet." in last_look
    assert last_look.count("not complete") == 2
    assert UNIT in last_look


def test_a_whole_answer_and_an_empty_form_clear_it(attempt):
    right = answers_to(attempt)
    for answer in (right[1], None):
        save_answers(attempt=attempt, answers={}, unfinished={1: HALF})
        assert kept(attempt)[1][1] == HALF
        save_answers(attempt=attempt, answers={1: answer})
        assert kept(attempt)[1] == (answer, None)
    assert AttemptQuestion.objects.filter(answer__isnull=True, unfinished__isnull=True).count() == 2


def test_the_end_of_the_time_hands_in_nothing_of_it(attempt):
    save_answers(attempt=attempt, answers={}, unfinished={1: HALF})
    assert submit_overdue(at=attempt.due_at + attempts.grace() * 2) == 1
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score) == ("graded", 0)
    assert kept(attempt)[1] == (None, HALF)


def test_at_the_end_of_the_time_the_last_whole_answer_counts(client, attempt):
    save_answers(attempt=attempt, answers={1: answers_to(attempt)[1]})
    client.post(url("save", attempt), {"asked": [1], "q1": "7", "q1.unit": ""})
    assert "Until then your earlier answer counts." in words(client.get(url("finish", attempt)))
    submit_overdue(at=attempt.due_at + attempts.grace() * 2)
    attempt.refresh_from_db()
    assert attempt.score == 1


def test_handed_in_with_it_the_review_says_what_became_of_it(client, attempt):
    client.post(url("finish", attempt), {"asked": [1], "q1": "1.2", "q1.unit": ""})
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score, kept(attempt)[1][1]) == ("graded", 0, HALF)
    said = words(client.get(url("review", attempt)))
    assert said.count("Your answer was not complete, so it counts as none.") == 1
    assert said.count("You gave no answer.") == 1


def test_an_older_window_does_not_write_over_a_newer_one(attempt):
    right = answers_to(attempt)
    first, second = Window("first", {1: "", 2: ""}), Window("second", {1: "", 2: ""})
    save_answers(attempt=attempt, answers={1: right[1]}, window=first)
    assert save_answers(attempt=attempt, answers={}, unfinished={1: HALF}, window=second).elsewhere == (1,)
    assert kept(attempt)[1] == (right[1], None)
    # And the other way round: a whole answer of the older window stays out as well.
    save_answers(attempt=attempt, answers={}, unfinished={2: HALF}, window=first)
    assert save_answers(attempt=attempt, answers={2: right[2]}, window=second).elsewhere == (2,)
    assert kept(attempt)[2] == (None, HALF)
    assert save_answers(attempt=attempt, answers={2: right[2]}, window=first).elsewhere == ()
    assert kept(attempt)[2] == (right[2], None)


def test_the_twin_without_the_guard_loses_the_newer_answer(attempt, monkeypatch):
    monkeypatch.setattr(Window, "may_write", lambda self, row: True)
    save_answers(attempt=attempt, answers={1: answers_to(attempt)[1]}, window=Window("first", {1: ""}))
    save_answers(attempt=attempt, answers={}, unfinished={1: HALF}, window=Window("second", {1: ""}))
    assert kept(attempt)[1][1] == HALF


def test_what_is_too_long_is_told_and_not_kept(client, attempt):
    before = kept(attempt)
    sent = {"asked": [1], "q1": "x" * UNFINISHED_LENGTH, "q1.unit": ""}
    assert list(client.post(url("save", attempt), sent).json()["errors"]) == ["1"]
    assert "1. An answer has at most 60 characters" in words(client.post(url("attempt", attempt), sent, follow=True))
    with pytest.raises(ValueError, match="too long"):
        save_answers(attempt=attempt, answers={}, unfinished={1: {"": ["x" * UNFINISHED_LENGTH]}})
    assert kept(attempt) == before


def test_what_a_database_cannot_hold_is_taken_out_of_it(client, attempt):
    client.post(url("save", attempt), {"asked": [1], "q1": "1\0", "q1.un\0it": "\0"})
    assert kept(attempt)[1] == (None, {"": ["1"], "unit": [""]})


def test_nonsense_does_not_close_the_page(client, attempt):
    question = attempt.questions.get(position=2).as_asked
    parts = question.kind.parts(question.value)
    for nonsense in ("9" * 5000, "²", "-1", "1.5", "<b>"):
        sent = {f"q2.{part.key}": nonsense for part in parts}
        client.post(url("save", attempt), {"asked": [2], **sent})
        assert kept(attempt)[2][1] == {part.key: [nonsense] for part in parts}
        assert client.get(url("attempt", attempt)).status_code == 200


def test_after_the_end_nothing_is_kept(client, attempt):
    submit_attempt(attempt=attempt)
    before = kept(attempt)
    assert client.post(url("save", attempt), {"asked": [1], "q1": "1.2"}).status_code == 409
    assert kept(attempt) == before


def test_a_question_that_was_checked_for_good_keeps_its_answer(client):
    quiz = make_quiz(None, number(), feedback_mode="once")
    run = make_taker(quiz)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    save_answers(attempt=attempt, answers={}, unfinished={1: HALF})
    check_answer(attempt=attempt, position=1, answer=answers_to(attempt)[1])
    before = kept(attempt)
    assert before[1][1] is None
    save_answers(attempt=attempt, answers={}, unfinished={1: HALF})
    assert kept(attempt) == before


def test_while_another_answer_is_written_no_verdict_stands_beside_it(client):
    quiz = make_quiz(None, number(feedback="<p>General.</p>"), feedback_mode="again")
    run = make_taker(quiz)
    client.force_login(run.learner)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    check_answer(attempt=attempt, position=1, answer={"number": "9", "text": "9", "unit": "m"})
    assert "Not yet" in words(client.get(url("attempt", attempt)))
    client.post(url("save", attempt), {"asked": [1], "q1": "8", "q1.unit": ""})
    said = words(client.get(url("attempt", attempt)))
    assert UNIT in said
    assert "Not yet" not in said
    assert "General." not in said


def test_a_check_without_an_answer_asks_for_one(client):
    quiz = make_quiz(None, make_question(), feedback_mode="once")
    run = make_taker(quiz)
    client.force_login(run.learner)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    response = client.post(url("attempt", attempt), {"asked": [1], "check": "1"})
    assert response.url == f"{url('attempt', attempt)}?empty=1#q-1"
    assert "Answer the question, then check it." in words(client.get(response.url))
    assert attempt.questions.get().tries == 0


def test_one_a_page_goes_on_and_says_what_is_missing(client):
    quiz = make_quiz(None, number(), make_question(), layout="one")
    run = make_taker(quiz)
    client.force_login(run.learner)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    response = client.post(url("attempt", attempt), {"asked": [1], "q1": "1.2", "q1.unit": "", "go": "2"}, follow=True)
    said = words(response)
    assert "Question 2 of 2" in said
    assert f"Question 1 is not complete yet. {UNIT}" in said
    assert "Question 1 not complete" in said


def test_a_short_essay_is_told_and_handed_in_as_it_is(client):
    quiz = make_quiz(None, make_question("essay"))
    run = make_taker(quiz)
    client.force_login(run.learner)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    client.post(url("attempt", attempt), {"asked": [1], "q1": "On Monday", "go": "finish"})
    said = words(client.get(url("finish", attempt)))
    assert "Your answer has 2 words. Write at least 3 words. It is handed in as it stands." in said
    submit_attempt(attempt=attempt)
    row = attempt.questions.get()
    assert (row.answer, row.needs_grading) == ({"text": "On Monday", "words": 2}, True)


def test_nobody_but_the_learner_reads_what_was_begun(client, attempt):
    secret = "halfway4711"
    client.post(url("save", attempt), {"asked": [1, 2], "q1": secret, **half_ordered(attempt)})
    submit_attempt(attempt=attempt)
    assert secret in client.get(url("review", attempt)).content.decode()
    course = attempt.enrollment.course
    staff = make_person(roles=(INSTRUCTOR,))
    CourseStaff.objects.create(course=course, user=staff)
    client.force_login(staff)
    page = client.get(reverse("assessment_attempt_modeladmin_inspect", args=[attempt.pk]))
    assert words(page).count("no complete answer") == 2
    assert secret not in page.content.decode()
    assert client.get(url("review", attempt)).status_code == 404


def test_it_costs_no_query_of_its_own(attempt, django_assert_num_queries):
    with django_assert_num_queries(5):
        save_answers(attempt=attempt, answers={}, unfinished={1: HALF}, at=timezone.now())
    with django_assert_num_queries(5):
        save_answers(attempt=attempt, answers={}, unfinished={1: {"": ["2"]}, 2: HALF}, at=timezone.now())


def test_another_form_of_the_same_question_may_be_finished_meanwhile(attempt):
    """The sentence is found anew each time: none is left where nothing is missing any more."""
    choice = make_question()
    quiz = make_quiz(None, choice)
    run = make_taker(quiz)
    other = start_attempt(enrollment=run, quiz=quiz)
    save_answers(attempt=other, answers={}, unfinished={1: {"": option_ids(choice)[:1]}})
    client = Client()
    client.force_login(run.learner)
    assert "This answer was not saved as a whole. Save it once more." in words(client.get(url("attempt", other)))
