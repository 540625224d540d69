"""The gradebook at the instructor's desk, and a learner's own grades."""

import csv
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import INSTRUCTOR
from assessment.models import GradeOverride
from assessment.services import override_grade
from learning.models import Enrollment
from learning.services import complete_lesson, place_in_cohort
from lms_pages.models import CourseStaff, GradingCategory
from tests.factories.accounts import make_person
from tests.factories.grades import give, make_graded_course, make_graded_lesson, with_scores
from tests.factories.learning import make_cohort, make_enrollment
from tests.factories.lms_pages import lessons_of, make_course, make_lesson, make_module, text_block

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def graded():
    return make_graded_course()


@pytest.fixture
def teacher(client, graded):
    person = make_person("Ina Instructor", roles=(INSTRUCTOR,))
    CourseStaff.objects.create(course=graded, user=person)
    client.force_login(person)
    return person


def book(course, **query):
    return reverse("assessment:gradebook", args=[course.translation_key], query=query or None)


def cell(course, run, lesson):
    return reverse("assessment:grade", args=[course.translation_key, run.uuid, lesson.translation_key])


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_gradebook_shows_people_categories_and_totals(client, teacher, graded):
    with_scores(graded, 1, "0.5", 0, "0.75", learner=make_person("Lea Learner"))
    with_scores(graded, learner=make_person("Abe Absent"))
    response = client.get(book(graded))
    assert [row.enrollment.learner.name for row in response.context["desk"].rows] == ["Abe Absent", "Lea Learner"]
    assert [row.total.total for row in response.context["desk"].rows] == [D(0), D("0.75")]
    page = words(response)
    assert "Showing 2 of 2 people · passed from 50 %" in page
    assert "<strong>75 %</strong>" in page
    assert "weight 0.4" in page
    assert response.content.decode().count('scope="row"') == 2


@pytest.mark.parametrize(("order", "names"), [("best", "BCA"), ("worst", "ACB"), ("name", "ABC"), ("nonsense", "ABC")])
def test_the_order_of_people(client, teacher, graded, order, names):
    with_scores(graded, learner=make_person("A A"))
    with_scores(graded, 1, 1, 1, 1, learner=make_person("B B"))
    with_scores(graded, 1, 1, learner=make_person("C C"))
    rows = client.get(book(graded, sort=order)).context["desk"].rows
    assert "".join(row.enrollment.learner.first_name for row in rows) == names


def test_a_cohort_and_a_name_cut_the_list_down(client, teacher, graded):
    lea, abe = with_scores(graded, learner=make_person("Lea Learner")), with_scores(graded)
    cohort = make_cohort(graded)
    place_in_cohort(enrollment=lea, cohort=cohort)
    rows = client.get(book(graded, cohort=cohort.uuid)).context["desk"].rows
    assert [row.enrollment for row in rows] == [lea]
    rows = client.get(book(graded, q=abe.learner.email)).context["desk"].rows
    assert [row.enrollment for row in rows] == [abe]
    assert "Nobody fits" in words(client.get(book(graded, q="zzz")))


def test_hidden_items_and_items_without_a_category_are_marked(client, teacher, graded):
    module = lessons_of(graded)[0].get_parent().specific
    make_graded_lesson(module, "Secret", "Papers", is_hidden_in_gradebook=True)
    make_graded_lesson(module, "Loose")
    with_scores(graded)
    page = words(client.get(book(graded)))
    assert "hidden" in page
    assert "Not counted: without a category" in page


@pytest.fixture
def homework(graded):
    """Two lessons that are graded together, worth 2 and 6 points."""
    module = lessons_of(graded)[0].get_parent().specific
    return [
        make_graded_lesson(module, f"Part {number}", "Papers", questions=points, graded_as="Homework 1")
        for number, points in ((1, 2), (2, 6))
    ]


def test_lessons_graded_together_are_one_column_that_leads_to_each(client, teacher, graded, homework):
    run = with_scores(graded)
    give(run, homework[1], 3, 6)
    page = words(client.get(book(graded)))
    assert 'Homework 1 <span class="quiet num"> of 8 · 2 lessons </span>' in page
    assert "Part 1" not in page
    first, second = (cell(graded, run, lesson) for lesson in homework)
    assert first in page
    assert second not in page
    page = words(client.get(first))
    assert "2 lessons are graded together as this item; each has its own grade, and their points are added." in page
    assert "3 of 8" in page
    assert second in page
    client.post(first, {"action": "set", "score": "2", "reason": "Oral"})
    assert "5 of 8" in words(client.get(second))
    assert "graded together" not in words(client.get(cell(graded, run, lessons_of(graded)[0])))


def test_a_course_that_grades_nothing_says_so(client, teacher):
    course = make_course(with_check=False)
    CourseStaff.objects.create(course=course, user=teacher)
    assert "Nothing is graded here yet" in words(client.get(book(course)))


