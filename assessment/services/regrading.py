"""After a question was put right: who would get other points, and giving them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from assessment.models import AttemptQuestion, AttemptState
from assessment.rules import earned
from assessment.services.grading import held
from assessment.services.outcomes import settle
from questions.models import Question


@dataclass(frozen=True)
class Change:
    """An answer that would be worth something else by the question as it is published now."""

    answer: AttemptQuestion
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True)
class Preview:
    """What a regrade would change. ``kept`` counts answers that stay: a person graded them, or the question was
    changed so much that they do not fit it any more."""

    changes: tuple[Change, ...]
    same_ids: tuple[int, ...]
    kept: int

    @property
    def same(self) -> int:
        return len(self.same_ids)


def regrade_preview(*, question: Question, answers: Any = None) -> Preview:
    """What the published ``question`` would make of the answers to its earlier versions; nothing is written.

    ``answers`` cuts the attempts' questions down to those the viewer may change.
    """
    rows = (AttemptQuestion.objects.all() if answers is None else answers).filter(
        question=question, answer__isnull=False, attempt__state__in=[AttemptState.SUBMITTED, AttemptState.GRADED]
    )
    changes, same, kept = [], [], 0
    rows = rows.select_related("attempt__enrollment__learner", "attempt__enrollment__course", "attempt__quiz")
    for row in rows.order_by("attempt__enrollment__learner__last_name", "pk").iterator(chunk_size=500):
        share = new_share(question, row)
        if share is None:
            kept += 1
            continue
        after = earned(share=share, points=row.points, tries=row.tries, rules=row.attempt.judged_by)
        if row.earned is None or after == row.earned:
            same.append(row.pk)
        else:
            changes.append(Change(row, row.earned, after))
    return Preview(tuple(changes), tuple(same), kept)


def new_share(question: Question, row: AttemptQuestion) -> Decimal | None:
    """The share an answer earns by the question as it stands now; None where it cannot be said."""
    if row.answer is None or row.graded_by_id is not None or row.needs_grading:
        return None
    if not question.kind.fits(question.value, row.answer):
        return None
    return question.kind.grade(question.value, row.answer).score


def regrade_question(
    *, question: Question, actor: Any, reason: str, answers: Any = None, at: datetime | None = None
) -> Preview:
    """Give every answer to ``question`` the points it earns by its published version, and add the attempts up anew.

    All of them or none. Each changed attempt keeps the rules it was begun with, and gets a `quiz:graded` event.
    What was done stays done, also where points go down.
    """
    at = at or timezone.now()
    written = []
    with transaction.atomic():
        preview = regrade_preview(question=question, answers=answers)
        for change in preview.changes:
            attempt = held(change.answer.attempt)
            rows = list(attempt.questions.order_by("position"))
            row = next(entry for entry in rows if entry.pk == change.answer.pk)
            # Somebody may have graded it by hand since it was read.
            share = new_share(question, row)
            if share is None:
                continue
            row.share = share
            row.earned = earned(share=share, points=row.points, tries=row.tries, rules=attempt.judged_by)
            row.judged_revision_id = question.live_revision_id
            row.save(update_fields=["share", "earned", "judged_revision"])
            settle(attempt=attempt, rows=rows, cause="regrade", at=at, actor=actor, source="staff")
            written.append({"attempt": str(attempt.uuid), "before": str(change.before), "points": str(row.earned)})
        AttemptQuestion.objects.filter(pk__in=preview.same_ids).update(judged_revision=question.live_revision_id)
        if written:
            log(
                instance=question,
                action="assessment.regrade",
                user=actor,
                data={
                    "reason": reason,
                    "revision": question.live_revision_id,
                    "changed": len(written),
                    "same": preview.same,
                    "kept": preview.kept,
                    "answers": written,
                },
            )
    return preview
