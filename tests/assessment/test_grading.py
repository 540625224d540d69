"""Grading by people: the queue, rubrics and corrections."""

from decimal import Decimal

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from accounts.roles import INSTRUCTOR
from assessment.exceptions import NotHandedIn, PointsOutside
from assessment.models import Attempt, AttemptQuestion
from assessment.services import (
    clear_override,
    grade_answer,
    override_grade,
    regrade_question,
    save_answers,
    start_attempt,
    submit_attempt,
)
from learning.models import EnrollmentStatus, LearningEvent, LessonProgress, Result
from lms_pages.models import CourseStaff
from tests.factories.accounts import make_person
from tests.factories.questions import make_question, option_ids, put_right
from tests.factories.quizzes import asked, make_attempt, make_quiz, make_taker, section

pytestmark = pytest.mark.django_db

RUBRIC = [
    {"criterion": "Situation", "points": 4, "levels": [{"label": "One", "points": 4}, {"label": "None", "points": 0}]},
    {"criterion": "Effect", "points": 2, "levels": []},
]
TEXT = {"text": "On Monday the list was late, and two stops had to be driven again.", "words": 13}


@pytest.fixture
def instructor():
    return make_person("Ines Instructor", roles=(INSTRUCTOR,))


@pytest.fixture
def quiz(instructor):
    essay = make_question("essay", data={"rubric": RUBRIC, "notes": "Look for the day."})
    quiz = make_quiz(sections=[section(asked(make_question()), asked(essay, "3"))], pass_mark=Decimal("0.5"))
    CourseStaff.objects.create(course=quiz.get_parent().get_parent().specific, user=instructor)
    return quiz


def hand_in(quiz, learner=None, *, right=1) -> AttemptQuestion:
    """A right choice, and an essay that waits."""
    run = make_taker(quiz, learner)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    choice = answers_to_first(attempt, right)
    save_answers(attempt=attempt, answers={1: choice, 2: TEXT})
    return submit_attempt(attempt=attempt).questions.get(position=2)


def answers_to_first(attempt, right):
    question = attempt.questions.get(position=1).question
    return {"options": option_ids(question, right=bool(right))[:1]}


def course_key(quiz):
    return quiz.get_parent().get_parent().translation_key


def page(quiz, row):
    return reverse("assessment:grade_answer", args=[course_key(quiz), row.attempt.uuid, row.position])


# The service ---------------------------------------------------------------------------


def test_an_essay_waits_and_its_points_complete_the_attempt_and_the_course(quiz, instructor):
    row = hand_in(quiz)
    attempt = Attempt.objects.get()
    assert (attempt.state, attempt.score, attempt.passed, row.needs_grading) == ("submitted", None, None, True)
    assert (Result.objects.count(), LessonProgress.objects.count()) == (0, 0)

    grade_answer(answer=row, points=Decimal("2.25"), actor=instructor, comment="Clear.")
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score, attempt.max_score, attempt.passed) == ("graded", Decimal("3.25"), 4, True)
    event = LearningEvent.objects.get(verb="quiz:graded")
    assert (event.actor, event.data["cause"], event.data["score"]) == (instructor, "person", "3.2500")
    attempt.enrollment.refresh_from_db()
    assert attempt.enrollment.status == EnrollmentStatus.COMPLETED


def test_other_points_replace_them_and_the_history_keeps_both(quiz, instructor):
    row = hand_in(quiz)
    for points in ("3", "1"):
        row = grade_answer(answer=row, points=Decimal(points), actor=instructor)
    assert Attempt.objects.get().score == 2
    entries = ModelLogEntry.objects.filter(action="assessment.grade_answer").order_by("pk")
    assert [(entry.data["before"], entry.data["points"]) for entry in entries] == [
        (None, "3.0000"),
        ("3.0000", "1.0000"),
    ]
    assert LearningEvent.objects.filter(verb="quiz:graded").count() == 2


@pytest.mark.parametrize("points", ["-0.01", "3.01"])
def test_points_outside_are_refused(quiz, instructor, points):
    row = hand_in(quiz)
    with pytest.raises(PointsOutside, match="between 0 and 3"):
        grade_answer(answer=row, points=Decimal(points), actor=instructor)
    row.refresh_from_db()
    assert (row.earned, row.needs_grading, LearningEvent.objects.filter(verb="quiz:graded").count()) == (None, True, 0)


def test_nothing_is_graded_while_the_attempt_is_under_way(quiz, instructor):
    attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz)
    save_answers(attempt=attempt, answers={2: TEXT})
    with pytest.raises(NotHandedIn):
        grade_answer(answer=attempt.questions.get(position=2), points=Decimal(1), actor=instructor)
    assert attempt.questions.get(position=2).earned is None