@pytest.mark.parametrize("order", ["name", "best"])
def test_the_queries_do_not_grow_with_people_or_items(client, teacher, graded, order):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(book(graded, sort=order)).status_code == 200
        return len(seen)

    with_scores(graded, 1)
    queries()
    few = queries()
    for _ in range(8):
        with_scores(graded, 1, 1, 0, 1)
    module = lessons_of(graded)[0].get_parent().specific
    for number in range(6):
        make_graded_lesson(module, f"More {number}", "Papers", graded_as=f"Item {number // 2}")
    assert queries() == few


def test_nobody_else_sees_it(client, graded):
    run = with_scores(graded, 1)
    other_teacher = make_person("Otto Other", roles=(INSTRUCTOR,))
    CourseStaff.objects.create(course=make_course(), user=other_teacher)
    for person in (run.learner, other_teacher):
        client.force_login(person)
        for address in (
            book(graded),
            cell(graded, run, lessons_of(graded)[0]),
            reverse("assessment:export_grades", args=[graded.translation_key, "csv"]),
        ):
            assert client.get(address).status_code == 404
        posted = {"action": "set", "score": "2", "reason": "Mine"}
        assert client.post(cell(graded, run, lessons_of(graded)[0]), posted).status_code == 404
    assert not GradeOverride.objects.exists()


def test_a_run_of_another_course_has_no_cell_here(client, teacher, graded):
    other = with_scores(make_graded_course(), 1)
    assert client.get(cell(graded, other, lessons_of(graded)[0])).status_code == 404
    mine = with_scores(graded)
    assert client.get(cell(graded, mine, lessons_of(other.course)[0])).status_code == 404


def test_a_grade_is_set_with_a_reason_and_taken_back(client, teacher, graded):
    run, exam = with_scores(graded, 1), lessons_of(graded)[3]
    response = client.post(
        cell(graded, run, exam), {"action": "set", "score": "3.5", "reason": "Oral exam"}, follow=True
    )
    assert response.redirect_chain[-1][0] == book(graded)
    assert f"The grade of {run.learner.name} is set." in words(response)
    assert "by hand" in words(response)
    override = GradeOverride.objects.get()
    assert (override.score, override.max_score, override.by, override.page_key) == (
        D("3.5"),
        4,
        teacher,
        exam.translation_key,
    )
    page = words(client.get(cell(graded, run, exam)))
    assert "3.5 of 4, set by hand" in page
    assert "Oral exam" in page
    response = client.post(cell(graded, run, exam), {"action": "clear", "why": "A slip"}, follow=True)
    assert "is taken back" in words(response)
    assert GradeOverride.objects.get(is_latest=True).is_cleared


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({"score": "5", "reason": "Why"}, "Nothing was changed: 5 is not between 0 and 4."),
        ({"score": "1", "reason": "  "}, "This field is required."),
        ({"score": "a lot", "reason": "Why"}, "Enter a number."),
    ],
)
def test_what_cannot_be_set_is_said_beside_the_field(client, teacher, graded, posted, sentence):
    run = with_scores(graded)
    response = client.post(cell(graded, run, lessons_of(graded)[3]), {"action": "set", **posted})
    assert response.status_code == 200
    assert sentence in words(response)
    assert not GradeOverride.objects.exists()


def test_nobody_grades_themselves(client, teacher, graded):
    run = with_scores(graded, learner=teacher)
    lesson = lessons_of(graded)[0]
    assert "Nobody sets their own grades." in words(client.get(cell(graded, run, lesson)))
    assert client.post(cell(graded, run, lesson), {"score": "2", "reason": "I"}).status_code == 403
    assert not GradeOverride.objects.exists()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_queries_of_the_file_do_not_grow_with_people_or_items(client, teacher, graded, ending):
    def queries() -> int:
        address = reverse("assessment:export_grades", args=[graded.translation_key, ending])
        with CaptureQueriesContext(connection) as seen:
            assert b"".join(client.get(address).streaming_content)
        return len(seen)

    with_scores(graded, 1)
    queries()
    few = queries()
    for _ in range(8):
        with_scores(graded, 1, 1, 0, 1)
    module = lessons_of(graded)[0].get_parent().specific
    for number in range(6):
        make_graded_lesson(module, f"More {number}", "Papers", graded_as=f"Item {number // 2}")
    assert queries() == few


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_file_holds_everybody_and_everything(client, teacher, graded, ending):
    run = with_scores(graded, 1, learner=make_person("=Lea Learner", email="lea@example.com"))
    with_scores(graded)
    override_grade(
        enrollment=run, page_key=lessons_of(graded)[3].translation_key, score=D(3), reason="Oral", actor=teacher
    )
    response = client.get(reverse("assessment:export_grades", args=[graded.translation_key, ending]))
    assert response.status_code == 200
    assert f'.{ending}"' in response["Content-Disposition"]
    content = b"".join(response.streaming_content)
    if ending == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert rows[0] == ["E-mail address", "Person", "Course", "Lesson", "Score", "Of", "Earned", "Reason"]
        assert len(rows) == 1 + 2 * 4
        own = [row[3:] for row in rows if row[0] == run.learner.email]
        assert own == [
            ["Paper 1", "1", "1", "1", ""],
            ["Paper 2", "", "2", "", ""],
            ["Paper 3", "", "2", "", ""],
            ["Final exam", "3", "4", "", "Oral"],
        ]
        assert not any(cell.startswith("=") for row in rows for cell in row)
    else:
        assert content.startswith(b"PK")
    assert client.get(reverse("assessment:export_grades", args=[graded.translation_key, "pdf"])).status_code == 404


