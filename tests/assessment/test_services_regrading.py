"""Questions that were put right: the change, in batches that can be stopped and gone on with."""

from collections import Counter
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from accounts.roles import INSTRUCTOR
from assessment.models import Attempt, AttemptQuestion
from assessment.selectors.regrading import regrade_preview
from assessment.services import grade_answer, regrade_question, regrading
from learning.models import Enrollment, LearningEvent, LessonProgress, Result
from tests.factories.accounts import make_person
from tests.factories.questions import make_question, put_right
from tests.factories.quizzes import asked, make_attempt, make_quiz, make_taker, section

pytestmark = pytest.mark.django_db
WHY = "The key was wrong."


@pytest.fixture
def question():
    """Its answers: "Three" is right, then "Five"."""
    return make_question()


@pytest.fixture
def quiz(question):
    """Two questions; one of two points is not enough, so that the lesson is done only by those who got both."""
    return make_quiz(None, question, make_question(), pass_mark=Decimal(1))


def take(quiz, *, right: int, person=None) -> Attempt:
    """An attempt with its first ``right`` questions right; the others have the first wrong option, "Five"."""
    return make_attempt(make_taker(quiz, person), quiz, right=right)


def scores() -> list[Decimal]:
    return list(Attempt.objects.order_by("pk").values_list("score", flat=True))


def regraded_events() -> Counter:
    return Counter(LearningEvent.objects.filter(data__cause="regrade").values_list("idempotency_key", flat=True))


# The change -----------------------------------------------------------------------------


def test_a_regrade_changes_those_who_get_other_points_alone(question):
    quiz = make_quiz(None, question, pass_mark=Decimal(1))
    right, wrong = take(quiz, right=1), take(quiz, right=0)
    put_right(question, "Five")
    done = regrade_question(question=question, actor=make_person(), reason=WHY)
    assert (done.changed, done.same, done.kept, done.is_whole) == (2, 0, 0, True)
    for attempt, score, passed in ((right, 0, False), (wrong, 1, True)):
        attempt.refresh_from_db()
        assert (attempt.score, attempt.passed, attempt.gradings) == (score, passed, 2)
        assert regraded_events()[f"quiz:graded:{attempt.uuid}:2"] == 1
        row = attempt.questions.get()
        assert (row.share, row.earned, row.judged_revision_id) == (score, score, question.live_revision_id)
        result = Result.objects.get(enrollment=attempt.enrollment)
        assert (result.score, result.max_score, result.passed) == (score, 1, passed)
    # What was done stays done.
    assert LessonProgress.objects.count() == 2
    entry = ModelLogEntry.objects.get(action="assessment.regrade")
    assert (entry.data["reason"], entry.data["changed"], entry.data["kept"]) == (WHY, 2, 0)
    assert sorted((line["before"], line["points"]) for line in entry.data["answers"]) == [
        ("0.0000", "1.0000"),
        ("1.0000", "0.0000"),
    ]


def test_who_passes_now_has_done_the_quiz_and_the_course(question):
    quiz = make_quiz(None, question, pass_mark=Decimal(1))
    boss, attempt = make_person(), take(quiz, right=0)
    run = attempt.enrollment
    assert (run.status, LessonProgress.objects.count()) == ("active", 0)
    was_there = run.last_activity_at
    put_right(question, "Five")
    regrade_question(question=question, actor=boss, reason=WHY)
    run.refresh_from_db()
    assert (run.status, run.completed_lessons, run.required_lessons) == ("completed", 1, 1)
    assert run.last_activity_at == was_there
    mark = LessonProgress.objects.get()
    assert (mark.enrollment, mark.rule) == (run, "quiz")
    told = LearningEvent.objects.filter(verb__in=["lesson:completed", "course:completed"]).order_by("pk")
    assert [(event.verb, event.actor, event.learner, event.source) for event in told] == [
        ("lesson:completed", boss, run.learner, "staff"),
        ("course:completed", boss, run.learner, "staff"),
    ]
    assert told[0].data == {"rule": "quiz", "completed": 1, "required": 1}


def test_of_several_attempts_the_one_that_counts_gives_the_result(question):
    quiz = make_quiz(None, question, make_question())
    run = make_taker(quiz)
    best, last = make_attempt(run, quiz, right=2), make_attempt(run, quiz, right=0)
    put_right(question, "Five")
    assert regrade_question(question=question, actor=make_person(), reason=WHY).changed == 2
    assert (scores(), Result.objects.get().score) == ([1, 1], 1)
    assert regraded_events() == {f"quiz:graded:{attempt.uuid}:2": 1 for attempt in (best, last)}


def test_a_run_that_is_over_keeps_its_result(question, quiz):
    attempt = take(quiz, right=0)
    Enrollment.objects.update(status="withdrawn")
    put_right(question, "Five")
    assert regrade_question(question=question, actor=make_person(), reason=WHY).changed == 1
    assert (scores(), Result.objects.get().score) == ([1], 0)
    assert attempt.questions.get(position=1).earned == 1


def test_an_attempt_that_waits_for_a_person_goes_on_waiting(question):
    quiz = make_quiz(sections=[section(asked(question), asked(make_question("essay")))])
    attempt = take(quiz, right=0)
    put_right(question, "Five")
    assert regrade_question(question=question, actor=make_person(), reason=WHY).changed == 1
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score, attempt.gradings) == ("submitted", None, 0)
    assert attempt.questions.get(position=1).earned == 1
    assert regraded_events() == {}


