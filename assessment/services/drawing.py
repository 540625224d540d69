"""Which questions an attempt asks, and in which order."""

import random
from dataclasses import dataclass
from decimal import Decimal

from assessment.models import AttemptQuestion
from learning.models import Enrollment
from lms_pages.models import PlannedEntry, QuizPage
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
    drawn = draw_all(
        [entry for section in plan for entry in section.entries if not entry.question_id], used, seen, chance
    )
    chosen: list[list[tuple[int, Decimal | None]]] = []
    for section in plan:
        asked = [
            (key, entry.points)
            for entry in section.entries
            for key in ([entry.question_id] if entry.question_id else drawn.pop(0))
        ]
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


def draw_all(draws: list[PlannedEntry], used: set[int], seen: set[int], chance: random.Random) -> list[list[int]]:
    """The questions of each draw, in the order of ``draws``. The one with the fewest to choose from goes first, so that
    a wide draw does not take what a narrow one needs."""
    pools = [sorted(entry.pool().values_list("pk", flat=True)) for entry in draws]
    found: list[list[int]] = [[] for _entry in draws]
    taken = set(used)
    for place in sorted(range(len(draws)), key=lambda place: len(pools[place])):
        fitting = [key for key in pools[place] if key not in taken]
        chance.shuffle(fitting)
        found[place] = sorted(fitting, key=lambda key: key in seen)[: draws[place].count]
        taken.update(found[place])
    return found
