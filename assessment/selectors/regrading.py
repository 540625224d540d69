"""After a question was put right: what its answers are worth now, and who would get other points."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from assessment.models import AttemptQuestion, AttemptState
from assessment.rules import Rules, earned, reading
from questions.models import Question

# Rows read at a time for the preview.
CHUNK = 2_000


@dataclass(frozen=True)
class Change:
    """An answer that would be worth something else by the question as it is published now."""

    answer: AttemptQuestion
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class Preview:
    """What a regrade would change: how many answers, and the ``first`` of them by the names of their learners.

    ``kept`` counts answers that stay: a person graded them, or the question was changed so much that they do not fit
    it any more.
    """

    changed: int
    same: int
    kept: int
    first: tuple[Change, ...] = ()

    @property
    def total(self) -> int:
        return self.changed + self.same + self.kept


@dataclass(frozen=True)
class Verdict:
    """What an answer is worth by the question as it stands now."""

    share: Decimal
    earned: Decimal


def answers_handed_in(
    question: Question, answers: QuerySet[AttemptQuestion] | None = None
) -> QuerySet[AttemptQuestion]:
    """Answers to ``question`` in attempts that were handed in, among ``answers``."""
    return (AttemptQuestion.objects.all() if answers is None else answers).filter(
        question=question, answer__isnull=False, attempt__state__in=[AttemptState.SUBMITTED, AttemptState.GRADED]
    )


def verdict_on(question: Question, row: Any, rules: Rules) -> Verdict | None:
    """What the answer of ``row`` is worth now; None where a person graded it or will, and where it cannot be said."""
    if row.answer is None or row.graded_by_id is not None or row.needs_grading:
        return None
    definition = question.value
    if not question.kind.fits(definition, row.answer):
        return None
    share = question.kind.grade(definition, row.answer).score
    # Nothing was to be earned where it was asked as a poll.
    if share is None or row.earned is None:
        return None
    return Verdict(share, earned(share=share, points=row.points, tries=row.tries, rules=rules))


def regrade_preview(
    *, question: Question, answers: QuerySet[AttemptQuestion] | None = None, most: int = 200
) -> Preview:
    """What the published ``question`` would make of the answers to its earlier versions; nothing is written.

    ``answers`` cuts the attempts' questions down to those the viewer may change. Two queries, and in memory only the
    ``most`` that are shown.
    """
    rows = answers_handed_in(question, answers).order_by(
        "attempt__enrollment__learner__last_name", "attempt__enrollment__learner__first_name", "pk"
    )
    found: dict[int, tuple[Decimal, Decimal]] = {}
    changed = same = kept = 0
    fields = ("pk", "answer", "graded_by_id", "needs_grading", "points", "tries", "earned", "attempt__rules")
    for row in rows.values_list(*fields, named=True).iterator(chunk_size=CHUNK):
        verdict = verdict_on(question, row, reading(row.attempt__rules))
        if verdict is None:
            kept += 1
        elif verdict.earned == row.earned:
            same += 1
        else:
            changed += 1
            if changed <= most:
                found[row.pk] = (row.earned, verdict.earned)
    shown = AttemptQuestion.objects.select_related("attempt__enrollment__learner", "attempt__quiz").defer(
        "attempt__quiz__body", "attempt__quiz__sections"
    )
    by_id = shown.in_bulk(found)
    first = tuple(Change(by_id[pk], before, after) for pk, (before, after) in found.items() if pk in by_id)
    return Preview(changed, same, kept, first)
