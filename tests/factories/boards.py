"""Something to put on leaderboards: people, courses and quizzes, and what they did, written straight into the tables."""

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model

from accounts.models import Team, TeamMembership
from assessment.models import Attempt, AttemptState
from gamification.models import EntryKind, PointEntry
from learning.models import Cohort, CohortMembership, Enrollment, EnrollmentStatus
from library.models import Topic
from lms_pages.models import CoursePage, QuizPage
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_cohort
from tests.factories.lms_pages import make_course
from tests.factories.quizzes import make_quiz


@dataclass(frozen=True)
class Arena:
    """Two courses of one topic and one of none, a quiz in each; a team and a cohort of the first course."""

    people: list[Any]
    courses: list[CoursePage]
    quizzes: list[QuizPage]
    topic: Topic
    team: Team
    cohort: Cohort
    runs: dict[tuple[int, int], Enrollment]

    def run(self, person: Any, course: int) -> Enrollment:
        """The person's run of a course, begun where there is none."""
        if (person.pk, course) not in self.runs:
            self.runs[person.pk, course] = give_run(person, self.courses[course])
        return self.runs[person.pk, course]


def make_arena(people: int = 6) -> Arena:
    topic = Topic.objects.create(name="Safety", slug="safety")
    courses = [make_course(f"Course {letter}", modules=1, lessons=1, with_check=False) for letter in "ABC"]
    for course in courses[:2]:
        course.topics.add(topic)
        course.save()
    quizzes = [make_quiz(course.get_children().first().specific, title=f"Quiz {course.title}") for course in courses]
    everybody = [make_person(f"Person {chr(65 + number)}") for number in range(people)]
    team = make_team("Night shift", members=everybody[: people // 2])
    arena = Arena(everybody, courses, quizzes, topic, team, make_cohort(courses[0], name="Spring"), {})
    for person in everybody[: people // 3 * 2]:
        join(arena.run(person, 0), arena.cohort)
    return arena


def give_run(person: Any, course: CoursePage, *, run: int = 1) -> Enrollment:
    return Enrollment.objects.create(
        learner=person, course=course, course_key=course.translation_key, run=run, status=EnrollmentStatus.ACTIVE
    )


def join(run: Enrollment, cohort: Cohort) -> CohortMembership:
    return CohortMembership.objects.create(cohort=cohort, enrollment=run)


def give_points(
    person: Any, points: int, at: datetime, *, course: CoursePage | None = None, kind: EntryKind = EntryKind.EARNED
) -> PointEntry:
    key = course.translation_key if course else None
    reason = "By hand" if kind == EntryKind.ADJUSTED else ""
    return PointEntry.objects.create(learner=person, kind=kind, points=points, at=at, course_key=key, reason=reason)


def complete(run: Enrollment, at: datetime) -> None:
    Enrollment.objects.filter(pk=run.pk).update(status=EnrollmentStatus.COMPLETED, completed_at=at)


def give_attempt(run: Enrollment, quiz: QuizPage, score: str, max_score: str, at: datetime, **fields) -> Attempt:
    """An attempt that was handed in and graded ``at`` that moment, unless ``fields`` say otherwise."""
    values = {"state": AttemptState.GRADED, "score": Decimal(score), "submitted_at": at, "graded_at": at, **fields}
    number = Attempt.objects.filter(enrollment=run, quiz_key=quiz.translation_key).count() + 1
    return Attempt.objects.create(
        enrollment=run, quiz=quiz, quiz_key=quiz.translation_key, number=number, max_score=Decimal(max_score),
        started_at=at, **values,
    )  # fmt: skip


def scatter(arena: Arena, now: datetime, *, seed: int, count: int = 120) -> None:
    """Points, completions and attempts at random moments of the last two years, most of them in the last weeks."""
    rng = random.Random(seed)
    for _number in range(count):
        person, course = rng.choice(arena.people), rng.randrange(3)
        at = now - timedelta(minutes=rng.choice([rng.randrange(1440), rng.randrange(50_000), rng.randrange(1_000_000)]))
        match rng.randrange(5):
            case 0 | 1:
                give_points(person, rng.choice([5, 10, 100]), at, course=rng.choice([None, *arena.courses]))
            case 2:
                kind, points = rng.choice(
                    [(EntryKind.REVERSED, -10), (EntryKind.ADJUSTED, -25), (EntryKind.SPENT, -50), (EntryKind.HELD, -9)]
                )
                give_points(person, points, at, course=arena.courses[course], kind=kind)
            case 3:
                complete(arena.run(person, course), at)
            case 4:
                score = f"{rng.randrange(0, 1001) / 100:.2f}"
                give_attempt(arena.run(person, course), arena.quizzes[course], score, "10", at)


def many_with_points(count: int, at: datetime, **fields: Any) -> list[Any]:
    """``count`` people with 1 to 50 points each, written in bulk."""
    people = get_user_model().objects.bulk_create(
        get_user_model()(email=f"{uuid.uuid4().hex}@example.com", first_name="Many", last_name=str(number))
        for number in range(count)
    )
    PointEntry.objects.bulk_create(
        [
            PointEntry(learner=person, kind=EntryKind.EARNED, points=number % 50 + 1, at=at, **fields)
            for number, person in enumerate(people)
        ],
        2000,
    )
    return people


def crowd(arena: Arena, count: int, at: datetime) -> None:
    """``count`` people more in the team and the cohort, each with points, the first course and its quiz; in bulk."""
    course, quiz = arena.courses[0], arena.quizzes[0]
    people = many_with_points(count, at, course_key=course.translation_key)
    done = {"status": EnrollmentStatus.COMPLETED, "completed_at": at}
    graded = {"state": AttemptState.GRADED, "score": 7, "max_score": 10, "submitted_at": at, "graded_at": at}
    runs = Enrollment.objects.bulk_create(
        [Enrollment(learner=one, course=course, course_key=course.translation_key, **done) for one in people], 2000
    )
    TeamMembership.objects.bulk_create(
        [TeamMembership(team=arena.team, user=one, since=at.date()) for one in people], 2000
    )
    CohortMembership.objects.bulk_create([CohortMembership(cohort=arena.cohort, enrollment=run) for run in runs], 2000)
    Attempt.objects.bulk_create(
        [
            Attempt(enrollment=run, quiz=quiz, quiz_key=quiz.translation_key, number=1, started_at=at, **graded)
            for run in runs
        ],
        2000,
    )
