"""Importing enrollments and past completions: what a row does, what is refused, and back again."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import ADMINISTRATOR
from learning.models import Enrollment, EnrollmentStatus, LearningEvent
from learning.resources import CompletionResource, EnrollmentResource
from learning.services import complete_lesson, decline_request, leave_course, request_enrollment
from tests.factories.accounts import make_person
from tests.factories.imports import errors_of, exported, make_batch, outcomes_of, undo_batch, write_batch
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import lessons_of, make_course
from workbench.models import BatchState

pytestmark = pytest.mark.django_db

ENROLL = ["E-mail address", "Course", "Due on"]
DONE = ["E-mail address", "Course", "Completed on"]


@pytest.fixture
def ada():
    return make_person("Ada Admin", email="ada@example.com", roles=(ADMINISTRATOR,))


@pytest.fixture
def jo():
    return make_person("Jo Doe", email="jo@example.com")


@pytest.fixture
def fire():
    return make_course("Fire safety")


def enrollments(rows, *, header=ENROLL, **extra):
    return make_batch(rows, header=header, resource="enrollments", **extra)


def completions(rows, *, header=DONE, **extra):
    return make_batch(rows, header=header, resource="completions", **extra)


def everything():
    runs = Enrollment.objects.order_by("pk").values()
    events = LearningEvent.objects.order_by("pk").values()
    return list(runs), list(events)


def test_a_row_enrolls_with_an_event(ada, jo, fire):
    batch = write_batch(enrollments([["JO@example.com", "fire safety", "31.12.2099"]], actor=ada))
    assert batch.state == BatchState.WRITTEN
    run = Enrollment.objects.get()
    assert (run.learner, run.course_key, run.status, run.run) == (jo, fire.translation_key, "active", 1)
    assert (run.due_on, run.required_lessons) == (datetime.date(2099, 12, 31), 4)
    event = LearningEvent.objects.get()
    assert (event.verb, event.source, event.actor, event.enrollment) == ("course:enrolled", "import", ada, run)


def test_an_active_run_gets_another_due_date_and_back(ada, jo, fire):
    run = make_enrollment(jo, fire, due_on=datetime.date(2099, 1, 1))
    before = everything()
    batch = enrollments([["jo@example.com", "Fire safety", "2099-02-02"]], actor=ada)
    assert batch.rows.get().diff == {"due_on": ["2099-01-01", "2099-02-02"]}
    write_batch(batch)
    run.refresh_from_db()
    assert run.due_on == datetime.date(2099, 2, 2)
    assert undo_batch(batch).state == BatchState.UNDONE
    assert everything() == before


def test_who_completed_is_not_enrolled_again_by_accident_but_may_be(ada, jo, fire):
    make_completed(jo, fire)
    batch = enrollments([["jo@example.com", "Fire safety", ""]], actor=ada)
    assert outcomes_of(batch) == {2: "same"}
    batch = enrollments([["jo@example.com", "Fire safety", "2099-01-01"]], actor=ada)
    assert errors_of(batch) == [
        (2, "due_on", "This run is not active (Completed), so its due date stays. To enroll once more, write 2 as the run.")
    ]  # fmt: skip
    batch = write_batch(enrollments([["jo@example.com", "Fire safety", "2"]], header=[*ENROLL[:2], "Run"], actor=ada))
    assert list(Enrollment.objects.order_by("run").values_list("run", "status")) == [(1, "completed"), (2, "active")]


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        (["nobody@example.com", "Fire safety", ""], "email", "There is nobody with the e-mail address “nobody@example.com”. Import or add the person first."),
        (["jo@example.com", "Water safety", ""], "course", "There is no course “Water safety”. Write its title as the list of courses has it."),
        (["jo@example.com", "Fire safety", "31.02.2099"], "due_on", "“31.02.2099” is no day of the calendar."),
        (["jo@example.com", "Fire safety", "soon"], "due_on", "“soon” is not a day. Write it as 2026-03-01 or 01.03.2026."),
        (["jo@example.com", "Fire safety", "2020-01-01"], "due_on", "The due date is before the day of enrollment."),
    ],
)  # fmt: skip
def test_what_a_row_may_not_say(ada, jo, fire, row, column, sentence):
    before = everything()
    batch = enrollments([row], actor=ada)
    assert errors_of(batch) == [(2, column, sentence)]
    assert everything() == before


def test_two_courses_of_one_title_are_told_apart_by_their_keys(ada, jo, fire):
    other = make_course("Fire safety")
    keys = sorted([str(fire.translation_key), str(other.translation_key)])
    batch = enrollments([["jo@example.com", "Fire safety", ""]], actor=ada)
    assert errors_of(batch) == [
        (2, "course", f"“Fire safety” is the title of several courses. Write the key of the one you mean: {', '.join(keys)}.")
    ]  # fmt: skip
    write_batch(enrollments([["jo@example.com", str(other.translation_key), ""]], actor=ada))
    assert Enrollment.objects.get().course_key == other.translation_key


def test_a_request_is_decided_first(ada, jo):
    course = make_course("On request", enrollment_policy="request")
    request_enrollment(learner=jo, course=course)
    batch = enrollments([["jo@example.com", "On request", ""]], actor=ada)
    assert errors_of(batch) == [(2, "", "Jo Doe has asked for this course. Approve or decline the request first.")]


def test_one_run_named_twice(ada, jo, fire):
    make_enrollment(jo, fire)
    header = [*ENROLL[:2], "Run"]
    batch = enrollments([["jo@example.com", "Fire safety", ""], ["jo@example.com", "Fire safety", "1"]], header=header, actor=ada)  # fmt: skip
    assert errors_of(batch) == [(3, "", "The same as row 2. Keep one of them.")]


def test_an_export_of_every_kind_of_run_imported_again_changes_nothing(ada, fire):
    request = make_course("On request", enrollment_policy="request")
    make_completed(make_person("Co Mpleted"), fire)
    make_enrollment(make_person("Ac Tive"), fire, done=1, due_on=datetime.date(2020, 1, 1))
    leave_course(enrollment=make_enrollment(make_person("Wi Thdrawn"), fire))
    request_enrollment(learner=make_person("Re Quested"), course=request)
    declined = request_enrollment(learner=make_person("De Clined"), course=request)
    decline_request(enrollment=declined, actor=ada, reason="Full")
    write_batch(completions([[ada.email, "Fire safety", "2019-05-05"]], actor=ada))
    for name, rows in (("enrollments", 6), ("completions", 2)):
        kind = {"enrollments": EnrollmentResource, "completions": CompletionResource}[name]
        with timezone.override("Pacific/Auckland"):
            content = exported(kind(actor=ada), Enrollment.objects.order_by("pk"))
            batch = make_batch(content=content, resource=name, actor=ada)
        assert errors_of(batch) == []
        assert (batch.same_count, batch.rows_total) == (rows, rows)


def test_a_past_completion_is_a_completed_run_with_no_lesson_marked(ada, jo, fire):
    header = [*DONE, "Outcome"]
    rows = [
        ["jo@example.com", "Fire safety", "20.11.2019", "passed"],
        ["jo@example.com", "Fire safety", "2022-11-20", ""],
    ]
    batch = write_batch(completions(rows, header=header, actor=ada))
    assert batch.state == BatchState.WRITTEN
    first, second = Enrollment.objects.order_by("run")
    assert (first.run, first.status, first.outcome, first.completion_rule) == (
        1, EnrollmentStatus.COMPLETED, "passed", {"rule": "import"},
    )  # fmt: skip
    assert (second.run, timezone.localtime(second.completed_at).date()) == (2, datetime.date(2022, 11, 20))
    assert first.progress.count() == 0
    assert sorted(LearningEvent.objects.filter(enrollment=first).values_list("verb", "source")) == [
        ("course:completed", "import"),
        ("course:enrolled", "import"),
    ]
    assert {event.occurred_at for event in first.events.all()} == {first.completed_at}
    undo_batch(batch)
    assert everything() == ([], [])


def test_a_completion_of_today_or_of_somebody_on_the_course(ada, jo, fire):
    make_enrollment(jo, fire)
    today = timezone.localdate()
    tomorrow = today + datetime.timedelta(days=1)
    rows = [["jo@example.com", "Fire safety", str(tomorrow)], ["jo@example.com", "Fire safety", str(today)]]
    batch = completions(rows, actor=ada)
    assert sorted((row, column) for row, column, _text in errors_of(batch)) == [(2, ""), (2, "completed_on"), (3, "")]
    before = write_batch(completions([["jo@example.com", "Fire safety", "2019-01-01"]], actor=ada))
    assert before.state == BatchState.WRITTEN
    assert Enrollment.objects.filter(learner=jo).count() == 2


def test_undo_is_refused_once_somebody_learned_something(ada, jo, fire):
    batch = write_batch(enrollments([["jo@example.com", "Fire safety", ""]], actor=ada))
    run = Enrollment.objects.get()
    complete_lesson(enrollment=run, lesson=lessons_of(fire)[0])
    before = everything()
    undo_batch(batch)
    assert batch.state == BatchState.WRITTEN
    assert batch.sentence == "Nothing was undone: row 2 has learning events by now."
    assert everything() == before


@pytest.mark.parametrize(
    ("kind", "row"), [(EnrollmentResource, {}), (CompletionResource, {"completed_on": "2020-01-01"})]
)
def test_rows_cost_no_queries_of_their_own(ada, fire, kind, row):
    def queries(count):
        people = [make_person() for _number in range(count)]
        rows = [(n, {"email": person.email, "course": "Fire safety", **row}) for n, person in enumerate(people)]
        resource = kind(actor=type(ada).objects.get(pk=ada.pk), mapped=["email", "course", *row])
        with CaptureQueriesContext(connection) as captured:
            planned = resource.plan(rows)
        assert {one.outcome for one in planned} == {"new"}
        return len(captured)

    assert queries(3) == queries(40)


@pytest.mark.parametrize("header", [ENROLL, DONE])
def test_writing_and_taking_back_cost_no_queries_by_row(ada, fire, header):
    def rows(people, day):
        return [[person.email, "Fire safety", day] for person in people]

    def counted(work, *args):
        with CaptureQueriesContext(connection) as captured:
            batch = work(*args)
        return batch, len(captured)

    def queries(count):
        people = [make_person() for _number in range(count)]
        make = enrollments if header is ENROLL else completions
        first, written = counted(write_batch, make(rows(people, "2020-01-02" if header is DONE else ""), actor=ada))
        costs = [written]
        if header is ENROLL:
            second, changed = counted(write_batch, make(rows(people, "2099-12-31"), actor=ada))
            second, back = counted(undo_batch, second)
            assert second.state == BatchState.UNDONE
            costs += [changed, back]
        first, undone = counted(undo_batch, first)
        assert (first.state, Enrollment.objects.count()) == (BatchState.UNDONE, 0)
        return [*costs, undone]

    queries(2)
    assert queries(3) == queries(15)