# A learner's own grades -------------------------------------------------------------------


def own(run):
    return reverse("assessment:grades", args=[run.uuid])


def test_learners_read_how_their_total_comes_about(client, graded):
    run = with_scores(graded, 1, "0.5", 0, "0.75")
    client.force_login(run.learner)
    page = words(client.get(own(run)))
    assert "You have <strong>75 %</strong>. That passes: at least 50 % is needed." in page
    assert "The mean of 2 items. Your weakest one is dropped. What is not done counts as 0." in page
    assert "dropped: among the weakest" in page
    assert "counts for 50 %" in page


def test_empty_hidden_and_missing_items_in_words(client, graded):
    GradingCategory.objects.filter(name="Papers").update(expected=4)
    GradingCategory.objects.filter(name="Exam").update(empty_counts_zero=False)
    paper = lessons_of(graded)[2]
    paper.is_hidden_in_gradebook = True
    paper.save_revision().publish()
    run = with_scores(graded, 1, None, "0.9")
    client.force_login(run.learner)
    page = words(client.get(own(run)))
    assert "Paper 3" not in page
    assert "An item that is still to come" in page
    assert "not done yet, counts as 0" in page
    assert "not graded yet, does not count yet" in page
    assert "What has no grade yet is left out." in page
    assert "At least 50 % is needed to pass." not in page


def test_learners_read_what_an_item_is_made_of(client, graded, homework):
    run = with_scores(graded)
    give(run, homework[1], 3, 6)
    override_grade(
        enrollment=run, page_key=homework[0].translation_key, score=D(1), reason="Oral exam", actor=make_person()
    )
    client.force_login(run.learner)
    page = words(client.get(own(run)))
    assert "4 of 8 (50 %)" in page
    assert "Part 1" in page
    assert "3 of 6" in page
    assert page.count("Set by hand: Oral exam") == 1


def test_learners_read_which_lesson_of_an_item_is_not_done(client, graded, homework):
    run = with_scores(graded)
    give(run, homework[1], 3, 6)
    client.force_login(run.learner)
    assert "0 of 2, not done yet" in words(client.get(own(run)))
    GradingCategory.objects.filter(name="Papers").update(empty_counts_zero=False)
    page = words(client.get(own(run)))
    assert "not graded yet, left out" in page
    assert "3 of 6 (50 %)" in page
    homework[0].is_hidden_in_gradebook = True
    homework[0].save_revision().publish()
    assert "Part 1" not in words(client.get(own(run)))


def test_weights_that_add_up_to_zero_are_said(client, graded):
    GradingCategory.objects.update(weight=0)
    run = with_scores(graded, 1)
    client.force_login(run.learner)
    page = words(client.get(own(run)))
    assert "This course has no total: the weights of its categories add up to 0." in page


def test_a_grade_set_by_hand_shows_its_reason(client, graded):
    run = with_scores(graded)
    override_grade(
        enrollment=run,
        page_key=lessons_of(graded)[3].translation_key,
        score=D(4),
        reason="Oral exam in May",
        actor=make_person(),
    )
    client.force_login(run.learner)
    assert "Set by hand: Oral exam in May" in words(client.get(own(run)))


def test_grades_are_ones_own(client, graded):
    run = with_scores(graded, 1)
    client.force_login(make_person())
    assert client.get(own(run)).status_code == 404
    client.logout()
    assert client.get(own(run)).status_code == 302


def test_the_course_and_my_learning_lead_to_the_grades(client, graded):
    run = make_enrollment(None, graded)
    client.force_login(run.learner)
    assert own(run) in words(client.get(graded.get_url()))
    assert own(run) in words(client.get(reverse("my_learning")))
    assert Enrollment.objects.count() == 1


def test_what_was_answered_in_hidden_items_is_not_added_up_at_the_end(client, graded):
    run = with_scores(graded, 1, 1, 1, 1)
    for lesson in lessons_of(graded):
        complete_lesson(enrollment=run, lesson=lesson)
    client.force_login(run.learner)
    finale = reverse("learning:completion", args=[run.uuid])
    assert "4 of 4" in words(client.get(finale))
    exam = lessons_of(graded)[3]
    exam.is_hidden_in_gradebook = True
    exam.save_revision().publish()
    assert "3 of 3" in words(client.get(finale))


def test_a_course_without_categories_shows_points(client):
    course = make_course("Plain", modules=0)
    module = make_module(course)
    lesson = make_graded_lesson(module, "Quiz", questions=4)
    make_lesson(module, "Read", body=[text_block("<p>Words.</p>")])
    run = make_enrollment(None, course)
    give(run, lesson, 3, 4)
    client.force_login(run.learner)
    page = words(client.get(own(run)))
    assert "You have <strong>75 %</strong>." in page
    assert "3 of 4 points." in page