def test_what_a_person_graded_and_what_fits_no_more_is_kept(question):
    quiz, boss = make_quiz(None, question), make_person(roles=(INSTRUCTOR,))
    by_hand, gone = take(quiz, right=1), take(quiz, right=1)
    grade_answer(answer=by_hand.questions.get(), points=Decimal("0.5"), actor=boss)
    AttemptQuestion.objects.filter(attempt=gone).update(answer={"options": ["gone"]})
    done = regrade_question(question=question, actor=boss, reason="Try.")
    assert (done.changed, done.same, done.kept) == (0, 0, 2)
    assert scores() == [Decimal("0.5"), 1]
    assert not ModelLogEntry.objects.filter(action="assessment.regrade").exists()


def test_points_that_stay_are_given_by_the_new_version_from_then_on(question, quiz):
    row = take(quiz, right=2).questions.get(position=1)
    question.save_revision().publish()
    question.refresh_from_db()
    done = regrade_question(question=question, actor=make_person(), reason=WHY)
    assert (done.changed, done.same) == (0, 1)
    row.refresh_from_db()
    assert (row.judged_revision_id, row.earned) == (question.live_revision_id, 1)
    assert (scores(), regraded_events()) == ([2], {})


# A grade given by hand meanwhile -----------------------------------------------------------


def grade_meanwhile(monkeypatch, row, *, points="0.25") -> None:
    """A person grades ``row`` once the regrade has found it, and before it holds the run."""
    held_runs, boss = regrading.held_runs, make_person()

    def grade_then_hold(keys):
        keys = list(keys)
        grade_answer(answer=row, points=Decimal(points), actor=boss)
        return held_runs(keys)

    monkeypatch.setattr(regrading, "held_runs", grade_then_hold)


def test_a_grade_given_by_hand_meanwhile_stays(question, monkeypatch):
    attempt = take(make_quiz(None, question), right=0)
    put_right(question, "Five")
    grade_meanwhile(monkeypatch, attempt.questions.get())
    done = regrade_question(question=question, actor=make_person(), reason=WHY)
    assert (done.changed, done.kept) == (0, 1)
    assert (scores(), attempt.questions.get().earned) == ([Decimal("0.25")], Decimal("0.25"))
    assert regraded_events() == {}


def test_the_twin_that_goes_by_what_it_found_overwrites_it(question, monkeypatch):
    attempt = take(make_quiz(None, question), right=0)
    put_right(question, "Five")
    judge = regrading.rows_to_judge

    def as_found(candidates):
        rows = judge(candidates)
        for row in rows:
            row.graded_by = None
        return rows

    grade_meanwhile(monkeypatch, attempt.questions.get())
    monkeypatch.setattr(regrading, "rows_to_judge", as_found)
    assert regrade_question(question=question, actor=make_person(), reason=WHY).changed == 1
    assert (scores(), attempt.questions.get().graded_by is None) == ([1], False)


# Many of them ------------------------------------------------------------------------------


def test_a_batch_costs_the_same_for_few_and_for_many():
    """Each of them passes now, so that results, lessons and courses are written too."""

    def queries(number: int) -> int:
        question = make_question()
        quiz = make_quiz(None, question, pass_mark=Decimal(1))
        runs = [take(quiz, right=0).enrollment_id for _number in range(number)]
        put_right(question, "Five")
        with CaptureQueriesContext(connection) as seen:
            assert regrade_question(question=question, actor=make_person(), reason=WHY).changed == number
        assert Enrollment.objects.filter(pk__in=runs, status="completed").count() == number
        return len(seen)

    queries(1)
    assert queries(2) == queries(12)


def test_what_was_stopped_is_gone_on_with(question, quiz, monkeypatch):
    attempts = [take(quiz, right=0) for _number in range(5)]
    put_right(question, "Five")
    monkeypatch.setattr(regrading, "BATCH", 2)
    settle_all, calls = regrading.settle_all, []

    def die_in_the_second(**kwargs):
        calls.append(len(kwargs["graded"]))
        if len(calls) == 2:
            raise RuntimeError("The power is gone.")
        settle_all(**kwargs)

    monkeypatch.setattr(regrading, "settle_all", die_in_the_second)
    with pytest.raises(RuntimeError):
        regrade_question(question=question, actor=make_person(), reason=WHY)
    assert scores() == [1, 1, 0, 0, 0]
    assert [row.earned for row in AttemptQuestion.objects.filter(position=1).order_by("pk")] == [1, 1, 0, 0, 0]
    assert regrade_preview(question=question).changed == 3

    monkeypatch.setattr(regrading, "settle_all", settle_all)
    done = regrade_question(question=question, actor=make_person(), reason=WHY)
    assert (done.changed, done.same, done.is_whole) == (3, 2, True)
    assert scores() == [1] * 5
    assert regraded_events() == {f"quiz:graded:{attempt.uuid}:2": 1 for attempt in attempts}
    assert [
        entry.data["changed"] for entry in ModelLogEntry.objects.filter(action="assessment.regrade").order_by("pk")
    ] == [2, 2, 1]
    assert regrade_question(question=question, actor=make_person(), reason=WHY).changed == 0
    assert sum(regraded_events().values()) == 5


def test_no_batch_begins_when_time_is_up(question, quiz, monkeypatch):
    for _number in range(5):
        take(quiz, right=0)
    put_right(question, "Five")
    monkeypatch.setattr(regrading, "BATCH", 2)
    clock = iter([0, 5, 15, 25])
    monkeypatch.setattr(regrading, "monotonic", lambda: next(clock))
    done = regrade_question(question=question, actor=make_person(), reason=WHY, seconds=20)
    assert (done.changed, done.is_whole) == (4, False)
    assert scores() == [1, 1, 1, 1, 0]
