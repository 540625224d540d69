"""Quizzes, published the way editors publish them, and attempts made by the services."""

import uuid
from itertools import count

from assessment.models import Attempt, AttemptQuestion
from assessment.services import save_answers, start_attempt, submit_attempt
from learning.models import Enrollment
from learning.services import enroll
from lms_pages.models import QuizPage
from tests.factories.accounts import make_person
from tests.factories.lms_pages import make_course, make_module, publish, text_block
from tests.factories.questions import make_question, right_answer, wrong_answer

_numbers = count(1)


def asked(question, points=None) -> dict:
    return entry("question", {"question": question.pk, "points": points})


def draw(number: int, *, points=None, **which) -> dict:
    """``which``: topic, skill (rows) and difficulty."""
    value = {name: str(getattr(row, "pk", row)) for name, row in which.items()}
    return entry("draw", {"count": number, "points": points, **value})


def entry(kind: str, value: dict) -> dict:
    return {"type": kind, "id": str(uuid.uuid4()), "value": value}


def section(*entries: dict, title: str = "", introduction: str = "", shuffle: bool = False) -> dict:
    value = {"title": title, "introduction": introduction, "shuffle": shuffle, "entries": list(entries)}
    return entry("section", value)


def make_quiz(module=None, *questions, sections: list[dict] | None = None, title: str = "", **extra) -> QuizPage:
    """A live quiz that asks ``questions`` (two single choices where none are named) in one section."""
    if sections is None:
        sections = [section(*(asked(question) for question in questions or [make_question(), make_question()]))]
    page = QuizPage(title=title or f"Quiz {next(_numbers)}", **extra)
    page.body = page.body.stream_block.to_python([text_block("<p>Take your time.</p>")])
    page.sections = page.sections.stream_block.to_python(sections)
    return publish(module or make_module(make_course(modules=0)), page)


def make_taker(quiz: QuizPage, learner=None) -> Enrollment:
    """Somebody on the quiz's course."""
    course = quiz.get_parent().get_parent().specific
    return enroll(learner=learner or make_person(), course=course, source="staff")


def answers_to(attempt: Attempt, *, right: int | None = None) -> dict[int, dict]:
    """Answers to all questions of an attempt, the first ``right`` of them (all, unless told) right."""
    rows = AttemptQuestion.objects.filter(attempt=attempt).order_by("position").select_related("question_revision")
    return {
        row.position: (right_answer if right is None or number < right else wrong_answer)(row.as_asked)
        for number, row in enumerate(rows)
    }


def make_attempt(enrollment: Enrollment, quiz: QuizPage, *, right: int | None = None, **times) -> Attempt:
    """An attempt that was handed in; ``times``: began and ended."""
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=times.get("began"))
    answers = answers_to(attempt, right=right)
    ended = times.get("ended") or times.get("began")
    save_answers(attempt=attempt, answers=answers, at=ended)
    return submit_attempt(attempt=attempt, at=ended)
