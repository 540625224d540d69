"""Grades set by hand: who, why, and what was before stay on record."""

import uuid
from decimal import Decimal

import pytest
from wagtail.models import ModelLogEntry

from assessment.exceptions import GradeInvalid, NoSuchItem, RunIsOver
from assessment.models import GradeOverride
from assessment.policies import may_grade
from assessment.selectors import override_history
from assessment.services import clear_override, override_grade
from learning.exceptions import ReasonMissing
from learning.models import LearningEvent, LessonProgress, Result
from learning.selectors.moments import event_words
from learning.services import leave_course
from lms_pages.models import CourseStaff
from tests.factories.accounts import make_person
from tests.factories.grades import give, make_graded_course, with_scores
from tests.factories.lms_pages import lessons_of
from tests.factories.quizzes import make_attempt, make_quiz, make_taker

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def run(learner):
    return with_scores(make_graded_course(), 1, "0.5", learner=learner)


@pytest.fixture
def teacher():
    return make_person("Ina Instructor")


@pytest.fixture
def key(run):
    return lessons_of(run.course)[1].translation_key


def everything() -> tuple:
    return (
        list(GradeOverride.objects.order_by("pk").values()),
        list(Result.objects.order_by("pk").values()),
        LearningEvent.objects.filter(verb="grade:overridden").count(),
        ModelLogEntry.objects.count(),
    )


def test_setting_a_grade_writes_a_row_an_event_and_the_log(run, teacher, key):
    override = override_grade(enrollment=run, page_key=key, score=D("1.5"), reason=" Fair copy ", actor=teacher)
    assert (override.score, override.max_score, override.reason, override.by, override.is_latest) == (
        D("1.5"),
        2,
        "Fair copy",
        teacher,
        True,
    )
    event = LearningEvent.objects.get(verb="grade:overridden")
    assert (event.learner, event.actor, event.lesson_key, event.score) == (run.learner, teacher, key, D("0.75"))
    assert event.data == {
        "reason": "Fair copy",
        "score": "1.5",
        "max_score": "2",
        "was_score": None,
        "was_max_score": None,
    }
    assert event_words(event) == "Ina Instructor set the grade for “Paper 2” to 1.5 of 2: Fair copy"
    entry = ModelLogEntry.objects.get(action="assessment.grade")
    assert (entry.object_id, entry.user, entry.data["reason"]) == (str(run.pk), teacher, "Fair copy")


def counting(run) -> dict:
    return {
        row.page.title: (row.score, row.max_score, row.is_by_hand, row.earned_score) for row in Result.objects.all()
    }


def test_a_grade_set_by_hand_counts_whatever_is_earned_until_it_is_taken_back(run, teacher, key):
    assert counting(run)["Paper 2"] == (D("0.5"), 1, False, D("0.5"))
    override_grade(enrollment=run, page_key=key, score=D(2), reason="Oral exam", actor=teacher)
    assert counting(run)["Paper 2"] == (2, 2, True, D("0.5"))
    give(run, lessons_of(run.course)[1], 0, 2)
    assert counting(run)["Paper 2"] == (2, 2, True, 0)
    clear_override(enrollment=run, page_key=key, reason="A slip", actor=teacher)
    assert counting(run)["Paper 2"] == (0, 2, False, 0)
    exam = lessons_of(run.course)[3].translation_key
    override_grade(enrollment=run, page_key=exam, score=D(1), reason="Oral exam", actor=teacher)
    clear_override(enrollment=run, page_key=exam, reason="A slip", actor=teacher)
    assert set(counting(run)) == {"Paper 1", "Paper 2"}


def test_a_quiz_passed_by_hand_is_done_and_stays_done(teacher):
    quiz = make_quiz(pass_mark=D("0.6"))
    run, key = make_taker(quiz), quiz.translation_key
    make_attempt(run, quiz, right=1)
    override_grade(enrollment=run, page_key=key, score=D(1), reason="No", actor=teacher)
    assert (Result.objects.get().passed, LessonProgress.objects.count()) == (False, 0)
    override_grade(enrollment=run, page_key=key, score=D(2), reason="Oral exam", actor=teacher)
    assert (Result.objects.get().passed, LessonProgress.objects.get().lesson_key) == (True, key)
    clear_override(enrollment=run, page_key=key, reason="A slip", actor=teacher)
    assert (Result.objects.get().passed, LessonProgress.objects.count()) == (False, 1)


def test_a_later_word_is_a_new_row(run, teacher, key):
    for score, reason in (("1", "First look"), ("2", "Second look")):
        override_grade(enrollment=run, page_key=key, score=D(score), reason=reason, actor=teacher)
    clear_override(enrollment=run, page_key=key, reason="Both wrong", actor=teacher)
    history = override_history(enrollment=run, page_key=key)
    assert [(row.score, row.reason, row.is_latest) for row in history] == [
        (None, "Both wrong", True),
        (2, "Second look", False),
        (1, "First look", False),
    ]
    data = LearningEvent.objects.filter(verb="grade:overridden").order_by("pk").values_list("data", flat=True)
    assert [(entry["was_score"], entry["score"]) for entry in data] == [(None, "1"), ("1", "2"), ("2", None)]
    last = LearningEvent.objects.filter(verb="grade:overridden").latest("pk")
    assert event_words(last) == "Ina Instructor took back the grade set by hand for “Paper 2”: Both wrong"


def test_what_stands_already_is_not_set_again(run, teacher, key):
    assert clear_override(enrollment=run, page_key=key, reason="Nothing there", actor=teacher) is None
    override_grade(enrollment=run, page_key=key, score=D(1), reason="Why", actor=teacher)
    before = everything()
    assert override_grade(enrollment=run, page_key=key, score=D(1), reason="Why", actor=teacher) is None
    assert everything() == before


@pytest.mark.parametrize(
    ("changes", "refusal", "sentence"),
    [
        ({"reason": "  "}, ReasonMissing, "say why"),
        ({"score": D("2.5")}, GradeInvalid, "2.5 is not between 0 and 2."),
        ({"score": D("-1")}, GradeInvalid, "-1 is not between 0 and 2."),
        ({"score": D(1), "max_score": D(0)}, GradeInvalid, "1 is not between 0 and 0."),
        ({"page_key": uuid.uuid4()}, NoSuchItem, "not among the graded items"),
    ],
)
def test_refusals_say_why_and_change_nothing(run, teacher, key, changes, refusal, sentence):
    before = everything()
    values = {"enrollment": run, "page_key": key, "score": D(1), "reason": "Why", "actor": teacher, **changes}
    with pytest.raises(refusal, match=sentence):
        override_grade(**values)
    assert everything() == before


def test_who_left_the_course_gets_no_grade(run, teacher, key):
    override_grade(enrollment=run, page_key=key, score=D(1), reason="Why", actor=teacher)
    leave_course(enrollment=run)
    before = everything()
    for change in (
        lambda: override_grade(enrollment=run, page_key=key, score=D(2), reason="Late", actor=teacher),
        lambda: clear_override(enrollment=run, page_key=key, reason="Late", actor=teacher),
    ):
        with pytest.raises(RunIsOver):
            change()
    assert everything() == before


def test_who_teaches_the_course_may_grade_but_not_themselves(run, teacher, learner):
    assert not may_grade(teacher, run)
    CourseStaff.objects.create(course=run.course, user=teacher)
    CourseStaff.objects.create(course=run.course, user=learner)
    assert may_grade(teacher, run)
    assert not may_grade(learner, run)
    assert not may_grade(make_person(), run)
