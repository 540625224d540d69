"""Attempts: begun, saved, handed in, ended by the server."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from assessment.exceptions import AlreadyChecked, AttemptOver, CannotBegin, NoSuchCheck, NoSuchQuestion, NothingToAsk
from assessment.models import Attempt, AttemptQuestion
from assessment.services import (
    answer_check,
    attempts,
    check_answer,
    give_extension,
    save_answers,
    start_attempt,
    submit_attempt,
    submit_overdue,
)
from assessment.services.attempts import Window
from learning.exceptions import LessonLocked, NotEnrolled
from learning.models import Enrollment, EnrollmentStatus, LearningEvent, LessonProgress, Result
from learning.services import leave_course
from tests.factories.accounts import make_person
from tests.factories.learning import make_cohort
from tests.factories.lms_pages import make_course, make_lesson, make_module
from tests.factories.questions import make_question, option_ids, right_answer
from tests.factories.quizzes import answers_to, asked, draw, make_attempt, make_quiz, make_taker, section

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(microsecond=0)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def verbs() -> list[str]:
    quizzes = LearningEvent.objects.filter(verb__startswith="qu").order_by("pk")
    return list(quizzes.values_list("verb", flat=True))


def nothing_changed(attempt, before) -> bool:
    attempt.refresh_from_db()
    return before == snapshot(attempt)


def snapshot(attempt):
    rows = attempt.questions.order_by("position").values_list("answer", "share", "earned", "tries", "is_final")
    return (attempt.state, attempt.score, list(rows), LearningEvent.objects.count())


# Beginning ---------------------------------------------------------------------


def test_an_attempt_keeps_the_questions_the_page_and_the_rules_it_began_with():
    quiz = make_quiz(pass_mark=Decimal("0.5"), time_limit=20)
    enrollment = make_taker(quiz)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOW)
    assert (attempt.number, attempt.state, attempt.max_score, attempt.due_at) == (1, "open", 2, NOW + 20 * MINUTE)
    assert attempt.page_revision_id == quiz.live_revision_id
    first, _second = attempt.questions.order_by("position")
    question = first.question
    assert first.question_revision_id == question.live_revision_id

    question.stem = "<p>Something else.</p>"
    question.save_revision().publish()
    quiz.pass_mark, quiz.time_limit = Decimal(1), 5
    quiz.save_revision().publish()
    attempt.refresh_from_db()
    assert "number" in attempt.questions.get(position=1).as_asked.stem
    assert (attempt.judged_by.pass_mark, attempt.judged_by.time_limit) == (Decimal("0.5"), 20)
    submit_attempt(attempt=attempt, answers=answers_to(attempt, right=1), at=NOW + MINUTE)
    assert (attempt.score, attempt.passed) == (1, True)
    assert verbs() == ["quiz:started", "quiz:submitted", "question:answered", "question:answered", "quiz:graded"]


def test_beginning_again_returns_the_attempt_that_is_under_way():
    quiz = make_quiz()
    enrollment = make_taker(quiz)
    first = start_attempt(enrollment=enrollment, quiz=quiz)
    assert start_attempt(enrollment=enrollment, quiz=quiz) == first
    assert Attempt.objects.count() == 1
    assert verbs() == ["quiz:started"]


def test_one_that_is_over_is_handed_in_before_the_next_one_begins():
    quiz = make_quiz(time_limit=10)
    enrollment = make_taker(quiz)
    first = start_attempt(enrollment=enrollment, quiz=quiz, at=NOW)
    second = start_attempt(enrollment=enrollment, quiz=quiz, at=NOW + 11 * MINUTE)
    first.refresh_from_db()
    assert (first.state, first.submitted_by, first.submitted_at) == ("graded", "deadline", NOW + 10 * MINUTE)
    assert (second.number, second.state) == (2, "open")


@pytest.mark.parametrize(
    ("rules", "earlier", "at", "words"),
    [
        ({"opens_at": NOW + MINUTE}, 0, NOW, "opens on"),
        ({"closes_at": NOW}, 0, NOW, "closed on"),
        ({"attempts_allowed": 1}, 1, NOW + 60 * MINUTE, "it can be taken once"),
        ({"attempts_allowed": 2}, 2, NOW + 60 * MINUTE, "2 times"),
        ({"wait_minutes": 30}, 1, NOW + 29 * MINUTE, "again from"),
    ],
)
def test_the_rules_of_the_quiz_are_kept_by_the_server(rules, earlier, at, words):
    quiz = make_quiz(**rules)
    enrollment = make_taker(quiz)
    for _number in range(earlier):
        make_attempt(enrollment, quiz, began=NOW)
    before = (Attempt.objects.count(), LearningEvent.objects.count())
    with pytest.raises(CannotBegin, match=words):
        start_attempt(enrollment=enrollment, quiz=quiz, at=at)
    assert (Attempt.objects.count(), LearningEvent.objects.count()) == before


@pytest.mark.parametrize(
    ("rules", "earlier", "at"),
    [
        ({"opens_at": NOW}, 0, NOW),
        ({"closes_at": NOW}, 0, NOW - SECOND),
        ({"attempts_allowed": 2}, 1, NOW),
        ({"wait_minutes": 30}, 1, NOW + 30 * MINUTE),
    ],
)
def test_and_not_a_second_longer(rules, earlier, at):
    quiz = make_quiz(**rules)
    enrollment = make_taker(quiz)
    for _number in range(earlier):
        make_attempt(enrollment, quiz, began=NOW)
    assert start_attempt(enrollment=enrollment, quiz=quiz, at=at).number == earlier + 1


def test_nobody_begins_who_is_not_on_the_course_or_not_there_yet():
    course = make_course(modules=1, lessons=1, lesson_order="in_order")
    quiz = make_quiz(course.get_children().first().specific)
    enrollment = make_taker(quiz)
    with pytest.raises(LessonLocked):
        start_attempt(enrollment=enrollment, quiz=quiz)
    leave_course(enrollment=enrollment)
    with pytest.raises(NotEnrolled):
        start_attempt(enrollment=enrollment, quiz=quiz)
    assert Attempt.objects.count() == 0


def test_a_quiz_whose_questions_are_all_taken_back_asks_nothing():
    question = make_question()
    quiz = make_quiz(None, question)
    question.unpublish()
    with pytest.raises(NothingToAsk):
        start_attempt(enrollment=make_taker(quiz), quiz=quiz)
    assert Attempt.objects.count() == 0


# Drawing ------------------------------------------------------------------------


def test_a_draw_asks_nothing_twice_and_prefers_what_was_not_asked_before():
    easy = [make_question(difficulty="easy") for _number in range(5)]
    fixed = easy[0]
    quiz = make_quiz(sections=[section(asked(fixed, "3.5")), section(draw(2, difficulty="easy", points="2"))])
    enrollment = make_taker(quiz)
    rounds = []
    for _number in range(2):
        attempt = start_attempt(enrollment=enrollment, quiz=quiz)
        rows = list(attempt.questions.order_by("position"))
        assert [(row.section, row.points) for row in rows] == [(0, Decimal("3.5")), (1, 2), (1, 2)]
        assert rows[0].question == fixed
        rounds.append({row.question_id for row in rows[1:]})
        submit_attempt(attempt=attempt)
    assert rounds[0] | rounds[1] == {question.pk for question in easy[1:]}
    assert attempt.max_score == Decimal("7.5")


def test_a_pool_that_became_too_small_gives_what_it_has():
    questions = [make_question(difficulty="hard") for _number in range(3)]
    quiz = make_quiz(sections=[section(draw(3, difficulty="hard"))])
    assert quiz.short_draws() == []
    questions[0].unpublish()
    assert quiz.short_draws() == [
        "A draw asks for 3 questions, and 2 published questions are there for it. Ask for fewer, widen it, or publish more questions."
    ]
    attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz)
    assert (attempt.questions.count(), attempt.max_score) == (2, 2)


def test_a_wide_draw_leaves_a_narrow_one_what_it_needs():
    for difficulty in ("hard", "hard", "easy", "easy"):
        make_question(difficulty=difficulty)
    quiz = make_quiz(sections=[section(draw(2), draw(2, difficulty="hard"))])
    assert quiz.short_draws() == []
    for _number in range(5):
        attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz)
        asked_for = [row.question.difficulty for row in attempt.questions.order_by("position")]
        assert asked_for == ["easy", "easy", "hard", "hard"]
    overlapping = make_quiz(sections=[section(draw(3), draw(2, difficulty="hard"))])
    assert overlapping.short_draws() == [
        "A draw asks for 3 questions, and 2 published questions are there for it. "
        "Ask for fewer, widen it, or publish more questions."
    ]


def test_two_learners_get_orders_of_their_own_and_each_keeps_theirs():
    questions = [make_question() for _number in range(12)]
    quiz = make_quiz(sections=[section(*(asked(question) for question in questions), shuffle=True)])
    orders = [
        list(start_attempt(enrollment=make_taker(quiz), quiz=quiz).questions.values_list("question_id", flat=True))
        for _number in range(3)
    ]
    assert {frozenset(order) for order in orders} == {frozenset(question.pk for question in questions)}
    assert len({tuple(order) for order in orders}) > 1


# Saving --------------------------------------------------------------------------


def test_saved_answers_count_when_the_browser_is_gone():
    quiz = make_quiz(time_limit=10, pass_mark=Decimal("0.5"))
    enrollment = make_taker(quiz)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOW)
    right = answers_to(attempt)
    save_answers(attempt=attempt, answers={1: right[1]}, at=NOW + MINUTE)
    assert submit_overdue(at=NOW + 10 * MINUTE + 15 * SECOND) == 0
    assert submit_overdue(at=NOW + 10 * MINUTE + 16 * SECOND) == 1
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score, attempt.passed) == ("graded", 1, True)
    assert (attempt.submitted_by, attempt.submitted_at) == ("deadline", NOW + 10 * MINUTE)
    assert submit_overdue(at=NOW + 20 * MINUTE) == 0
    assert LessonProgress.objects.get().rule == "quiz"


def test_an_answer_is_changed_and_taken_back():
    quiz = make_quiz()
    attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz)
    right = answers_to(attempt)
    save_answers(attempt=attempt, answers=right)
    save_answers(attempt=attempt, answers={1: None})
    submit_attempt(attempt=attempt)
    assert attempt.score == 1
    assert list(attempt.questions.values_list("earned", flat=True)) == [0, 1]


def test_a_number_that_is_not_asked_saves_nothing():
    quiz = make_quiz()
    attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz)
    before = snapshot(attempt)
    with pytest.raises(NoSuchQuestion, match="3"):
        save_answers(attempt=attempt, answers={**answers_to(attempt), 3: {"options": []}})
    assert nothing_changed(attempt, before)


@pytest.mark.parametrize("late", [16 * SECOND, 60 * MINUTE])
def test_what_comes_after_the_end_is_not_taken(late):
    quiz = make_quiz(time_limit=10)
    attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz, at=NOW)
    before = snapshot(attempt)
    with pytest.raises(AttemptOver):
        save_answers(attempt=attempt, answers=answers_to(attempt), at=NOW + 10 * MINUTE + late)
    assert nothing_changed(attempt, before)
    submit_attempt(attempt=attempt, answers=answers_to(attempt), at=NOW + 10 * MINUTE + late)
    assert (attempt.score, attempt.submitted_by, attempt.submitted_at) == (0, "deadline", NOW + 10 * MINUTE)


@pytest.mark.parametrize("early", [-SECOND, timedelta(), SECOND, 15 * SECOND])
def test_what_was_on_its_way_is_taken(early):
    quiz = make_quiz(time_limit=10)
    attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz, at=NOW)
    submit_attempt(attempt=attempt, answers=answers_to(attempt), at=NOW + 10 * MINUTE + early)
    assert (attempt.score, attempt.submitted_by) == (2, "learner")
    assert attempt.submitted_at == NOW + 10 * MINUTE + min(early, timedelta())


def test_another_closing_of_the_quiz_reaches_the_attempts_that_are_open():
    quiz = make_quiz()
    attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz, at=NOW)
    assert attempt.due_at is None
    for closes_at in (NOW + 5 * MINUTE, NOW + 60 * MINUTE):
        quiz.closes_at = closes_at
        quiz.save_revision().publish()
        attempt.refresh_from_db()
        assert attempt.due_at == closes_at


def test_a_quiz_that_closes_ends_the_attempts_that_are_open():
    quiz = make_quiz(closes_at=NOW + 5 * MINUTE, time_limit=60)
    attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz, at=NOW)
    assert attempt.due_at == NOW + 5 * MINUTE


# Handing in ----------------------------------------------------------------------


def test_handed_in_twice_is_one_grade():
    quiz = make_quiz()
    attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz)
    stale = Attempt.objects.get(pk=attempt.pk)
    submit_attempt(attempt=attempt, answers=answers_to(attempt))
    before = snapshot(attempt)
    again = submit_attempt(attempt=stale, answers=answers_to(attempt, right=0))
    assert again.score == 2
    assert nothing_changed(attempt, before)
    with pytest.raises(AttemptOver):
        save_answers(attempt=stale, answers=answers_to(attempt, right=0))
    assert nothing_changed(attempt, before)


def test_a_pass_completes_the_lesson_and_the_course_and_a_later_failure_takes_nothing_back():
    quiz = make_quiz(pass_mark=Decimal("0.6"), kept_attempt="last")
    enrollment = make_taker(quiz)
    make_attempt(enrollment, quiz, right=1)
    assert not LessonProgress.objects.exists()
    assert Result.objects.get().passed is False
    make_attempt(enrollment, quiz)
    enrollment.refresh_from_db()
    assert enrollment.status == EnrollmentStatus.COMPLETED
    make_attempt(enrollment, quiz, right=0)
    enrollment.refresh_from_db()
    assert (enrollment.status, Result.objects.get().score) == (EnrollmentStatus.COMPLETED, 0)
    assert LessonProgress.objects.get().rule == "quiz"


@pytest.mark.parametrize(
    ("which", "score"), [("best", Decimal(2)), ("last", Decimal(1)), ("first", Decimal(0)), ("average", Decimal(1))]
)
def test_what_counts_among_three_attempts(which, score):
    quiz = make_quiz(kept_attempt=which)
    enrollment = make_taker(quiz)
    for right in (0, 2, 1):
        make_attempt(enrollment, quiz, right=right)
    result = Result.objects.get()
    assert (result.score, result.max_score) == (score, 2)


def test_without_a_pass_mark_handing_in_is_enough():
    quiz = make_quiz()
    make_attempt(make_taker(quiz), quiz, right=0)
    assert (LessonProgress.objects.get().rule, Result.objects.get().passed) == ("quiz", None)


def test_polls_are_asked_and_count_nothing():
    quiz = make_quiz(None, make_question("poll"), make_question())
    attempt = make_attempt(make_taker(quiz), quiz)
    assert (attempt.score, attempt.max_score, attempt.state) == (1, 1, "graded")
    survey = make_quiz(None, make_question("poll"))
    attempt = make_attempt(make_taker(survey), survey)
    assert (attempt.score, attempt.max_score, attempt.state) == (0, 0, "graded")
    assert Result.objects.count() == 1


def test_grading_by_somebody_else_moves_neither_place_nor_last_activity():
    quiz = make_quiz(pass_mark=Decimal(1), time_limit=10)
    enrollment = make_taker(quiz)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOW)
    save_answers(attempt=attempt, answers=answers_to(attempt), at=NOW)
    Enrollment.objects.filter(pk=enrollment.pk).update(last_lesson_key=None)
    submit_overdue(at=NOW + 60 * MINUTE)
    enrollment.refresh_from_db()
    assert (enrollment.status, enrollment.last_activity_at) == (EnrollmentStatus.COMPLETED, NOW)
    assert enrollment.last_lesson_key is None


def test_a_learner_who_left_gets_the_attempt_ended_without_progress():
    quiz = make_quiz(time_limit=10)
    enrollment = make_taker(quiz)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOW)
    save_answers(attempt=attempt, answers=answers_to(attempt), at=NOW)
    leave_course(enrollment=Enrollment.objects.get(pk=enrollment.pk))
    assert submit_overdue(at=NOW + 60 * MINUTE) == 1
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score) == ("graded", 2)
    assert (LessonProgress.objects.count(), Result.objects.count()) == (0, 0)


def test_a_quiz_is_neither_marked_done_nor_answered_as_a_check():
    quiz = make_quiz()
    enrollment = make_taker(quiz)
    question = make_question()
    with pytest.raises(NoSuchCheck):
        answer_check(enrollment=enrollment, lesson=quiz, block_id="x", answers={question.pk: right_answer(question)})
    assert Result.objects.count() == 0


# Feedback at once ------------------------------------------------------------------


def test_checked_once_an_answer_stays():
    quiz = make_quiz(feedback_mode="once")
    attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz)
    wrong, right = answers_to(attempt, right=0), answers_to(attempt)
    row = check_answer(attempt=attempt, position=1, answer=wrong[1])
    assert (row.share, row.is_final, row.tries) == (0, True, 1)
    before = snapshot(attempt)
    with pytest.raises(AlreadyChecked):
        check_answer(attempt=attempt, position=1, answer=right[1])
    save_answers(attempt=attempt, answers={1: right[1]})
    assert nothing_changed(attempt, before)
    submit_attempt(attempt=attempt, answers=right)
    assert attempt.score == 1


@pytest.mark.parametrize(("wrong", "earned"), [(0, "1"), (1, "0.75"), (2, "0.5"), (3, "0.25"), (4, "0")])
def test_each_wrong_try_costs_its_share(wrong, earned):
    quiz = make_quiz(None, make_question(), feedback_mode="again", penalty=Decimal("0.25"))
    attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz)
    options = option_ids(attempt.questions.get().question, right=False)
    for number in range(wrong):
        row = check_answer(attempt=attempt, position=1, answer={"options": [options[number % 2]]})
    if wrong < 4:
        row = check_answer(attempt=attempt, position=1, answer=answers_to(attempt)[1])
    assert row.is_final
    submit_attempt(attempt=attempt)
    assert attempt.score == Decimal(earned)


def test_the_same_check_sent_twice_is_one_try():
    quiz = make_quiz(None, make_question(), feedback_mode="again", penalty=Decimal("0.25"))
    attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz)
    for _click in range(2):
        row = check_answer(attempt=attempt, position=1, answer=answers_to(attempt, right=0)[1])
    assert (row.tries, attempt.questions.get().tries) == (1, 1)


def test_an_older_window_does_not_write_over_a_newer_one():
    quiz = make_quiz()
    attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz)
    right = answers_to(attempt)
    first, second = Window("first", {1: "", 2: ""}), Window("second", {1: "", 2: ""})
    assert save_answers(attempt=attempt, answers=right, window=first).elsewhere == ()
    saved = save_answers(attempt=attempt, answers={1: None, 2: None}, window=second)
    assert saved.elsewhere == (1, 2)
    # The same window goes on, and one that was drawn later knows of the first.
    assert save_answers(attempt=attempt, answers={1: None}, window=first).elsewhere == ()
    assert save_answers(attempt=attempt, answers={2: None}, window=Window("third", {2: "first"})).elsewhere == ()
    save_answers(attempt=attempt, answers=right)
    submit_attempt(attempt=attempt, answers={1: None, 2: None}, window=Window("second", {1: "x", 2: "x"}))
    assert attempt.score == 2


def test_an_answer_changed_after_its_check_is_one_more_try():
    quiz = make_quiz(None, make_question(), feedback_mode="again", penalty=Decimal("0.25"))
    attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz)
    check_answer(attempt=attempt, position=1, answer=answers_to(attempt, right=0)[1])
    submit_attempt(attempt=attempt, answers=answers_to(attempt))
    assert (attempt.score, attempt.questions.get().tries) == (Decimal("0.75"), 2)


def test_nothing_is_judged_before_the_end_unless_the_quiz_says_so():
    quiz = make_quiz()
    attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz)
    before = snapshot(attempt)
    with pytest.raises(AlreadyChecked):
        check_answer(attempt=attempt, position=1, answer=answers_to(attempt)[1])
    assert nothing_changed(attempt, before)


# Extensions -----------------------------------------------------------------------


def test_more_time_reaches_the_attempt_that_is_under_way():
    quiz = make_quiz(time_limit=10, attempts_allowed=1)
    enrollment, actor = make_taker(quiz), make_person()
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOW)
    give_extension(quiz=quiz, enrollment=enrollment, actor=actor, reason="Screen reader", extra_minutes=5)
    attempt.refresh_from_db()
    assert attempt.due_at == NOW + 15 * MINUTE
    submit_attempt(attempt=attempt, at=NOW + MINUTE)
    with pytest.raises(CannotBegin):
        start_attempt(enrollment=enrollment, quiz=quiz, at=NOW + 2 * MINUTE)
    give_extension(quiz=quiz, enrollment=enrollment, actor=actor, reason="Fire alarm", extra_attempts=1)
    assert start_attempt(enrollment=enrollment, quiz=quiz, at=NOW + 2 * MINUTE).due_at == NOW + 12 * MINUTE


def overdue(monkeypatch, where: str):
    """An attempt whose time was up when the sweep found it, and which gets more of it before the sweep has come to
    ``where``. Returns the attempt and what the sweep did."""
    quiz = make_quiz(time_limit=10)
    enrollment = make_taker(quiz)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOW)
    go_on = getattr(attempts, where)

    def after_an_extension(*args, **kwargs):
        give_extension(quiz=quiz, enrollment=enrollment, actor=make_person(), reason="Fire alarm", extra_minutes=30)
        return go_on(*args, **kwargs)

    monkeypatch.setattr(attempts, where, after_an_extension)
    ended = submit_overdue(at=NOW + 11 * MINUTE)
    attempt.refresh_from_db()
    return attempt, ended


@pytest.mark.parametrize("where", ["_hold_run_if_open", "close"])
def test_more_time_that_comes_while_the_sweep_is_at_it_is_honored(monkeypatch, where):
    attempt, ended = overdue(monkeypatch, where)
    assert (ended, attempt.state, attempt.due_at) == (0, "open", NOW + 40 * MINUTE)
    assert verbs() == ["quiz:started"]
    save_answers(attempt=attempt, answers=answers_to(attempt), at=NOW + 39 * MINUTE)
    submit_attempt(attempt=attempt, at=NOW + 39 * MINUTE)
    assert (attempt.score, attempt.submitted_by) == (2, "learner")


def test_the_twin_that_does_not_look_again_ends_it(monkeypatch):
    monkeypatch.setattr(attempts, "is_over", lambda attempt, at: True)
    attempt, ended = overdue(monkeypatch, "_hold_run_if_open")
    assert (ended, attempt.state, attempt.submitted_by) == (1, "graded", "deadline")
    assert attempt.due_at == NOW + 40 * MINUTE


def test_the_twin_whose_fence_asks_for_no_deadline_ends_it(monkeypatch):
    def close(attempt, *, by, at):
        return Attempt.objects.filter(pk=attempt.pk).update(state="submitted", submitted_at=at, submitted_by=by)

    monkeypatch.setattr(attempts, "close", close)
    attempt, ended = overdue(monkeypatch, "close")
    assert (ended, attempt.state, attempt.submitted_by) == (1, "graded", "deadline")


def test_a_start_that_finds_the_time_moved_goes_on_with_the_attempt(monkeypatch):
    quiz = make_quiz(time_limit=10)
    enrollment = make_taker(quiz)
    first = start_attempt(enrollment=enrollment, quiz=quiz, at=NOW)
    close = attempts.close

    def after_an_extension(*args, **kwargs):
        give_extension(quiz=quiz, enrollment=enrollment, actor=make_person(), reason="Fire alarm", extra_minutes=30)
        return close(*args, **kwargs)

    monkeypatch.setattr(attempts, "close", after_an_extension)
    again = start_attempt(enrollment=enrollment, quiz=quiz, at=NOW + 11 * MINUTE)
    assert (again, again.state, Attempt.objects.count()) == (first, "open", 1)


def test_answers_that_find_the_time_moved_are_taken(monkeypatch):
    quiz = make_quiz(time_limit=10)
    enrollment = make_taker(quiz)
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=NOW)
    close = attempts.close

    def after_an_extension(*args, by, **kwargs):
        if by == "deadline":
            give_extension(quiz=quiz, enrollment=enrollment, actor=make_person(), reason="Fire", extra_minutes=30)
        return close(*args, by=by, **kwargs)

    monkeypatch.setattr(attempts, "close", after_an_extension)
    submit_attempt(attempt=attempt, answers=answers_to(attempt), at=NOW + 11 * MINUTE)
    assert (attempt.score, attempt.submitted_by, attempt.submitted_at) == (2, "learner", NOW + 11 * MINUTE)


def test_ones_own_extension_goes_before_the_cohorts():
    quiz = make_quiz(time_limit=10)
    course = quiz.get_parent().get_parent().specific
    cohort = make_cohort(course)
    mine, other = make_taker(quiz), make_taker(quiz)
    for run in (mine, other):
        run.cohort_memberships.create(cohort=cohort)
    give_extension(quiz=quiz, cohort=cohort, actor=make_person(), reason="Slow network", extra_minutes=2)
    give_extension(quiz=quiz, enrollment=mine, actor=make_person(), reason="Dyslexia", extra_minutes=20)
    dues = [start_attempt(enrollment=run, quiz=quiz, at=NOW).due_at for run in (mine, other)]
    assert dues == [NOW + 30 * MINUTE, NOW + 12 * MINUTE]
    # Another grant for the run takes nothing away that its cohort has.
    give_extension(quiz=quiz, enrollment=other, actor=make_person(), reason="Ill", extra_attempts=1)
    assert Attempt.objects.get(enrollment=other).due_at == NOW + 12 * MINUTE


# In a course ------------------------------------------------------------------------


def test_a_quiz_counts_locks_and_lists_as_a_lesson_does():
    course = make_course(modules=0, lesson_order="in_order")
    module = make_module(course)
    quiz = make_quiz(module, pass_mark=Decimal(1))
    make_lesson(module)
    enrollment = make_taker(quiz)
    enrollment.refresh_from_db()
    assert (enrollment.completed_lessons, enrollment.required_lessons) == (0, 2)
    make_attempt(enrollment, quiz)
    enrollment.refresh_from_db()
    assert (enrollment.completed_lessons, enrollment.status) == (1, EnrollmentStatus.ACTIVE)


def test_asking_costs_the_same_queries_for_two_and_for_thirty_questions(django_assert_num_queries):
    for count in (2, 30):
        quiz = make_quiz(None, *(make_question() for _number in range(count)))
        enrollment = Enrollment.objects.select_related("course").get(pk=make_taker(quiz).pk)
        with django_assert_num_queries(10):
            attempt = start_attempt(enrollment=enrollment, quiz=quiz)
        answers = answers_to(attempt)
        with django_assert_num_queries(5):
            save_answers(attempt=attempt, answers={1: answers[1]})
        with django_assert_num_queries(5):
            save_answers(attempt=attempt, answers=answers)
        with django_assert_num_queries(32):
            submit_attempt(attempt=attempt)
        assert AttemptQuestion.objects.filter(attempt=attempt, share=1).count() == count
