"""Grades as a file: what a row sets, what it leaves alone, and back again."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.roles import ADMINISTRATOR, INSTRUCTOR
from assessment.models import GradeOverride
from assessment.resources import GradeResource, gradebook_cells
from assessment.services import override_grade
from learning.models import LearningEvent
from learning.services import leave_course
from lms_pages.models import CourseStaff
from tests.factories.accounts import make_person
from tests.factories.grades import make_graded_course, make_graded_lesson, with_scores
from tests.factories.imports import csv_bytes, errors_of, exported, make_batch, outcomes_of, undo_batch, write_batch
from tests.factories.lms_pages import lessons_of
from workbench.imports.exceptions import ImportRefused
from workbench.models import BatchState

pytestmark = pytest.mark.django_db
D = Decimal
HEADER = ["E-mail address", "Course", "Lesson", "Score", "Reason"]


@pytest.fixture
def ada():
    return make_person("Ada Admin", roles=(ADMINISTRATOR,))


@pytest.fixture
def jo():
    return make_person("Jo Doe", email="jo@example.com")


@pytest.fixture
def run(jo):
    return with_scores(make_graded_course(), 1, "0.5", learner=jo)


def batch_of(rows, actor, header=HEADER, **extra):
    return make_batch(rows, header=header, resource="grades", actor=actor, **extra)


def standing() -> list:
    rows = GradeOverride.objects.filter(is_latest=True).order_by("pk")
    return list(rows.values_list("page__title", "score", "max_score", "reason"))


def everything() -> tuple:
    return list(GradeOverride.objects.order_by("pk").values()), LearningEvent.objects.count()


def test_a_row_sets_a_grade(ada, run):
    batch = write_batch(batch_of([["JO@example.com", "graded", "final exam", "3,5", "Oral exam"]], ada))
    assert batch.state == BatchState.WRITTEN
    assert standing() == [("Final exam", D("3.5"), 4, "Oral exam")]
    event = LearningEvent.objects.get(verb="grade:overridden")
    assert (event.source, event.actor, event.learner) == ("import", ada, run.learner)


def test_what_stands_and_what_is_empty_changes_nothing(ada, run):
    rows = [
        ["jo@example.com", "Graded", "Paper 1", "1", ""],
        ["jo@example.com", "Graded", "Paper 2", "0.50", ""],
        ["jo@example.com", "Graded", "Paper 3", "", ""],
    ]
    before = everything()
    batch = batch_of(rows, ada)
    assert outcomes_of(batch) == {2: "same", 3: "same", 4: "same"}
    assert everything() == before


def test_an_export_imported_again_changes_nothing(ada, run):
    override_grade(
        enrollment=run, page_key=lessons_of(run.course)[3].translation_key, score=D(3), reason="Oral", actor=ada
    )
    before = everything()
    content = exported(GradeResource(actor=ada), GradeResource(actor=ada).scope(ada))
    batch = batch_of([], ada, content=content)
    assert outcomes_of(batch) == {2: "same"}
    header, rows = gradebook_cells(actor=ada, course=run.course)
    batch = batch_of([], ada, content=csv_bytes(list(rows), header=header))
    assert outcomes_of(batch) == dict.fromkeys(range(2, 6), "same")
    assert everything() == before


def test_undo_takes_grades_back_and_keeps_the_history(ada, run):
    exam = lessons_of(run.course)[3]
    override_grade(enrollment=run, page_key=exam.translation_key, score=D(1), reason="First", actor=ada)
    batch = write_batch(
        batch_of(
            [
                ["jo@example.com", "Graded", "Final exam", "2", "Second"],
                ["jo@example.com", "Graded", "Paper 1", "2", "Extra work"],
            ],
            ada,
        )
    )
    assert outcomes_of(batch) == {2: "changed", 3: "new"}
    assert standing() == [("Final exam", 2, 4, "Second"), ("Paper 1", 2, 2, "Extra work")]
    assert undo_batch(batch).state == BatchState.UNDONE
    assert standing() == [("Final exam", 1, 4, "First"), ("Paper 1", None, 2, "The import was undone")]
    history = GradeOverride.objects.filter(page_key=exam.translation_key).order_by("pk")
    assert [row.score for row in history] == [1, 2, 1]


def test_a_grade_set_since_is_not_undone(ada, run):
    batch = write_batch(batch_of([["jo@example.com", "Graded", "Final exam", "2", "Second"]], ada))
    override_grade(
        enrollment=run, page_key=lessons_of(run.course)[3].translation_key, score=D(4), reason="Third", actor=ada
    )
    before = everything()
    batch = undo_batch(batch)
    assert batch.state == BatchState.WRITTEN
    assert "row 2 was set again since" in batch.sentence
    assert everything() == before


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        (["jo@example.com", "Graded", "Final exam", "5", "Why"], "score", "5 is more than the 4 points there are."),
        (["jo@example.com", "Graded", "Final exam", "-1", "Why"], "score", "“-1” is not a number of points. Write it as 8 or 8.5."),
        (["jo@example.com", "Graded", "Final exam", "=1+1", "Why"], "score", "holds a formula. Write the value instead."),
        (["jo@example.com", "Graded", "Final exam", "2", ""], "reason", "say why. The reason stays on record."),
        (["jo@example.com", "Graded", "Essay", "2", "Why"], "lesson", "“Essay” is not among the graded lessons of the course."),
        (["jo@example.com", "Graded", "", "2", "Why"], "lesson", "is empty. Every row needs it."),
        (["jo@example.com", "Graded", "Final exam", "many", "Why"], "score", "“many” is not a number of points. Write it as 8 or 8.5."),
        (["ed@example.com", "Graded", "Final exam", "2", "Why"], "email", "There is nobody with the e-mail address “ed@example.com”. Import or add the person first."),
    ],
)  # fmt: skip
def test_what_a_row_may_not_say(ada, run, row, column, sentence):
    before = everything()
    assert errors_of(batch_of([row], ada)) == [(2, column, sentence)]
    assert everything() == before


def test_who_is_not_on_the_course_gets_no_grade(ada, run):
    leave_course(enrollment=run)
    batch = batch_of([["jo@example.com", "Graded", "Final exam", "2", "Why"]], ada)
    assert errors_of(batch) == [(2, "", "Jo Doe is not on this course. Enroll the person first.")]


def test_an_empty_cell_takes_nothing_back(ada, run):
    override_grade(
        enrollment=run, page_key=lessons_of(run.course)[3].translation_key, score=D(3), reason="Oral", actor=ada
    )
    batch = batch_of([["jo@example.com", "Graded", "Final exam", "", "Oral"]], ada)
    assert errors_of(batch) == [
        (2, "score", "A grade set by hand is taken back in the gradebook, not by an empty cell.")
    ]


def test_lessons_of_one_title_are_told_apart_by_their_keys(ada, run):
    module = lessons_of(run.course)[0].get_parent().specific
    twin = make_graded_lesson(module, "Paper 1", "Papers")
    ((number, column, sentence),) = errors_of(batch_of([["jo@example.com", "Graded", "Paper 1", "2", "Why"]], ada))
    assert (number, column) == (2, "lesson")
    assert sentence.startswith("Several lessons have this title.")
    assert str(twin.translation_key) in sentence
    write_batch(batch_of([["jo@example.com", "Graded", str(twin.translation_key), "2", "Why"]], ada))
    assert GradeOverride.objects.get().page_key == twin.translation_key


@pytest.fixture
def ina(run):
    """An instructor of the course."""
    person = make_person("Ina Instructor", roles=(INSTRUCTOR,), email="ina@example.com")
    CourseStaff.objects.create(course=run.course, user=person)
    return person


def test_instructors_import_the_grades_of_their_own_courses(ina, run):
    batch = write_batch(batch_of([["jo@example.com", "Graded", "Final exam", "2", "Oral exam"]], ina))
    assert batch.state == BatchState.WRITTEN
    assert standing() == [("Final exam", 2, 4, "Oral exam")]
    assert GradeOverride.objects.get().by == ina
    assert undo_batch(batch).state == BatchState.UNDONE


def test_one_row_of_another_course_refuses_the_file_and_tells_nothing_about_that_course(ina, run):
    """Jo is on both courses, and Ina teaches one: the other's people and lessons are none of her business."""
    other = make_graded_course()
    other.title = "Secret"
    other.save_revision().publish()
    with_scores(other, 1, learner=run.learner)
    rows = [
        ["jo@example.com", "Graded", "Final exam", "2", "Oral exam"],
        ["jo@example.com", "Secret", "Final exam", "2", "Oral exam"],
        ["jo@example.com", "Secret", "No such lesson", "2", ""],
    ]
    before = everything()
    batch = batch_of(rows, ina)
    sentence = "You do not teach this course, so its grades stay as they are."
    assert errors_of(batch) == [(3, "course", sentence), (4, "course", sentence)]
    with pytest.raises(ImportRefused):
        write_batch(batch)
    assert everything() == before


