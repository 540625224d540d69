"""Item analysis of what was answered: first tries, each lesson, and across lessons."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import CONTENT_EDITOR, INSTRUCTOR, MANAGER
from assessment.modeladmin.statistics import figure
from assessment.models import ItemStatistic, PageStatistic
from assessment.selectors.items import answer_matrix, answered_pages, options_of
from assessment.services import (
    answer_check,
    compute_item_statistics,
    grade_answer,
    refresh_item_statistics,
    regrade_question,
    start_attempt,
    submit_attempt,
)
from assessment.tasks import compute_item_statistics as nightly
from learning.services import leave_course
from lms_pages.models import CourseStaff
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import check_block, make_course, make_lesson, make_module
from tests.factories.questions import make_question, option_ids, put_right, right_answer, wrong_answer
from tests.factories.quizzes import asked as quiz_asks
from tests.factories.quizzes import make_attempt, make_quiz, make_taker, section
from workbench.periodic import periodic_tasks

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def asked():
    return [make_question(title="Orders"), make_question(title="Heat", kind="multiple_answers"), make_question("poll")]


@pytest.fixture
def lesson(asked):
    return make_lesson(make_module(make_course("Course", modules=0)), "Test", body=[check_block(*asked)])


def sit(lesson, *verdicts, run=None):
    """A run that answers the questions of ``lesson`` right (True), wrong (False), or not at all (None)."""
    course = lesson.get_parent().get_parent().specific
    run = run or make_enrollment(None, course)
    ((block_id, keys),) = lesson.knowledge_checks.items()
    questions = {question.pk: question for question in ItemStatistic.question.field.related_model.objects.all()}
    answers = {
        key: right_answer(questions[key]) if verdict else wrong_answer(questions[key])
        for key, verdict in zip(keys, verdicts, strict=False)
        if verdict is not None
    }
    answer_check(enrollment=run, lesson=lesson, block_id=block_id, answers=answers)
    return run


def test_the_matrix_holds_first_answers_to_graded_questions(lesson, asked):
    run, other = sit(lesson, False, True, True), sit(lesson, True)
    sit(lesson, True, run=run)
    matrix = answer_matrix(page_keys=[lesson.translation_key])
    first, second, _poll = (str(question.pk) for question in asked)
    assert matrix.questions == (first, second)
    key, other_key = (f"{one.learner_id}:{lesson.translation_key}" for one in (run, other))
    assert matrix.scores == {key: {first: 0, second: 1}, other_key: {first: 1}}
    assert matrix.chosen[key][first] == frozenset(option_ids(asked[0], right=False)[:1])
    assert answered_pages() == {lesson.translation_key: run.course_key}


def test_who_takes_the_course_again_counts_once(lesson, asked):
    """What is answered for the first time in the second run is left out too: its total is not that of the first."""
    run = sit(lesson, False)
    leave_course(enrollment=run)
    again = sit(lesson, True, True, run=make_enrollment(run.learner, run.course))
    assert again.run == 2
    matrix = answer_matrix(page_keys=[lesson.translation_key])
    assert matrix.scores == {f"{run.learner_id}:{lesson.translation_key}": {str(asked[0].pk): 0}}


def matrix_of(quiz):
    """The rows of a quiz, in the order in which it was taken."""
    return list(answer_matrix(page_keys=[quiz.translation_key]).scores.values())


def test_attempts_that_wait_for_a_person_are_left_out():
    essay, choice = make_question("essay"), make_question()
    quiz = make_quiz(None, choice, essay)
    blank = start_attempt(enrollment=make_taker(quiz), quiz=quiz)
    submit_attempt(attempt=blank)
    written = make_attempt(make_taker(quiz), quiz)
    assert matrix_of(quiz) == [{str(choice.pk): 0, str(essay.pk): 0}]
    grade_answer(answer=written.questions.get(question=essay), points=D("0.5"), actor=make_person())
    assert matrix_of(quiz) == [{str(choice.pk): 0, str(essay.pk): 0}, {str(choice.pk): 1, str(essay.pk): 0.5}]


def test_points_off_count_as_none_and_what_is_worth_nothing_as_it_was_answered():
    options = [{"text": "Right", "right": True}, {"text": "Wrong", "credit": -50}]
    harsh, free = make_question(data={"options": options}), make_question()
    quiz = make_quiz(sections=[section(quiz_asks(harsh), quiz_asks(free, "0"))], negative_marks=True)
    wrong = make_attempt(make_taker(quiz), quiz, right=0)
    assert wrong.questions.get(question=harsh).share == D("-0.5")
    submit_attempt(attempt=start_attempt(enrollment=make_taker(quiz), quiz=quiz))
    assert matrix_of(quiz) == [{str(harsh.pk): 0, str(free.pk): 0}] * 2
    compute_item_statistics()
    page = PageStatistic.objects.get()
    assert (page.mean, page.histogram, page.alpha) == (0, [2, 0, 0, 0, 0, 0, 0, 0, 0, 0], None)


def test_a_regrade_and_an_option_that_is_gone_show_in_the_figures():
    question = make_question()
    quiz = make_quiz(None, question)
    make_attempt(make_taker(quiz), quiz, right=0)
    put_right(question, "Five")
    regrade_question(question=question, actor=make_person(), reason="The key was wrong.")
    options = question.definition[0].value["options"]
    del options[2]
    question.save_revision().publish()
    compute_item_statistics()
    row = ItemStatistic.objects.get(question=question, page_key=quiz.translation_key)
    assert (row.n, row.facility, row.discrimination, row.point_biserial) == (1, 1, None, None)
    assert [(one["label"], one["count"], one["of"], one["is_right"], one["upper"]) for one in row.options] == [
        ("Five", 1, 1, True, None),
        ("Three", 0, 1, False, None),
    ]


def test_options_are_those_of_choice_questions(asked):
    assert [(label, is_right) for _key, label, is_right in options_of(asked[0])] == [
        ("Five", False),
        ("Three", True),
        ("Fifteen", False),
    ]
    assert options_of(asked[2]) == []
    assert options_of(make_question("numerical")) == []


def test_figures_of_a_lesson_and_across(lesson, asked):
    for verdicts in ((True, True), (True, True), (False, True), (False, False)):
        sit(lesson, *verdicts)
    assert compute_item_statistics() == 4
    here = ItemStatistic.objects.get(question=asked[0], page_key=lesson.translation_key)
    assert (here.n, here.facility, here.page, here.course_key) == (
        4,
        D("0.5"),
        lesson,
        lesson.get_parent().get_parent().translation_key,
    )
    # Ranked by the whole: the strongest of four got both right, the weakest none.
    assert (here.discrimination, here.point_biserial, here.item_rest) == (1, D("0.9045"), D("0.5774"))
    assert [(one["label"], one["count"], one["is_right"]) for one in here.options] == [
        ("Five", 2, False),
        ("Three", 2, True),
        ("Fifteen", 0, False),
    ]
    assert here.findings == []
    across = ItemStatistic.objects.get(question=asked[0], page_key=None)
    assert (across.n, across.facility, across.course_key) == (4, D("0.5"), None)
    page = PageStatistic.objects.get()
    assert (page.n, page.questions, page.mean, page.alpha, page.alpha_n) == (4, 2, D("0.625"), D("0.7273"), 4)
    assert page.histogram == [1, 0, 0, 0, 0, 1, 0, 0, 0, 2]


def test_a_question_of_two_lessons_is_added_up_across(lesson, asked):
    module = lesson.get_parent().specific
    other = make_lesson(module, "Again", body=[check_block(asked[0])])
    run = sit(lesson, True, True)
    sit(other, False, run=run)
    sit(other, False)
    compute_item_statistics()
    rows = ItemStatistic.objects.filter(question=asked[0]).order_by("page__path")
    assert {(row.page.title if row.page else "", row.n, row.facility) for row in rows} == {
        ("Test", 1, D(1)),
        ("Again", 2, D(0)),
        ("", 3, D("0.3333")),
    }


def test_a_question_that_looks_wrong_is_named(lesson, asked):
    for number in range(30):
        sit(lesson, number < 10, number >= 10)
    compute_item_statistics()
    row = ItemStatistic.objects.get(question=asked[0], page_key=None)
    assert [one["looks"] for one in row.findings] == ["reversed", "option_misleads", "option_unused"]


def test_computing_again_gives_the_same_rows(lesson):
    sit(lesson, True, False)
    compute_item_statistics()

    def rows():
        return [
            list(model.objects.order_by("pk").values_list("page_key", "n", "computed_at"))
            for model in (ItemStatistic, PageStatistic)
        ]

    before = rows()
    compute_item_statistics(at=before[0][0][2])
    assert rows() == before


def test_it_is_computed_once_on_a_day(lesson):
    now = timezone.now()
    sit(lesson, True)
    assert refresh_item_statistics(at=now - timedelta(days=1)) == 2
    sit(lesson, True)
    assert refresh_item_statistics(at=now) == 2
    assert PageStatistic.objects.get().n == 2
    sit(lesson, True)
    assert refresh_item_statistics(at=now) == 0
    nightly()
    assert PageStatistic.objects.get().n == 2


def test_beat_wakes_it():
    entry = periodic_tasks["Lectern: compute item analysis"]
    assert (entry.task, entry.every) == ("assessment.tasks.compute_item_statistics", 3600)


def test_the_queries_do_not_grow_with_answers(lesson):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            compute_item_statistics()
        return len(seen)

    sit(lesson, True, True)
    few = queries()
    for _number in range(12):
        sit(lesson, True, False)
    assert queries() == few


@pytest.mark.parametrize(("value", "words"), [(None, "–"), ("-0.004", "+0.00"), ("-0.3349", "−0.33"), ("0.5", "+0.50")])
def test_a_figure_in_words(value, words):
    assert figure(value and D(value)) == words


# The screens ------------------------------------------------------------------------------


def address(row, action="inspect"):
    return reverse(f"assessment_{row._meta.model_name}_modeladmin_{action}", args=[row.pk])


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_editors_read_what_looks_wrong_and_which_options_were_chosen(client, lesson, asked):
    for number in range(30):
        sit(lesson, number < 10, number >= 10)
    compute_item_statistics()
    client.force_login(make_person("Emil Editor", roles=(CONTENT_EDITOR,)))
    index = words(client.get(reverse("assessment_itemstatistic_modeladmin_index") + "?looks=wrong"))
    assert "Fewer right answers among the strongest learners than among the weakest. Check the key." in index
    page = words(client.get(address(ItemStatistic.objects.get(question=asked[0], page_key=None))))
    assert "“Five” is wrong, and the strongest learners chose it more often than the weakest." in page
    assert "Nobody chose “Fifteen”." in page
    assert "33 %" in page
    scores = words(client.get(address(PageStatistic.objects.get())))
    assert "Orders" in scores
    assert "50 to 60 %" in scores


def test_instructors_see_their_courses_and_managers_nothing(client, lesson, asked):
    sit(lesson, True, True)
    other = make_lesson(make_module(make_course("Other", modules=0)), "Elsewhere", body=[check_block(asked[1])])
    sit(other, True)
    compute_item_statistics()
    teacher = make_person("Ina Instructor", roles=(INSTRUCTOR,))
    CourseStaff.objects.create(course=lesson.get_parent().get_parent().specific, user=teacher)
    client.force_login(teacher)
    index = words(client.get(reverse("assessment_itemstatistic_modeladmin_index")))
    assert "Orders" in index
    assert "Elsewhere" not in index
    hidden = ItemStatistic.objects.get(page=other)
    assert client.get(address(hidden)).status_code == 404
    across = ItemStatistic.objects.get(question=asked[1], page_key=None)
    assert client.get(address(across)).status_code == 404
    client.force_login(make_person("Max Manager", roles=(MANAGER,)))
    response = client.get(reverse("assessment_itemstatistic_modeladmin_index"))
    assert response.status_code in (302, 403)
