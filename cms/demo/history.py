"""A year of learning, walked day by day through the services with a seeded random source."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from assessment.services import answer_check
from cms.demo.people import Company
from cms.demo.quizzes import CHANCE_OF_RIGHT, leave_open, some_answer, take_quiz
from learning.models import Enrollment, EnrollmentStatus
from learning.services import (
    approve_request,
    complete_lesson,
    decline_request,
    enroll,
    leave_course,
    record_visit,
    request_enrollment,
)
from lms_pages.models import CompletionRule, CoursePage, EnrollmentPolicy, LessonPage, QuizPage
from lms_pages.selectors import Outline, course_outline
from questions.models import Question

OFFICE = ZoneInfo("Europe/Berlin")
DAYS = 365


@dataclass(frozen=True)
class Taught:
    """A course with everything a learner's walk needs, loaded once."""

    course: CoursePage
    outline: Outline
    lessons: list[LessonPage]
    quizzes: dict[int, QuizPage]
    questions: dict[int, Question]


@dataclass
class Totals:
    enrollments: int = 0
    lessons: int = 0
    answers: int = 0


def taught(course: CoursePage) -> Taught:
    lessons = list(LessonPage.objects.descendant_of(course).order_by("path"))
    ids = {key for lesson in lessons for keys in lesson.knowledge_checks.values() for key in keys}
    quizzes = QuizPage.objects.descendant_of(course).in_bulk()
    return Taught(course, course_outline(course), lessons, quizzes, Question.objects.in_bulk(list(ids)))


