"""The gradebook of a course, read in a fixed number of queries."""

from decimal import Decimal

import pytest

from assessment.gradebook import Treatment
from assessment.selectors import gradebook, grading_plan, learner_grades
from assessment.selectors.grades import POINTS_BY_HAND, without
from assessment.services import answer_check, clear_override, override_grade
from lms_pages.models import CoursePage, LessonPage
from lms_pages.services import import_course
from tests.factories.accounts import make_person
from tests.factories.grades import give, make_category, make_graded_course, make_graded_lesson, with_scores
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import check_block, lessons_of, make_course, make_lesson, make_module, text_block
from tests.factories.questions import make_question, right_answer, wrong_answer

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def graded():
    return make_graded_course()


def test_the_plan_holds_categories_items_and_points(graded):
    plan = grading_plan(graded)
    assert [(one.name, one.weight, one.drop_lowest) for one in plan.categories] == [
        ("Papers", D("0.4"), 1),
        ("Exam", D("0.6"), 0),
    ]
    assert [[(item.name, item.max_score) for item in one.items] for one in plan.categories] == [
        [("Paper 1", 2), ("Paper 2", 2), ("Paper 3", 2)],
        [("Final exam", 4)],
    ]
    assert (plan.uncounted, plan.is_implied) == ((), False)


def test_polls_drafts_and_lessons_without_questions_are_not_graded(graded):
    module = make_module(graded)
    make_lesson(module, "Read", body=[text_block("<p>Words.</p>")])
    make_lesson(module, "Opinions", body=[check_block(make_question("poll"))])
    make_graded_lesson(module, "Draft", "Papers").unpublish()
    hidden_module = make_module(graded, "Not yet")
    make_graded_lesson(hidden_module, "Later", "Papers")
    hidden_module.unpublish()
    assert [item.title for item in grading_plan(graded).lessons] == ["Paper 1", "Paper 2", "Paper 3", "Final exam"]


def test_a_lesson_without_a_category_of_the_course_counts_in_none(graded):
    module = make_module(graded)
    make_graded_lesson(module, "Loose")
    make_graded_lesson(module, "Renamed", "Essays")
    plan = grading_plan(graded)
    assert [item.title for item in plan.uncounted] == ["Loose", "Renamed"]
    assert [len(one.items) for one in plan.categories] == [3, 1]


def test_a_lesson_that_names_a_category_is_graded_by_hand(graded):
    lesson = make_lesson(make_module(graded), "Talk", grading_category="Exam")
    item = grading_plan(graded).lesson(lesson.translation_key)
    assert (item.category, item.item.max_score) == ("Exam", POINTS_BY_HAND)


def grouped_course() -> CoursePage:
    """Papers as three items, the weakest dropped: "One" of two lessons (2 and 4 points), a lesson by itself (2), "Two"
    of two (3 and 1); between them a text that is graded as "One" and asks nothing."""
    course = make_course("Grouped", modules=0, pass_mark=D("0.5"))
    make_category(course, "Papers", drop_lowest=1)
    module = make_module(course)
    make_graded_lesson(module, "One a", "Papers", questions=2, graded_as="One")
    make_lesson(module, "Read", grading_category="Papers", graded_as="One")
    make_graded_lesson(module, "Alone", "Papers", questions=2)
    make_graded_lesson(module, "Two a", "Papers", questions=3, graded_as="Two")
    make_graded_lesson(module, "One b", "Papers", questions=4, graded_as="One")
    make_graded_lesson(module, "Two b", "Papers", questions=1, graded_as="Two")
    return course


def test_lessons_graded_together_are_one_item():
    plan = grading_plan(grouped_course())
    (papers,) = plan.categories
    assert [(item.name, item.max_score, [part.name for part in item.parts]) for item in papers.items] == [
        ("One", 6, ["One a", "One b"]),
        ("Alone", 2, []),
        ("Two", 4, ["Two a", "Two b"]),
    ]
    assert [lesson.title for lesson in plan.lessons] == ["One a", "Alone", "Two a", "One b", "Two b"]


def test_the_total_of_lessons_graded_together_by_hand():
    course = grouped_course()
    lessons = {lesson.title: lesson for lesson in lessons_of(course)}
    run = make_enrollment(None, course)
    for title, score, of in (("One a", 2, 2), ("One b", 1, 4), ("Alone", 2, 2), ("Two a", 0, 3), ("Two b", 1, 1)):
        give(run, lessons[title], score, of)
    # 3 / 6, 2 / 2, 1 / 4, the last is dropped. Lesson by lesson, "Two a" would be dropped: (1 + .25 + 1 + 1) / 4 = .8125.
    total = learner_grades(enrollment=run).total
    assert [(line.share, line.treatment) for line in total.lines[0].lines] == [
        (D("0.5"), Treatment.COUNTED),
        (D(1), Treatment.COUNTED),
        (D("0.25"), Treatment.DROPPED),
    ]
    assert (total.total, total.passed) == (D("0.7500"), True)
    override_grade(
        enrollment=run, page_key=lessons["Two a"].translation_key, score=D(3), reason="Oral", actor=make_person()
    )
    found = learner_grades(enrollment=run)
    assert [line.share for line in found.total.lines[0].lines] == [D("0.5"), D(1), D(1)]
    assert found.total.total == 1
    together = found.together(grading_plan(course).lesson(lessons["Two a"].translation_key))
    assert (together.item.name, together.grade.is_override) == ("Two", True)
    assert found.together(grading_plan(course).lesson(lessons["Alone"].translation_key)) is None