# The pages -------------------------------------------------------------------------------


def test_the_queue_and_one_answer_after_the_other(client, quiz, instructor):
    first, second = hand_in(quiz, make_person("Ada Able")), hand_in(quiz, make_person("Ben Brook"))
    client.force_login(instructor)
    desk = client.get(reverse("learning:teaching")).content.decode()
    assert "2 answers wait to be graded" in desk
    queue = client.get(reverse("assessment:grading", args=[course_key(quiz)])).content.decode()
    assert queue.index("Ada Able") < queue.index("Ben Brook")
    assert "Look for the day." in client.get(page(quiz, first)).content.decode()

    response = client.post(page(quiz, first), {"criterion_0": "4", "criterion_1": "1", "comment": "Good.", "next": "1"})
    assert response.url == page(quiz, second)
    first.refresh_from_db()
    assert (first.earned, first.comment, first.graded_by) == (Decimal("2.5"), "Good.", instructor)
    assert first.rubric == [
        {"criterion": "Situation", "points": "4", "of": "4"},
        {"criterion": "Effect", "points": "1", "of": "2"},
    ]
    client.force_login(first.attempt.enrollment.learner)
    review = client.get(reverse("assessment:review", args=[first.attempt.uuid])).content.decode()
    assert "Good." in review
    assert "Look for the day." not in review


def test_a_level_that_is_not_there_changes_nothing(client, quiz, instructor):
    row = hand_in(quiz)
    client.force_login(instructor)
    response = client.post(page(quiz, row), {"criterion_0": "3", "criterion_1": "9", "comment": ""})
    assert response.status_code == 200
    row.refresh_from_db()
    assert (row.needs_grading, row.earned) == (True, None)


def test_only_those_who_teach_the_course_may_look_and_grade(client, quiz, instructor):
    row = hand_in(quiz)
    other = make_person("Otto Other", roles=(INSTRUCTOR,))
    CourseStaff.objects.create(course=make_quiz().get_parent().get_parent().specific, user=other)
    for person in (other, row.attempt.enrollment.learner, make_person()):
        client.force_login(person)
        assert client.get(page(quiz, row)).status_code == 404
        assert client.post(page(quiz, row), {"criterion_0": "4", "criterion_1": "2"}).status_code == 404
        assert client.get(reverse("assessment:grading", args=[course_key(quiz)])).status_code == 404
    row.refresh_from_db()
    assert row.needs_grading


def test_nobody_grades_themselves(client, quiz, instructor):
    row = hand_in(quiz, instructor)
    client.force_login(instructor)
    assert client.get(page(quiz, row)).status_code == 404
    assert client.post(page(quiz, row), {"criterion_0": "4", "criterion_1": "2"}).status_code == 404
    queue = reverse("assessment:grading", args=[course_key(quiz)])
    assert "Nothing waits" in client.get(queue).content.decode()
    row.refresh_from_db()
    assert row.needs_grading
    # Nor does the list of what was graded tell them before the review does.
    grade_answer(answer=row, points=Decimal(3), actor=make_person(), comment="")
    assert "Graded last" not in client.get(queue).content.decode()


def test_grading_costs_the_same_with_two_and_with_forty_waiting(
    client, quiz, instructor, django_assert_max_num_queries
):
    client.force_login(instructor)
    counts = []
    for more in (2, 38):
        rows = [hand_in(quiz) for _number in range(more)]
        found = []
        for address in (reverse("assessment:grading", args=[course_key(quiz)]), page(quiz, rows[0])):
            client.get(address)
            with django_assert_max_num_queries(24) as queries:
                client.get(address)
            found.append(len(queries))
        counts.append(found)
    assert counts[0] == counts[1]


def test_a_regrade_keeps_a_grade_that_was_set_by_hand():
    question, actor = make_question(), make_person()
    quiz = make_quiz(None, question)
    run = make_taker(quiz)
    attempt = make_attempt(run, quiz)
    half = Decimal("0.5")
    override_grade(enrollment=run, page_key=quiz.translation_key, score=half, reason="Oral exam", actor=actor)
    texts = {item.id: str(item.value["text"]) for item in question.value["options"].bound_blocks}
    chosen = attempt.questions.get().answer["options"][0]
    other = next(text for key, text in texts.items() if key != chosen)
    put_right(question, other.removeprefix("<p>").removesuffix("</p>"))
    regrade_question(question=question, actor=actor, reason="The key was wrong.")
    result = Result.objects.get()
    assert (result.score, result.is_by_hand, result.earned_score) == (half, True, 0)
    clear_override(enrollment=run, page_key=quiz.translation_key, reason="A slip", actor=actor)
    assert Result.objects.get().score == 0
