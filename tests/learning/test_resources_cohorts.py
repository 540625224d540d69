"""Importing cohorts: what a row does, what is refused, and back again."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import ADMINISTRATOR, INSTRUCTOR
from learning.models import Cohort, Enrollment
from learning.resources import CohortResource
from learning.services import place_in_cohort
from lms_pages.models import CourseStaff
from tests.factories.accounts import make_person
from tests.factories.imports import errors_of, exported, make_batch, outcomes_of, undo_batch, write_batch
from tests.factories.learning import make_cohort, make_enrollment
from tests.factories.lms_pages import make_course
from workbench.models import BatchState

pytestmark = pytest.mark.django_db

HEADER = ["Cohort", "Course", "Starts on", "Ends on", "Due on", "Places"]
MARCH, APRIL, MAY = (datetime.date(2099, month, 1) for month in (3, 4, 5))


@pytest.fixture
def ada():
    return make_person("Ada Admin", email="ada@example.com", roles=(ADMINISTRATOR,))


@pytest.fixture
def fire():
    return make_course("Fire safety")


def cohorts(rows, *, header=HEADER, **extra):
    return make_batch(rows, header=header, resource="cohorts", **extra)


def everything():
    return list(Cohort.objects.order_by("pk").values()), list(Enrollment.objects.order_by("pk").values())


def test_a_row_is_a_cohort_with_days_and_places(ada, fire):
    batch = write_batch(cohorts([["Spring", "fire SAFETY", "2099-03-01", "01.05.2099", "2099-04-01", "12"]], actor=ada))
    assert batch.state == BatchState.WRITTEN
    cohort = Cohort.objects.get()
    assert (cohort.name, cohort.course, cohort.course_key) == ("Spring", fire, fire.translation_key)
    assert (cohort.starts_on, cohort.ends_on, cohort.due_on) == (MARCH, MAY, APRIL)
    assert (cohort.capacity, cohort.taken, cohort.created_by) == (12, 0, ada)
    assert undo_batch(batch).state == BatchState.UNDONE
    assert not Cohort.objects.exists()


def test_a_new_due_date_reaches_the_people_and_an_undo_gives_theirs_back(ada, fire):
    cohort = make_cohort(fire, name="Spring", due_on=MARCH, capacity=5)
    follows, own = make_enrollment(course=fire), make_enrollment(course=fire)
    for run in (follows, own):
        place_in_cohort(enrollment=run, cohort=cohort)
    Enrollment.objects.filter(pk=own.pk).update(due_on=APRIL)
    before = everything()

    header = ["Cohort", "Course", "Due on"]
    batch = cohorts([["Spring", "Fire safety", "2099-04-01"]], header=header, actor=ada)
    assert batch.rows.get().diff == {"due_on": ["2099-03-01", "2099-04-01"]}
    assert everything() == before, "A check changes nothing."
    write_batch(batch)
    cohort.refresh_from_db()
    assert (cohort.due_on, cohort.capacity) == (APRIL, 5)
    assert set(Enrollment.objects.values_list("due_on", flat=True)) == {APRIL}

    undo_batch(batch)
    assert everything() == before, "Who had April before the import keeps it."


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        (["Spring", "Water safety", "", "", "", ""], "course", "There is no course “Water safety”. Write its title as the list of courses has it."),
        (["", "Fire safety", "", "", "", ""], "name", "is empty. Every row needs it."),
        (["Spring", "", "", "", "", ""], "course", "is empty. Every row needs it."),
        (["Spring", "Fire safety", "2099-05-01", "2099-03-01", "", ""], "ends_on", "The last day lies before the first one."),
        (["Spring", "Fire safety", "30.02.2099", "", "", ""], "starts_on", "“30.02.2099” is no day of the calendar."),
        (["Spring", "Fire safety", "", "", "", "many"], "capacity", "“many” is not a whole number from 1 to 30000."),
        (["Autumn", "Fire safety", "", "", "", "1"], "capacity", "2 people are in this cohort, more than it would have places."),
    ],
)  # fmt: skip
def test_what_a_row_may_not_say(ada, fire, row, column, sentence):
    cohort = make_cohort(fire, name="Autumn")
    for _person in range(2):
        place_in_cohort(enrollment=make_enrollment(course=fire), cohort=cohort)
    before = everything()
    assert errors_of(cohorts([row], actor=ada)) == [(2, column, sentence)]
    assert everything() == before


def test_one_name_in_two_courses_is_two_cohorts_and_twice_in_one_is_refused(ada, fire):
    make_course("Water safety")
    rows = [["Spring", "Fire safety"], ["Spring", "Water safety"], [" Spring", "fire safety"]]
    batch = cohorts(rows, header=HEADER[:2], actor=ada)
    assert errors_of(batch) == [(4, "", "The same as row 2. Keep one of them.")]
    assert write_batch(cohorts(rows[:2], header=HEADER[:2], actor=ada)).new_count == Cohort.objects.count() == 2


def test_instructors_import_the_cohorts_of_their_own_courses_alone(fire):
    """Of other courses not even a cohort that they see, because they are in it as learners."""
    ina = make_person("Ina Instructor", roles=(INSTRUCTOR,))
    CourseStaff.objects.create(course=make_course("First aid"), user=ina)
    place_in_cohort(enrollment=make_enrollment(ina, fire), cohort=make_cohort(fire, name="Old"))
    before = everything()
    rows = [
        ["New", "First aid", "", "", "", ""],
        ["New", "Fire safety", "", "", "", ""],
        ["Old", "Fire safety", "", "", "", "3"],
    ]
    batch = cohorts(rows, actor=ina)
    sentence = "You do not teach this course."
    assert errors_of(batch) == [(3, "course", sentence), (4, "course", sentence)]
    assert everything() == before
    batch = write_batch(cohorts(rows[:1], actor=ina))
    assert batch.state == BatchState.WRITTEN
    CourseStaff.objects.all().delete()
    before = everything()
    assert undo_batch(batch).state == BatchState.WRITTEN
    assert everything() == before


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_export_imported_again_changes_nothing(ada, fire, ending):
    make_cohort(fire, name="=1+1", starts_on=MARCH, ends_on=MAY, due_on=APRIL, capacity=3)
    full = make_cohort(make_course("Fire safety"), name="Zoë, “Süd”")
    place_in_cohort(enrollment=make_enrollment(course=full.course), cohort=full)
    before = everything()
    content = exported(CohortResource(actor=ada), Cohort.objects.order_by("pk"), ending)
    batch = make_batch(content=content, resource="cohorts", actor=ada)
    assert (errors_of(batch), outcomes_of(batch)) == ([], {2: "same", 3: "same"})
    assert everything() == before


def test_undo_is_refused_once_people_are_in_it_or_it_was_edited(ada, fire):
    known = make_cohort(fire, name="Known", capacity=1)
    place_in_cohort(enrollment=make_enrollment(course=fire), cohort=known)
    header = ["Cohort", "Course", "Places"]
    rows = [["Used", "Fire safety", "3"], ["Known", "Fire safety", "2"], ["Edited", "Fire safety", "4"]]
    batch = write_batch(cohorts(rows, header=header, actor=ada))
    for cohort in (Cohort.objects.get(name="Used"), known):
        place_in_cohort(enrollment=make_enrollment(course=fire), cohort=cohort)
    Cohort.objects.filter(name="Edited").update(capacity=9)
    before = everything()
    undo_batch(batch)
    assert batch.state == BatchState.WRITTEN
    assert batch.sentence == (
        "Nothing was undone: row 2 has cohort memberships by now; "
        "row 3 has more people in it by now than it had places; row 4 was edited later (Places)."
    )
    assert everything() == before


def test_a_check_costs_the_same_number_of_queries_for_few_and_many(ada, fire):
    def queries(count):
        resource = CohortResource(actor=type(ada).objects.get(pk=ada.pk), mapped=["name", "course"])
        rows = [(n, {"name": f"{count}-{n}", "course": "Fire safety"}) for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            planned = resource.plan(rows)
            resource.write(planned, {})
        assert {one.outcome for one in planned} == {"new"}
        return len(captured)

    assert queries(3) == queries(40)