def test_one_name_in_two_categories_is_two_items_and_no_key_is_taken_for_a_name(graded):
    module = lessons_of(graded)[0].get_parent().specific
    alone = lessons_of(graded)[0]
    for category in ("Papers", "Exam"):
        make_graded_lesson(module, f"Part of {category}", category, graded_as="Both")
        make_graded_lesson(module, f"Twin of {category}", category, graded_as=str(alone.translation_key))
    found = {one.name: [(item.name, len(item.parts)) for item in one.items] for one in grading_plan(graded).categories}
    key = str(alone.translation_key)
    assert found == {
        "Papers": [("Paper 1", 0), ("Paper 2", 0), ("Paper 3", 0), ("Both", 1), (key, 1)],
        "Exam": [("Final exam", 0), ("Both", 1), (key, 1)],
    }


def test_points_nobody_may_see_yet_hide_their_part_of_an_item():
    """The rest of the item counts, as it does where an author hides one of its lessons."""
    course = grouped_course()
    lessons = {lesson.title: lesson for lesson in lessons_of(course)}
    run = make_enrollment(None, course)
    for title, score, of in (("One a", 2, 2), ("One b", 1, 4)):
        give(run, lessons[title], score, of)
    plan = without(grading_plan(course), frozenset({lessons["One b"].translation_key}))
    first = gradebook(course=course, enrollments=[run], plan=plan).rows[0].total.lines[0].lines[0]
    assert (first.share, first.item.max_score, first.grade.score) == (D(1), 2, 2)


def test_a_course_without_categories_adds_up_points(course):
    module = lessons_of(course)[0].get_parent().specific
    extra = make_graded_lesson(module, "More", questions=3)
    run = make_enrollment(None, course)
    give(run, lessons_of(course)[0], 1, 1)
    give(run, extra, "1.5", 3)
    found = learner_grades(enrollment=run)
    (line,) = found.total.lines
    assert (line.category.name, line.points, line.max_points) == (course.title, D("2.5"), D(4))
    assert (found.total.total, found.total.passed) == (D("0.6250"), None)
    assert grading_plan(course).is_implied


def test_totals_by_hand(graded):
    runs = [with_scores(graded, 1, "0.5", 0, "0.75"), with_scores(graded, "0.5"), with_scores(graded)]
    book = gradebook(course=graded, enrollments=runs)
    # .4 · (1 + .5) / 2 + .6 · .75; .4 · (.5 + 0) / 2; nothing.
    assert [(row.total.total, row.total.passed) for row in book.rows] == [
        (D("0.7500"), True),
        (D("0.1000"), False),
        (D(0), False),
    ]
    first = book.rows[0].total.lines[0]
    assert [line.treatment for line in first.lines] == [Treatment.COUNTED, Treatment.COUNTED, Treatment.DROPPED]


def test_answers_arrive_as_grades(graded, learner):
    run = make_enrollment(learner, graded)
    lesson = lessons_of(graded)[0]
    ((block_id, keys),) = lesson.knowledge_checks.items()
    questions = {question.pk: question for question in type(make_question()).objects.filter(pk__in=keys)}
    answers = {keys[0]: right_answer(questions[keys[0]]), keys[1]: wrong_answer(questions[keys[1]])}
    answer_check(enrollment=run, lesson=lesson, block_id=block_id, answers=answers)
    line = learner_grades(enrollment=run).total.lines[0].lines[0]
    assert (line.share, line.grade.score, line.grade.max_score) == (D("0.5"), 1, 2)


def test_a_grade_set_by_hand_stands_in_place_of_what_was_earned(graded):
    actor = make_person("Ina Instructor")
    run, other = with_scores(graded, 1, "0.5", 0, "0.75"), with_scores(graded, 1, "0.5", 0, "0.75")
    exam = lessons_of(graded)[3]
    override_grade(enrollment=run, page_key=exam.translation_key, score=D(4), reason="Oral exam", actor=actor)
    rows = gradebook(course=graded, enrollments=[run, other]).rows
    assert [row.total.total for row in rows] == [D("0.9000"), D("0.7500")]
    assert rows[0].total.lines[1].lines[0].grade.is_override
    assert rows[0].earned[exam.translation_key].score == D("0.75")
    clear_override(enrollment=run, page_key=exam.translation_key, reason="A slip", actor=actor)
    assert learner_grades(enrollment=run).total.total == D("0.7500")


