"""After a question was put right: giving its answers the points they are worth now."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from wagtail.log_actions import log

from assessment.models import Attempt, AttemptQuestion
from assessment.selectors.regrading import answers_handed_in, verdict_on
from assessment.services.outcomes import settle_all
from learning.models import Enrollment
from lms_pages.models import QuizPage
from questions.models import Question

# Answers that are changed in one transaction.
BATCH = 200


@dataclass(frozen=True)
class Regraded:
    """What a regrade did. Where it ``is_whole`` nothing is left to do, else it is to be called again."""

    changed: int = 0
    same: int = 0
    kept: int = 0
    is_whole: bool = True


def regrade_question(
    *,
    question: Question,
    actor: Any,
    reason: str,
    answers: QuerySet[AttemptQuestion] | None = None,
    at: datetime | None = None,
    seconds: float | None = None,
) -> Regraded:
    """Give every answer to ``question`` the points it earns by its published version, and add the attempts up anew.

    In transactions of at most 200 answers, each with one entry in the log: an attempt is changed wholly or not at all,
    and what was stopped in the middle is continued by calling it again, which changes nothing twice. Begins no other
    transaction once ``seconds`` are over. Each changed attempt keeps the rules it was begun with, and gets a
    `quiz:graded` event. What was done stays done, also where points go down.
    """
    at, began = at or timezone.now(), monotonic()
    candidates = answers_handed_in(question, answers)
    done, last = Regraded(), 0
    while keys := list(candidates.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        if seconds is not None and monotonic() - began > seconds:
            return replace(done, is_whole=False)
        batch = regrade_batch(question, candidates.filter(pk__in=keys), actor=actor, reason=reason, at=at)
        done = Regraded(done.changed + batch.changed, done.same + batch.same, done.kept + batch.kept)
        last = keys[-1]
    return done


def regrade_batch(
    question: Question, candidates: QuerySet[AttemptQuestion], *, actor: Any, reason: str, at: datetime
) -> Regraded:
    """One transaction: all of the ``candidates``, in a number of queries that does not grow with them."""
    with transaction.atomic():
        runs = held_runs(candidates.order_by().values_list("attempt__enrollment", flat=True))
        rows = rows_to_judge(candidates)
        changed, touched, same, kept = [], [], 0, 0
        for row in rows:
            verdict = verdict_on(question, row, row.attempt.judged_by)
            if verdict is None:
                kept += 1
                continue
            if verdict.earned == row.earned:
                same += 1
                if (row.share, row.judged_revision_id) == (verdict.share, question.live_revision_id):
                    continue
            else:
                changed.append((row, row.earned))
            # Also where the points stay: it is this version that gives them now.
            row.share, row.earned, row.judged_revision_id = verdict.share, verdict.earned, question.live_revision_id
            touched.append(row)
        AttemptQuestion.objects.bulk_update(touched, ["share", "earned", "judged_revision"])
        moved = [row for row, _before in changed]
        settle_all(graded=with_all_questions(moved, runs), cause="regrade", at=at, actor=actor, source="staff")
        if changed:
            log(
                instance=question,
                action="assessment.regrade",
                user=actor,
                data={
                    "reason": reason,
                    "revision": question.live_revision_id,
                    "changed": len(changed),
                    "same": same,
                    "kept": kept,
                    "answers": [
                        {"attempt": str(row.attempt.uuid), "before": str(before), "points": str(row.earned)}
                        for row, before in changed
                    ],
                },
            )
    return Regraded(len(changed), same, kept)


def held_runs(keys: Iterable[int]) -> dict[int, Enrollment]:
    """These runs as they stand, locked in one order until the transaction ends, so that two regrades cannot stand in
    each other's way. SQLite has one writer at a time and needs no lock."""
    runs = Enrollment.objects.filter(pk__in=list(keys)).order_by("pk").select_for_update(no_key=True)
    return {run.pk: run for run in runs}


def rows_to_judge(candidates: QuerySet[AttemptQuestion]) -> list[AttemptQuestion]:
    """The rows as they stand now: somebody may have graded one by hand since it was found."""
    return list(candidates.select_related("attempt").order_by("pk"))


def with_all_questions(
    rows: Collection[AttemptQuestion], runs: dict[int, Enrollment]
) -> list[tuple[Attempt, list[AttemptQuestion]]]:
    """The attempts of ``rows`` with all their questions, their runs and their quizzes. Two queries."""
    attempts = {row.attempt_id: row.attempt for row in rows}
    quizzes = QuizPage.objects.in_bulk({attempt.quiz_id for attempt in attempts.values()})
    found: dict[int, list[AttemptQuestion]] = {pk: [] for pk in attempts}
    for attempt in attempts.values():
        attempt.enrollment, attempt.quiz = runs[attempt.enrollment_id], quizzes[attempt.quiz_id]
    for row in AttemptQuestion.objects.filter(attempt__in=found).only("attempt", "earned", "needs_grading"):
        found[row.attempt_id].append(row)
    return [(attempts[pk], questions) for pk, questions in found.items()]
