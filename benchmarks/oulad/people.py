"""Students as people, and their registrations as runs in cohorts, each with its events."""

import datetime as dt
import itertools
import random
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator

from django.contrib.auth.hashers import make_password

from accounts.models import User
from benchmarks.oulad.dataset import Presentation, Registration
from benchmarks.oulad.pages import Course
from cms.demo.people import FIRST_NAMES, LAST_NAMES
from learning.models import Cohort, CohortMembership, Enrollment, EnrollmentStatus, LearningEvent
from learning.services.bulk import IMPORTED, completed_event, enrolled_event
from learning.services.events import new_event
from learning.verbs import Verb
from workbench.days import site_zone

BATCH = 2000
# Who failed stayed to the end and did not complete: the run is over, and nobody may take it for training that was done.
STATUS = {
    "Distinction": EnrollmentStatus.COMPLETED,
    "Pass": EnrollmentStatus.COMPLETED,
    "Fail": EnrollmentStatus.EXPIRED,
    "Withdrawn": EnrollmentStatus.WITHDRAWN,
}
NO_DAY = "The day of registration is not known; the first day of the presentation stands in its place."


def noon(day: dt.date) -> dt.datetime:
    """A day of the dataset as a moment that is on this day wherever it is read."""
    return dt.datetime.combine(day, dt.time(12), site_zone())


def address(student: int) -> str:
    return f"student-{student}@example.com"


def add_people(registrations: list[Registration]) -> dict[int, int]:
    """The primary key of each student's person: one, however many presentations. Names are drawn from the number."""
    students = sorted({entry.student for entry in registrations})
    keys = people_there(students)
    for some in batches(student for student in students if student not in keys):
        for student, person in zip(some, User.objects.bulk_create(map(person_of, some)), strict=True):
            keys[student] = person.pk
    return keys


def people_there(students: list[int]) -> dict[int, int]:
    """Those whom another module brought before."""
    found: dict[int, int] = {}
    for some in batches(students):
        by_address = {address(student): student for student in some}
        for pk, email in User.objects.with_address(*by_address).values_list("pk", "email"):
            found[by_address[email]] = pk
    return found


def person_of(student: int) -> User:
    draw = random.Random(student)
    return User(
        email=address(student),
        first_name=draw.choice(FIRST_NAMES),
        last_name=draw.choice(LAST_NAMES),
        password=make_password(None),
    )


def add_cohorts(courses: dict[str, Course], registrations: list[Registration]) -> dict[Presentation, Cohort]:
    """One for each presentation, with those who stayed to its end in it."""
    stayed = Counter(entry.presentation for entry in registrations if entry.result != "Withdrawn")
    presentations = dict.fromkeys(entry.presentation for entry in registrations)
    return {
        one: Cohort.objects.create(
            name=one.name, course=courses[one.module].page, starts_on=one.start, ends_on=one.end, taken=stayed[one]
        )
        for one in presentations
    }


def add_runs(
    courses: dict[str, Course],
    cohorts: dict[Presentation, Cohort],
    people: dict[int, int],
    registrations: list[Registration],
) -> dict[Presentation, dict[int, int]]:
    """The primary key of each run, by presentation and student. ``registrations`` are in the order of their starts, so
    a student's second presentation of a module is the second run of its course."""
    numbers: Counter[tuple[str, int]] = Counter()
    keys: dict[Presentation, dict[int, int]] = {one: {} for one in cohorts}
    for some in batches(registrations):
        runs = []
        for entry in some:
            numbers[entry.presentation.module, entry.student] += 1
            number = numbers[entry.presentation.module, entry.student]
            runs.append(run_of(entry, courses[entry.presentation.module], people[entry.student], number))
        Enrollment.objects.bulk_create(runs)
        CohortMembership.objects.bulk_create(
            membership_of(entry, run, cohorts[entry.presentation]) for entry, run in zip(some, runs, strict=True)
        )
        # Without ringing the bell: nobody is told today of what was over ten years ago.
        LearningEvent.objects.bulk_create(event for run in runs for event in events_of(run))
        for entry, run in zip(some, runs, strict=True):
            keys[entry.presentation][entry.student] = run.pk
    return keys


def run_of(entry: Registration, course: Course, learner: int, number: int) -> Enrollment:
    status, presentation = STATUS[entry.result], entry.presentation
    end: dt.date | None = presentation.end
    if status == EnrollmentStatus.WITHDRAWN:
        # Where the day is not known, the run is over and nobody says since when.
        end = None if entry.left is None else presentation.day(entry.left)
    began = presentation.start if entry.registered is None else presentation.day(entry.registered)
    if entry.registered is None and end is not None:
        began = min(began, end)
    return Enrollment(
        uuid=uuid.uuid4(),
        learner_id=learner,
        course=course.page,
        course_key=course.page.translation_key,
        run=number,
        status=status,
        outcome=entry.result,
        reason=NO_DAY if entry.registered is None else "",
        enrolled_at=noon(began),
        completed_at=noon(presentation.end) if status == EnrollmentStatus.COMPLETED else None,
        completion_rule=IMPORTED if status == EnrollmentStatus.COMPLETED else {},
        ended_at=noon(end) if end is not None and status != EnrollmentStatus.COMPLETED else None,
    )


def membership_of(entry: Registration, run: Enrollment, cohort: Cohort) -> CohortMembership:
    since = run.enrolled_at.date()
    left = None
    if run.status == EnrollmentStatus.WITHDRAWN:
        left = max(since, run.ended_at.date() if run.ended_at else entry.presentation.end)
    return CohortMembership(cohort=cohort, enrollment=run, since=since, until=left)


def events_of(run: Enrollment) -> Iterator[LearningEvent]:
    yield enrolled_event(run, None)
    if run.status == EnrollmentStatus.COMPLETED:
        yield completed_event(run, None)
    elif run.status == EnrollmentStatus.WITHDRAWN and run.ended_at:
        yield new_event(
            verb=Verb.COURSE_LEFT,
            idempotency_key=f"course:left:{run.uuid}",
            enrollment=run,
            page=run.course,
            data={"run": run.run},
            occurred_at=run.ended_at,
            source="import",
        )


def batches(entries: Iterable) -> Iterator[list]:
    remaining = iter(entries)
    while some := list(itertools.islice(remaining, BATCH)):
        yield some