def test_hiding_an_item_takes_it_out_of_every_total_and_changes_no_other_item(graded):
    runs = [with_scores(graded, 1, "0.5", 0, "0.75"), with_scores(graded, 0, 0, 0, 1)]
    exam = lessons_of(graded)[3]
    exam.is_hidden_in_gradebook = True
    exam.save_revision().publish()
    rows = gradebook(course=graded, enrollments=runs).rows
    assert [row.total.total for row in rows] == [D("0.7500"), D(0)]
    assert [row.total.lines[1].lines[0].treatment for row in rows] == [Treatment.HIDDEN] * 2
    give(runs[0], exam, 0)
    assert [row.total.total for row in gradebook(course=graded, enrollments=runs).rows] == [D("0.7500"), D(0)]


def test_the_grades_of_one_learner_never_change_those_of_another(graded):
    mine, other = with_scores(graded, 1, "0.5", 0, "0.75"), with_scores(graded)
    before = learner_grades(enrollment=mine).total
    for lesson in lessons_of(graded):
        give(other, lesson, 7, 7)
    assert gradebook(course=graded, enrollments=[other, mine]).rows[1].total == before


def test_the_number_of_queries_does_not_grow(graded, django_assert_num_queries):
    module = lessons_of(graded)[0].get_parent().specific
    runs = [with_scores(graded, 1)]
    with django_assert_num_queries(5):
        gradebook(course=graded, enrollments=runs)
    runs += [with_scores(graded, 1, "0.5", 0, 1) for _ in range(10)]
    for number in range(10):
        make_graded_lesson(module, f"More {number}", "Papers")
    override_grade(
        enrollment=runs[0],
        page_key=lessons_of(graded)[0].translation_key,
        score=D(1),
        reason="x",
        actor=make_person(),
    )
    with django_assert_num_queries(5):
        gradebook(course=graded, enrollments=runs)


def test_the_course_of_open_edx_brings_its_graders(shared_data):
    """.34, .22, .22, .22, each dropping two, .6 passes; its sections say which lesson counts for which."""
    import_course(path=shared_data / "olx" / "studio-advanced.tar.gz")
    course = CoursePage.objects.get(origin="olx")
    plan = grading_plan(course)
    assert course.pass_mark == D("0.6")
    assert [
        (one.name, one.weight, one.drop_lowest, one.aggregation, one.empty_counts_zero) for one in plan.categories
    ] == [
        ("Planning", D("0.34"), 2, "mean", True),
        ("Operations", D("0.22"), 2, "mean", True),
        ("Short Projects", D("0.22"), 2, "mean", True),
        ("Long Projects", D("0.22"), 2, "mean", True),
    ]
    # One item for each graded section, as many as the course expects; sections without a problem are none.
    assert [(len(one.items), one.expected) for one in plan.categories] == [(9, 9), (6, 6), (6, 6), (6, 6)]
    assert [item.name for item in plan.categories[3].items] == [
        "4.1 - Building alternative navigation",
        "4.2 - Building a Link Sharing Form",
        "4.3 - Writing new problem types with JSInput",
        "4.4 - Building a content library",
        "4.5 - Approaches to adaptivity",
        "4.6 - Realtime Data Tracking",
    ]
    # A unit between them asks problems of weight 0.
    assert [(part.name, part.max_score) for part in plan.categories[1].items[2].parts] == [
        ("Why bother?", 1),
        ("Test", 2),
    ]
    run = make_enrollment(None, course)
    assert (learner_grades(enrollment=run).total.total, learner_grades(enrollment=run).total.passed) == (0, False)
    pages = {str(page.translation_key): page for page in LessonPage.objects.descendant_of(course)}
    for category in plan.categories:
        for item in category.items:
            for part in item.parts:
                give(run, pages[part.key], part.max_score, part.max_score)
    full = learner_grades(enrollment=run).total
    assert (full.total, full.passed, full.weights) == (1, True, 1)
    assert [line.part for line in full.lines] == [D("0.34"), D("0.22"), D("0.22"), D("0.22")]
    assert [line.dropped for line in full.lines] == [2, 2, 2, 2]
    # Both lessons of "2.3" at nothing: one of six items, and it is dropped.
    operations = plan.categories[1].items
    for part in operations[2].parts:
        give(run, pages[part.key], 0, part.max_score)
    assert learner_grades(enrollment=run).total.total == 1
    # "2.1" and "2.2" at half: 2.3 and 2.2 are dropped, 3.5 of 4 are left: 1 - .22 · .125 = .9725.
    for item in operations[:2]:
        give(run, pages[item.first_key], 1, 2)
    assert learner_grades(enrollment=run).total.total == D("0.9725")
    # The test of "2.3" alone brings it to 2 / 3: 2.2 and 2.1 are dropped, 3.6667 of 4 are left: 1 - .22 · .0833.
    give(run, pages[operations[2].parts[1].key], 2, 2)
    found = learner_grades(enrollment=run).total
    assert (found.lines[1].lines[2].share, found.total) == (D("0.6666"), D("0.9816"))
