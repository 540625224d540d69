"""What is asked of the site: each kind of request with an endless row of them, 16 signed-in learners taking turns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, product
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from assessment.services import start_attempt
from benchmarks.pages.academy import (
    ADMINISTRATOR_ADDRESS,
    DOMAIN,
    DONE,
    LESSONS,
    QUESTIONS,
    the_course,
    the_lessons,
    the_quiz,
)
from benchmarks.pages.load import Request
from gamification.services.settling import settle_learners
from learning.models import Enrollment, EnrollmentStatus, LessonProgress
from lms_pages.models import CatalogPage
from tests.factories.questions import option_ids
from tests.factories.quizzes import make_taker

LEARNERS = 16
# Each marks nine lessons complete and leaves the last one: completing a course is another thing.
WRITERS = 600
TOKEN = "0123456789abcdef0123456789abcdef"
# nginx says that the browser spoke https.
PROXY = {"X-Forwarded-Proto": "https"}


@dataclass(frozen=True)
class Kind:
    """``rows``, where each request makes one, says how many there are by now."""

    name: str
    requests: Iterator[Request]
    is_write: bool = False
    rows: Callable[[], int] | None = None


def headers_of(person: Any) -> dict[str, str]:
    """Signed in, and with what a form of the site sends."""
    client = Client()
    client.force_login(person, settings.AUTHENTICATION_BACKENDS[0])
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    return {
        **PROXY,
        "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
        "X-CSRFToken": TOKEN,
        "Origin": "https://127.0.0.1",
    }


class Kinds:
    """Each kind by its name, made when it is asked for."""

    def __init__(self) -> None:
        self.course, self.lessons = the_course(), the_lessons()
        self.made: dict[str, Callable[[], Kind]] = {
            "catalog, anonymous": self.catalog_anonymous,
            "catalog, signed in": self.catalog,
            "course": lambda: self.reading("course", self.course.url, self.course.title),
            "lesson": lambda: self.reading("lesson", self.lessons[DONE - 1].url, self.lessons[DONE - 1].title),
            "mark complete": self.mark_complete,
            "quiz answer": self.quiz_answer,
            "my learning": lambda: self.reading("my learning", reverse("my_learning"), self.lessons[DONE].title),
            "dashboard, page": lambda: self.dashboard("dashboard, page", reverse("reports_dashboard")),
            "dashboard, a tile": lambda: self.dashboard(
                "dashboard, a tile", reverse("reports_tile", args=["overview", "weekly"])
            ),
        }

    def wanted(self, prefixes: tuple[str, ...]) -> list[Kind]:
        return [make() for name, make in self.made.items() if not prefixes or name.startswith(prefixes)]

    # Who asks ---------------------------------------------------------------------

    @cached_property
    def learners(self) -> list[Any]:
        """The first ones, points and badges settled."""
        people = list(get_user_model().objects.filter(email__endswith=f"@{DOMAIN}").order_by("pk")[:LEARNERS])
        settle_learners(learner_ids=[person.pk for person in people], is_news=False)
        return people

    @cached_property
    def signed_in(self) -> list[tuple[Any, dict[str, str]]]:
        return [(person, headers_of(person)) for person in self.learners]

    def writers(self) -> list[Enrollment]:
        """Runs with half of the course done and nothing since, of learners who are settled."""
        fresh = Enrollment.objects.filter(
            course=self.course, status=EnrollmentStatus.ACTIVE, completed_lessons=DONE
        ).exclude(learner__in=self.learners)
        runs = list(fresh.select_related("learner").order_by("-pk")[:WRITERS])
        if len(runs) < WRITERS:
            raise SystemExit("Too few learners are left who have not gone on. Name an empty database in DATABASE_URL.")
        settle_learners(learner_ids=[run.learner_id for run in runs], is_news=False)
        return runs

    # What they ask for --------------------------------------------------------------

    def catalog_anonymous(self) -> Kind:
        url = CatalogPage.objects.get().url
        return Kind("catalog, anonymous", cycle([Request(url, (self.course.title, "Sign in"), headers=PROXY)]))

    def catalog(self) -> Kind:
        return self.reading("catalog, signed in", CatalogPage.objects.get().url, self.course.title)

    def reading(self, name: str, url: str, marker: str) -> Kind:
        """``marker`` stands on the page, and the learner's address in its header."""
        return Kind(
            name,
            cycle([Request(url, (marker, person.email), headers=headers) for person, headers in self.signed_in]),
        )

    def mark_complete(self) -> Kind:
        """Each learner goes on by a lesson before the first one goes on by the next."""
        runs = self.writers()
        headers = {run.pk: headers_of(run.learner) for run in runs}
        requests = (
            Request(
                reverse("learning:complete", args=[run.uuid, lesson.translation_key]),
                (f"Location: {following.url}",),
                method="POST",
                status=302,
                headers=headers[run.pk],
            )
            for (lesson, following), run in product(
                zip(self.lessons[DONE : LESSONS - 1], self.lessons[DONE + 1 :], strict=True), runs
            )
        )
        return Kind("mark complete", requests, is_write=True, rows=LessonProgress.objects.count)

    def quiz_answer(self) -> Kind:
        """The script of the quiz saves an answer as it is given: the next question each time, then another answer."""
        quiz = the_quiz()
        asking = []
        for person, headers in self.signed_in:
            run = Enrollment.objects.filter(learner=person, course=quiz.get_parent().get_parent().pk).first()
            attempt = start_attempt(enrollment=run or make_taker(quiz, person), quiz=quiz)
            rows = attempt.questions.order_by("position").select_related("question")
            asking.append((attempt, headers, {row.position: option_ids(row.question) for row in rows}))
        assert all(len(options) == QUESTIONS for _attempt, _headers, options in asking)

        def requests() -> Iterator[Request]:
            for turn, position in product(range(1_000_000), range(1, QUESTIONS + 1)):
                for attempt, headers, options in asking:
                    chosen = options[position][turn % len(options[position])]
                    yield Request(
                        reverse("assessment:save", args=[attempt.uuid]),
                        ("Saved at",),
                        method="POST",
                        headers=headers,
                        body=f"asked={position}&q{position}={chosen}",
                    )

        return Kind("quiz answer", requests(), is_write=True)

    def dashboard(self, name: str, url: str) -> Kind:
        headers = headers_of(get_user_model().objects.get(email=ADMINISTRATOR_ADDRESS))
        return Kind(name, cycle([Request(url, ("Weekly activity",), headers=headers)]))
