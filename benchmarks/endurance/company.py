"""Who takes part: learners of the academy, half way through a course, each with a quiz begun."""

from django.contrib.auth import get_user_model
from django.urls import reverse

from assessment.models import AttemptQuestion
from assessment.services import start_attempt
from benchmarks.endurance.learners import Book, Learner
from benchmarks.pages.academy import DOMAIN, DONE, the_course, the_lessons, the_quiz
from benchmarks.pages.kinds import headers_of
from gamification.services.settling import settle_learners
from learning.models import Enrollment
from lms_pages.models import CatalogPage
from tests.factories.questions import option_ids
from tests.factories.quizzes import make_taker


def hire(*, port: int, count: float, until: float) -> tuple[Book, list[Learner]]:
    course, lessons, quiz, book = the_course(), the_lessons(), the_quiz(), Book()
    people = list(get_user_model().objects.filter(email__endswith=f"@{DOMAIN}").order_by("pk")[: int(count)])
    settle_learners(learner_ids=[person.pk for person in people], is_news=False)
    pages = [
        reverse("my_learning"),
        CatalogPage.objects.get().url,
        course.url,
        lessons[0].url,
        reverse("search") + "?q=data",
        reverse("gamification:leaderboard"),
        reverse("gamification:me"),
    ]
    found = []
    for number, person in enumerate(people):
        run = Enrollment.objects.get(learner=person, course=course)
        attempt = start_attempt(enrollment=make_taker(quiz, person), quiz=quiz)
        rows = AttemptQuestion.objects.filter(attempt=attempt).order_by("position").select_related("question")
        found.append(
            Learner(
                port=port,
                headers={"Host": "127.0.0.1", **headers_of(person)},
                pages=pages,
                run_uuid=run.uuid,
                lessons=[
                    (
                        lesson.url,
                        reverse("learning:complete", args=[run.uuid, lesson.translation_key]),
                        lesson.translation_key,
                    )
                    for lesson in lessons[DONE:]
                ],
                attempt=(
                    attempt.pk,
                    reverse("assessment:save", args=[attempt.uuid]),
                    {row.position: option_ids(row.question) for row in rows},
                ),
                book=book,
                until=until,
                seed=number,
            )
        )
    return book, found
