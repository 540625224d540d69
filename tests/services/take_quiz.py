"""Learners in a process of their own: begin a quiz, answer its first question, and close the browser; run as a script."""

import sys
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402

from assessment.models import Attempt  # noqa: E402
from assessment.services import save_answers, start_attempt  # noqa: E402
from tests.factories.quizzes import answers_to, make_quiz, make_taker  # noqa: E402


def main(*seconds: str) -> None:
    """One learner for each of ``seconds``: that long after now the time of their attempt is up."""
    quiz = make_quiz(time_limit=10)
    for left in seconds:
        attempt = start_attempt(enrollment=make_taker(quiz), quiz=quiz)
        save_answers(attempt=attempt, answers={1: answers_to(attempt)[1]})
        Attempt.objects.filter(pk=attempt.pk).update(due_at=timezone.now() + timedelta(seconds=int(left)))


if __name__ == "__main__":
    main(*sys.argv[1:])
