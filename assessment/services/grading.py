"""Grading by a person: what the server cannot judge, and what a person judges otherwise than the server did."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from assessment.exceptions import NotHandedIn, PointsOutside
from assessment.models import Attempt, AttemptQuestion
from assessment.rules import rounded
from assessment.services.outcomes import settle
from learning.models import Enrollment


def grade_answer(
    *,
    answer: AttemptQuestion,
    points: Decimal,
    actor: Any,
    comment: str = "",
    rubric: list[Mapping[str, Any]] | None = None,
    at: datetime | None = None,
) -> AttemptQuestion:
    """Give an answer its points, with a comment for the learner and the points by criterion of its ``rubric``.

    The attempt is added up anew once nothing of it waits any more. What was given before stays in the log.
    NotHandedIn while the attempt is under way, PointsOutside below 0 or above what the question is worth.
    """
    at = at or timezone.now()
    points = rounded(points)
    if not 0 <= points <= answer.points:
        raise PointsOutside(
            _("Nothing was changed: give between 0 and %(most)s points.") % {"most": answer.points.normalize()}
        )
    with transaction.atomic():
        attempt = held(answer.attempt)
        if attempt.is_open:
            raise NotHandedIn()
        rows = list(attempt.questions.order_by("position"))
        row = next(entry for entry in rows if entry.pk == answer.pk)
        before = None if row.earned is None else str(row.earned)
        row.earned = points
        row.share = rounded(points / row.points) if row.points else None
        row.needs_grading, row.comment, row.rubric = False, comment.strip(), [dict(line) for line in rubric or []]
        row.graded_by, row.graded_at = actor, at
        row.save(update_fields=["earned", "share", "needs_grading", "comment", "rubric", "graded_by", "graded_at"])
        settle(attempt=attempt, rows=rows, cause="person", at=at, actor=actor, source="staff")
        log(
            instance=attempt.enrollment,
            action="assessment.grade_answer",
            user=actor,
            data={"attempt": str(attempt.uuid), "question": row.position, "before": before, "points": str(points)},
        )
    return row


def held(attempt: Attempt) -> Attempt:
    """The attempt as it stands now, its run and itself locked until the transaction ends, whatever became of the run."""
    # An UPDATE that changes nothing is the lock that SQLite and PostgreSQL both know.
    Enrollment.objects.filter(pk=attempt.enrollment_id).update(run=F("run"))
    return Attempt.objects.select_related("enrollment__course", "quiz").get(pk=attempt.pk)
