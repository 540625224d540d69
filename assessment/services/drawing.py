"""Which questions an attempt asks, and in which order."""

import random
from dataclasses import dataclass
from decimal import Decimal

from assessment.models import AttemptQuestion
from learning.models import Enrollment
from lms_pages.models import QuizPage
from questions.models import Question


@dataclass(frozen=True)
class Drawn:
    """A question of an attempt; ``section`` is the place of its section in the quiz as it is written."""

    section: int
    question: Question
    points: Decimal


def draw_questions(*, quiz: QuizPage, enrollment: Enrollment, seed: str) -> list[Drawn]:
    """The questions of a new attempt, in order: the same for the same ``seed`` and bank.

    Nothing is asked twice. A draw prefers questions this run was not asked in an earlier attempt. A question
    that is no longer published is left out, and a pool that has become too small gives what it has.
    Three queries, and one for each draw.
    """
    chance = random.Random(seed)  # noqa: S311
    plan = quiz.plan
    used = {entry.question_id for section in plan for entry in section.entries if entry.question_id}
    seen = set(
        AttemptQuestion.objects.filter(
            attempt__enrollment=enrollment, attempt__quiz_key=quiz.translation_key
        ).values_list("question_id", flat=True)
    )
    chosen: list[list[tuple[int, Decimal | None]]] = []
    for section in plan:
        asked: list[tuple[int, Decimal | None]] = []
        for entry in section.entries:
            if entry.question_id:
                asked.append((entry.question_id, entry.points))
                continue
            fitting = sorted(set(entry.pool().values_list("pk", flat=True)) - used)
            chance.shuffle(fitting)
            drawn = sorted(fitting, key=lambda key: key in seen)[: entry.count]
            used.update(drawn)
            asked += [(key, entry.points) for key in drawn]
        if section.shuffle:
            chance.shuffle(asked)
        chosen.append(asked)
    bank = Question.objects.filter(live=True).in_bulk({key for asked in chosen for key, _points in asked})
    order = list(range(len(chosen)))
    if quiz.shuffle:
        chance.shuffle(order)
    found, once = [], set()
    for place in order:
        for key, points in chosen[place]:
            question = bank.get(key)
            if question is None or key in once:
                continue
            once.add(key)
            worth = points if points is not None else question.points
            found.append(Drawn(place, question, worth if question.kind.is_graded else Decimal(0)))
    return found