def weekday(rng: random.Random, day: date) -> date:
    """``day``, or the Monday after when it falls on a weekend, which a few people do not mind."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() > 4 and rng.random() < 0.85 else day


def sitting(rng: random.Random, day: date) -> datetime:
    """A moment in office hours: late morning and early afternoon are the favorites."""
    minutes = int(rng.triangular(7 * 60 + 30, 18 * 60, 10 * 60 + 30))
    return datetime.combine(day, time(minutes // 60, minutes % 60, rng.randrange(60)), OFFICE).astimezone(UTC)


class History:
    """Everybody's year. The same seed, people and last day give the same rows."""

    def __init__(self, *, rng: random.Random, company: Company, courses: dict[str, CoursePage], until: date):
        self.rng = rng
        self.company = company
        self.taught = {slug: taught(course) for slug, course in courses.items()}
        self.until = until
        self.start = until - timedelta(days=DAYS)
        # Nothing happens after the first minute of the last day's morning.
        self.now = datetime.combine(until, time(6, 0), OFFICE).astimezone(UTC)
        self.totals = Totals()

    def live(self) -> Totals:
        for person in self.company.learners:
            if person == self.company.accounts.learner:
                continue
            ability = self.rng.gauss(0, 0.12)
            diligence = self.rng.betavariate(3, 1.6)
            for slug, policy in self.plan(person):
                if slug not in self.taught:
                    continue
                self.take(person, self.taught[slug], policy, ability, diligence)
        self.familiar_learner()
        return self.totals

    def plan(self, person: Any) -> Iterator[tuple[str, str]]:
        """Which courses a person meets: some for everybody, some by team, some by interest."""
        team, rng = self.company.team_of[person.pk], self.rng
        if rng.random() < 0.82:
            yield "information-security-basics", "assigned"
        if team in ("Operations", "Logistics") or rng.random() < 0.22:
            yield "fire-safety", "assigned"
        if rng.random() < {"Engineering": 0.5, "Finance": 0.6, "Marketing": 0.45, "Operations": 0.3}.get(team, 0.12):
            yield "sql-for-analysts", "own"
        if rng.random() < {"Human Resources": 0.5, "Sales": 0.35, "Customer Support": 0.35}.get(team, 0.2):
            yield "giving-feedback", "request"

    def first_day(self, person: Any) -> date:
        earliest = max(self.start, person.date_joined.date() + timedelta(days=5))
        span = (self.until - earliest).days
        return weekday(self.rng, earliest + timedelta(days=int(span * self.rng.betavariate(1.6, 1.25))))

    def take(self, person: Any, taught: Taught, policy: str, ability: float, diligence: float) -> None:
        day = self.first_day(person)
        if day >= self.until:
            return
        at = sitting(self.rng, day)
        enrollment = self.enter(person, taught.course, policy, at)
        if enrollment is None or enrollment.status != EnrollmentStatus.ACTIVE:
            return
        self.totals.enrollments += 1
        self.walk(enrollment, taught, enrollment.enrolled_at.astimezone(OFFICE).date(), ability, diligence)

    def enter(self, person: Any, course: CoursePage, policy: str, at: datetime) -> Enrollment | None:
        if policy == "assigned":
            due = at.date() + timedelta(days=self.rng.choice([21, 30, 30, 45]))
            return enroll(
                learner=person,
                course=course,
                actor=self.company.accounts.administrator,
                due_on=due,
                at=at,
                source="demo",
            )
        if course.enrollment_policy != EnrollmentPolicy.REQUEST:
            return enroll(learner=person, course=course, at=at, source="demo")
        reason = self.rng.choice(REASONS)
        enrollment = request_enrollment(learner=person, course=course, reason=reason, at=at, source="demo")
        decided = at + timedelta(days=self.rng.choice([1, 1, 2, 3, 5]), hours=self.rng.randrange(4))
        if decided >= self.now:
            return enrollment
        if self.rng.random() < 0.08:
            return decline_request(
                enrollment=enrollment,
                actor=self.company.accounts.instructor,
                reason=self.rng.choice(DECLINED),
                at=decided,
                tell=False,
            )
        return approve_request(enrollment=enrollment, actor=self.company.accounts.instructor, at=decided, tell=False)

    def walk(self, enrollment: Enrollment, taught: Taught, day: date, ability: float, diligence: float) -> None:
        """Sittings of one to three lessons until the course is done, the person stops, or the year is over."""
        rng = self.rng
        waiting = list(taught.lessons)
        day = weekday(rng, day + timedelta(days=rng.choice([0, 0, 1, 2, 4])))
        while waiting and day < self.until:
            moment = sitting(rng, day)
            for _lesson in range(min(len(waiting), rng.choice([1, 1, 2, 2, 3]))):
                lesson = waiting.pop(0)
                moment = self.learn(enrollment, taught, lesson, moment, ability)
            if waiting and rng.random() > 0.9 + 0.1 * diligence:
                if rng.random() < 0.35:
                    leave_course(
                        enrollment=enrollment, reason="", at=min(moment + timedelta(days=2), self.now), source="demo"
                    )
                return
            day = weekday(rng, day + timedelta(days=1 + int(rng.expovariate(1 / (2 + 5 * (1 - diligence))))))

    def learn(
        self, enrollment: Enrollment, taught: Taught, lesson: LessonPage, moment: datetime, ability: float
    ) -> datetime:
        """Read one lesson, answer its checks, and mark it done; returns when the person was through."""
        rng = self.rng
        if lesson.pk in taught.quizzes:
            return take_quiz(rng, enrollment, taught.quizzes[lesson.pk], moment, ability, self.now)
        seconds = int(lesson.minutes * 60 * rng.uniform(0.6, 1.5))
        record_visit(enrollment=enrollment, lesson_key=lesson.translation_key, at=moment, seconds=seconds)
        moment += timedelta(seconds=seconds)
        must_pass = lesson.completion_rule == CompletionRule.CHECKS
        for block_id, ids in lesson.knowledge_checks.items():
            if not must_pass and rng.random() < 0.2:
                continue
            moment = self.answer(enrollment, taught, lesson, block_id, ids, moment, ability, must_pass)
        if not must_pass:
            complete_lesson(enrollment=enrollment, lesson=lesson, at=moment, source="demo", outline=taught.outline)
        self.totals.lessons += 1
        return moment + timedelta(seconds=rng.randrange(20, 200))

    def answer(
        self,
        enrollment: Enrollment,
        taught: Taught,
        lesson: LessonPage,
        block_id: str,
        ids: list[int],
        moment: datetime,
        ability: float,
        must_pass: bool,
    ) -> datetime:
        rng = self.rng
        left, attempt = list(ids), 0
        while left:
            moment += timedelta(seconds=rng.randrange(15, 70))
            given, wrong = {}, []
            for key in left:
                question = taught.questions[key]
                chance = CHANCE_OF_RIGHT[question.difficulty] + ability + 0.25 * attempt
                is_judged = question.kind.is_graded and not question.kind.graded_by_hand
                is_right = not is_judged or rng.random() < chance
                given[key] = some_answer(rng, question, is_right)
                if not is_right:
                    wrong.append(key)
            answer_check(
                enrollment=enrollment,
                lesson=lesson,
                block_id=block_id,
                answers=given,
                at=moment,
                source="demo",
                outline=taught.outline,
                questions=taught.questions,
            )
            self.totals.answers += len(given)
            attempt += 1
            left = wrong if must_pass or rng.random() < 0.6 else []
        return moment

    def familiar_quizzes(self, person: Any) -> None:
        """Two attempts that are under way, begun this morning: one more at a quiz that is passed, one of a course in hand."""
        moment = self.now
        for slug in ("information-security-basics", "sql-for-analysts"):
            if slug not in self.taught:
                continue
            (quiz,) = self.taught[slug].quizzes.values()
            run = Enrollment.objects.select_related("course").get(learner=person, course=self.taught[slug].course)
            leave_open(self.rng, run, quiz, moment)

    def familiar_learner(self) -> None:
        """The account newcomers sign in with: one course done, one in the middle, one due soon, one asked for."""
        person, boss = self.company.accounts.learner, self.company.accounts.administrator
        plans = [
            ("information-security-basics", 210, None, 99),
            ("sql-for-analysts", 16, None, 6),
            ("fire-safety", 9, 4, 2),
        ]
        for slug, days_ago, due_in, lessons in plans:
            if slug not in self.taught:
                continue
            taught, day = self.taught[slug], self.until - timedelta(days=days_ago)
            enrollment = enroll(
                learner=person,
                course=taught.course,
                actor=boss,
                at=sitting(self.rng, day),
                due_on=self.until + timedelta(days=due_in) if due_in else None,
                source="demo",
            )
            self.totals.enrollments += 1
            moment = enrollment.enrolled_at
            for number, lesson in enumerate(taught.lessons[:lessons]):
                moment = max(moment + timedelta(minutes=3), sitting(self.rng, day + timedelta(days=number)))
                moment = self.learn(enrollment, taught, lesson, moment, 0.1)
        self.familiar_quizzes(person)
        if "giving-feedback" in self.taught:
            request_enrollment(
                learner=person,
                course=self.taught["giving-feedback"].course,
                reason=REASONS[0],
                at=sitting(self.rng, self.until - timedelta(days=2)),
                source="demo",
            )


REASONS = [
    "I lead a small project team from next month.",
    "My manager suggested it in our last review.",
    "I want to give better comments on other people's drafts.",
    "Two new colleagues start with me and I would like to help them well.",
    "I find it hard to say what I noticed without sounding harsh.",
]
DECLINED = [
    "The next group starts in spring; please ask again then.",
    "This course is for people who review others' work. Try the basics first.",
]
