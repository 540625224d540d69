"""The pages of a quiz: begin, answer, hand in, look at it again."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from assessment.models import Attempt
from assessment.services import start_attempt, submit_attempt
from learning.models import EnrollmentStatus, LearningEvent
from tests.factories.accounts import make_person
from tests.factories.questions import make_question, option_ids
from tests.factories.quizzes import answers_to, asked, make_attempt, make_quiz, make_taker, section

pytestmark = pytest.mark.django_db


def words(response) -> str:
    text = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def url(name, attempt) -> str:
    return reverse(f"assessment:{name}", args=[attempt.uuid])


def fields(attempt, *, right=None) -> dict:
    """What a browser sends for the whole page."""
    data = {"asked": [row.position for row in attempt.questions.order_by("position")]}
    for position, answer in answers_to(attempt, right=right).items():
        data[f"q{position}"] = answer["options"]
    return data


@pytest.fixture
def taken(client):
    """A quiz of two questions, somebody on its course who is signed in, and their attempt."""
    quiz = make_quiz(time_limit=10, pass_mark=Decimal("0.5"), title="Doors and ladders")
    run = make_taker(quiz, make_person("Lea Learner"))
    client.force_login(run.learner)
    return quiz, run, start_attempt(enrollment=run, quiz=quiz)


def test_the_page_of_the_quiz_says_its_rules_and_begins_it(client):
    quiz = make_quiz(time_limit=10, pass_mark=Decimal("0.6"), attempts_allowed=2, wait_minutes=30)
    run = make_taker(quiz)
    client.force_login(run.learner)
    said = words(client.get(quiz.get_url()))
    for sentence in (
        "It asks 2 questions.",
        "You have 10 minutes from when you begin.",
        "You can take it 2 times. The best attempt counts. Between two attempts there are 30 minutes.",
        "You pass with 60 % of the points.",
        "You have 2 attempts left.",
    ):
        assert sentence in said
    response = client.post(reverse("assessment:begin", args=[run.uuid, quiz.translation_key]))
    assert response.url == url("attempt", Attempt.objects.get())
    assert "Go on with your attempt" in words(client.get(quiz.get_url()))


def test_answers_are_saved_and_shown_again_and_handed_in_after_a_last_look(client, taken):
    _quiz, run, attempt = taken
    data = fields(attempt)
    response = client.post(url("attempt", attempt), {**data, "q2": "", "go": "finish"})
    assert response.url == url("finish", attempt)
    assert "1 of 2 questions has no complete answer yet" in words(client.get(response.url))
    page = client.get(url("attempt", attempt)).content.decode()
    assert page.count(" checked") == 1
    response = client.post(url("attempt", attempt), {**data, "go": ""})
    assert response.url == url("attempt", attempt)
    assert "Every question is answered" in words(client.get(url("finish", attempt)))
    response = client.post(url("finish", attempt))
    assert response.url == reverse("learning:completion", args=[run.uuid])
    said = words(client.get(url("review", attempt)))
    assert "2 of 2 points" in said
    assert "Passed" in said
    assert client.get(url("attempt", attempt)).url == url("review", attempt)


def test_handed_in_twice_and_replayed_is_one_grade(client, taken):
    _quiz, _run, attempt = taken
    client.post(url("finish", attempt), fields(attempt))
    events = LearningEvent.objects.count()
    assert client.post(url("finish", attempt), fields(attempt, right=0)).url == url("review", attempt)
    assert client.post(url("attempt", attempt), fields(attempt, right=0)).url == url("review", attempt)
    assert client.post(url("save", attempt), fields(attempt, right=0)).status_code == 409
    attempt.refresh_from_db()
    assert (attempt.score, LearningEvent.objects.count()) == (2, events)


def test_a_script_saves_one_answer_and_is_told_when(client, taken):
    _quiz, _run, attempt = taken
    row = attempt.questions.get(position=2)
    response = client.post(url("save", attempt), {"asked": 2, "q2": option_ids(row.question)[0]})
    told = response.json()
    assert told["errors"] == {}
    assert re.fullmatch(r"Saved at \d\d:\d\d\.", told["sentence"])
    assert 590 <= told["seconds_left"] <= 600
    assert list(attempt.questions.filter(answer__isnull=False).values_list("position", flat=True)) == [2]


def test_the_browsers_clock_decides_nothing(client, taken):
    _quiz, _run, attempt = taken
    with time_machine.travel(attempt.due_at + timedelta(seconds=16), tick=False):
        told = client.post(url("save", attempt), {**fields(attempt), "now": "2020-01-01"})
        assert (told.status_code, told.json()["is_over"]) == (409, True)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.submitted_by, attempt.score) == ("graded", "deadline", 0)


def test_what_comes_too_late_by_the_form_is_said_and_not_taken(client, taken):
    _quiz, _run, attempt = taken
    with time_machine.travel(attempt.due_at + timedelta(seconds=16), tick=False):
        response = client.post(url("attempt", attempt), {**fields(attempt), "go": "finish"}, follow=True)
    assert "The time was over. The 0 answers that were saved until then were handed in." in words(response)
    attempt.refresh_from_db()
    assert attempt.score == 0


def test_answers_of_another_question_and_nonsense_save_nothing_and_lose_nothing(client, taken):
    _quiz, _run, attempt = taken
    first, second = attempt.questions.order_by("position")
    right = fields(attempt)
    client.post(url("save", attempt), right)
    for foreign in (option_ids(second.question)[0], "x" * 5000, "\x00", "=1+1"):
        told = client.post(url("save", attempt), {"asked": [1], "q1": foreign}).json()
        assert list(told["errors"]) == ["1"]
    assert client.post(url("save", attempt), {"asked": ["7", "-1", "abc", "99999"], "q7": "x"}).status_code == 200
    submit_attempt(attempt=attempt)
    assert attempt.score == 2
    assert first.question_id != second.question_id


def test_an_attempt_of_somebody_else_is_not_there(client, taken):
    _quiz, _run, attempt = taken
    client.force_login(make_person())
    for name in ("attempt", "save", "finish", "review"):
        assert client.post(url(name, attempt), fields(attempt)).status_code in (404, 405)
        assert client.get(url(name, attempt)).status_code in (404, 405)
    assert attempt.questions.filter(answer__isnull=False).count() == 0
    client.logout()
    assert client.get(url("attempt", attempt)).status_code == 302


def test_a_refusal_is_told_on_the_page_of_the_quiz(client):
    quiz = make_quiz(attempts_allowed=1)
    run = make_taker(quiz)
    client.force_login(run.learner)
    make_attempt(run, quiz)
    response = client.post(reverse("assessment:begin", args=[run.uuid, quiz.translation_key]), follow=True)
    assert "You have taken this quiz, and it can be taken once." in words(response)
    assert Attempt.objects.count() == 1


def test_one_a_page_goes_from_question_to_question(client):
    quiz = make_quiz(layout="one")
    run = make_taker(quiz)
    client.force_login(run.learner)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    said = words(client.get(url("attempt", attempt)))
    assert "Question 1 of 2" in said
    assert "Question 2 of 2" not in said
    data = fields(attempt)
    response = client.post(url("attempt", attempt), {"asked": 1, "q1": data["q1"], "go": "2"})
    assert response.url == f"{url('attempt', attempt)}?q=2#q-2"
    assert "Question 2 of 2" in words(client.get(response.url))
    assert attempt.questions.filter(answer__isnull=False).count() == 1


def test_checked_at_once_it_tells_the_verdict_and_the_hint_of_this_question_alone(client):
    first = make_question(hint="<p>Count the orders.</p>", solution="<p>Three orders are three rows.</p>")
    quiz = make_quiz(None, first, make_question(hint="<p>Another hint.</p>"), feedback_mode="again")
    run = make_taker(quiz)
    client.force_login(run.learner)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    assert "Count the orders." not in client.get(url("attempt", attempt)).content.decode()
    data = fields(attempt, right=0)
    response = client.post(url("attempt", attempt), {**data, "check": "1"})
    page = client.get(response.url).content.decode()
    assert "Count the orders." in page
    assert "Another hint." not in page
    assert "Three orders are three rows." not in page
    assert page.count("Not yet") == 1
    client.post(url("attempt", attempt), {**fields(attempt), "check": "1"})
    submit_attempt(attempt=attempt)
    assert attempt.questions.get(position=1).earned == Decimal("0.667")


@pytest.mark.parametrize(
    ("rights", "there", "missing"),
    [
        ([], [], ["2 of 2 points", "Right", "One for each order.", "Right answer:", "Worked"]),
        (["points"], ["1 of 2 points"], ["Not yet", "That is every customer.", "Right answer:", "Worked"]),
        (["verdict"], ["Not yet"], ["1 of 2 points", "That is every customer.", "Right answer:", "Worked"]),
        (["verdict", "feedback"], ["Not yet", "That is every customer."], ["Right answer:", "Worked"]),
        (["right"], ["Right answer: Three", "Worked"], ["Not yet", "That is every customer."]),
    ],
)
def test_the_review_shows_what_the_rules_allow_and_nothing_else(client, rights, there, missing):
    question = make_question(solution="<p>Worked</p>")
    quiz = make_quiz(
        sections=[section(asked(make_question()), asked(question))], review_after_submission=rights, attempts_allowed=3
    )
    run = make_taker(quiz)
    client.force_login(run.learner)
    attempt = make_attempt(run, quiz, right=1)
    said = words(client.get(url("review", attempt)))
    assert [text for text in there if text not in said] == []
    assert [text for text in missing if text in said] == []
    start = words(client.get(quiz.get_url()))
    assert ("1 of 2 points" in start) == ("points" in rights)


def test_closing_the_quiz_shows_more_and_says_so_before(client):
    closes = timezone.now() + timedelta(hours=1)
    quiz = make_quiz(closes_at=closes, review_after_submission=[], review_after_close=["right"])
    run = make_taker(quiz)
    client.force_login(run.learner)
    attempt = make_attempt(run, quiz, right=0)
    before = words(client.get(url("review", attempt)))
    assert "You will see more when the quiz has closed" in before
    assert "Right answer:" not in before
    with time_machine.travel(closes + timedelta(seconds=1)):
        assert "Right answer: Three" in words(client.get(url("review", attempt)))


def test_nobody_marks_a_quiz_done_by_hand_from_its_address(client, taken):
    quiz, run, _attempt = taken
    response = client.post(reverse("learning:complete", args=[run.uuid, quiz.translation_key]), follow=True)
    assert "A quiz is done by taking it." in words(response)
    run.refresh_from_db()
    assert (run.status, run.completed_lessons) == (EnrollmentStatus.ACTIVE, 0)


def test_the_pages_cost_the_same_for_two_and_for_thirty_questions(client, django_assert_max_num_queries):
    counts = set()
    for number in (2, 30):
        quiz = make_quiz(None, *(make_question() for _number in range(number)))
        run = make_taker(quiz)
        client.force_login(run.learner)
        attempt = start_attempt(enrollment=run, quiz=quiz)
        client.get(url("attempt", attempt))
        found = []
        for name in ("attempt", "finish"):
            with django_assert_max_num_queries(20) as queries:
                client.get(url(name, attempt))
            found.append(len(queries))
        submit_attempt(attempt=attempt, answers=answers_to(attempt))
        for address in (url("review", attempt), quiz.get_url()):
            client.get(address)
            with django_assert_max_num_queries(20) as queries:
                client.get(address)
            found.append(len(queries))
        counts.add(tuple(found))
    assert len(counts) == 1


def test_a_handed_in_text_is_there_to_read_whole_and_asks_for_nothing(client):
    quiz = make_quiz(None, make_question("essay"), make_question("multiple_answers"), make_question("ordering"))
    run = make_taker(quiz)
    client.force_login(run.learner)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    taking = words(client.get(url("attempt", attempt)))
    hints = (
        "Write at least 3 words.",
        "Choose every option that is right.",
        "Give each item its place: 1 comes first.",
    )
    assert [hint for hint in hints if hint not in taking] == []
    submit_attempt(attempt=attempt, answers=answers_to(attempt))
    page = client.get(url("review", attempt)).content.decode()
    assert '<div class="essay-text"><p>It was on Monday.</p></div>' in page
    assert "<textarea" not in page
    assert [hint for hint in hints if hint in page] == []