def test_who_teaches_no_more_writes_nothing_and_takes_nothing_back(ina, run):
    rows = [["jo@example.com", "Graded", "Final exam", "2", "Oral exam"]]
    written, waiting = write_batch(batch_of(rows, ina)), batch_of([[*rows[0][:3], "3", "Again"]], ina)
    CourseStaff.objects.all().delete()
    before = everything()
    assert write_batch(waiting).state != BatchState.WRITTEN
    batch = undo_batch(written)
    assert batch.state == BatchState.WRITTEN
    assert "row 2 is of a course that whoever imported it does not teach any more" in batch.sentence
    assert everything() == before


def test_instructors_do_not_grade_themselves(ina, run):
    with_scores(run.course, learner=ina)
    before = everything()
    batch = batch_of([["ina@example.com", "Graded", "Final exam", "4", "Deserved"]], ina)
    assert errors_of(batch) == [(2, "", "Nobody sets their own grades. Ask somebody else who teaches this course.")]
    assert everything() == before


def test_instructors_find_import_and_export_at_the_list_and_their_own_imports_alone(client, ina, ada, run):
    client.force_login(ina)
    assert client.get(reverse("assessment_gradeoverride_modeladmin_index")).content.decode().count("/import/") == 1
    assert client.get(reverse("assessment_gradeoverride_modeladmin_import")).status_code == 200
    assert reverse("assessment_gradeoverride_modeladmin_import") in (
        client.get(reverse("assessment:gradebook", args=[run.course.translation_key])).content.decode()
    )
    theirs = batch_of([["jo@example.com", "Graded", "Final exam", "3", "Why"]], ada)
    mine = batch_of([["jo@example.com", "Graded", "Final exam", "2", "Why"]], ina)
    assert client.get(reverse("workbench_importbatch_modeladmin_inspect", args=[mine.pk])).status_code == 200
    assert client.get(reverse("workbench_importbatch_modeladmin_inspect", args=[theirs.pk])).status_code == 404
    for name in ("accounts_user", "accounts_team", "learning_enrollment"):
        assert client.get(reverse(f"{name}_modeladmin_import")).status_code in (302, 403), name


def test_an_export_holds_the_grades_of_their_courses(ina, ada, run):
    other = with_scores(make_graded_course(), 1)
    for enrollment in (run, other):
        exam = lessons_of(enrollment.course)[3]
        override_grade(enrollment=enrollment, page_key=exam.translation_key, score=D(3), reason="Oral", actor=ada)
    resource = GradeResource(actor=ina)
    content = exported(resource, resource.scope(ina)).decode("utf-8-sig")
    assert content.count("Oral") == 1
    assert "jo@example.com" in content
