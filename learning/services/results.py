"""The score that counts for a page in a run: what was earned, or what somebody set in its place."""

from collections.abc import Sequence
from datetime import datetime as moment
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone
from wagtail.models import Page

from learning.models import Enrollment, Result

UPDATED = ["page", "score", "max_score", "passed", "earned_score", "earned_max_score", "earned_passed", "updated_at"]


def record_result(
    *,
    enrollment: Enrollment,
    page: Page,
    score: Decimal,
    max_score: Decimal,
    passed: bool | None,
    at: moment | None = None,
) -> None:
    """`record_results` for one page of one enrollment."""
    record_results(
        [
            Result(
                enrollment=enrollment,
                page_key=page.translation_key,
                page_id=page.pk,
                score=score,
                max_score=max_score,
                passed=passed,
                updated_at=at or timezone.now(),
            )
        ]
    )


def record_results(results: Sequence[Result]) -> None:
    """Keep what was earned, at most once for each enrollment and page; a later call replaces it. It counts, unless a
    score is set by hand: that goes on counting, and what was earned waits behind it. Three queries, however many."""
    if not results:
        return
    new = {(result.enrollment_id, result.page_key): result for result in results}
    for result in results:
        result.earned_score, result.earned_max_score = result.score, result.max_score
        result.earned_passed = result.passed
    runs, keys = zip(*new, strict=True)
    # Callers hold a transaction already; a savepoint would be two more queries on every answer.
    with transaction.atomic(savepoint=False):
        Result.objects.bulk_create(results, ignore_conflicts=True)
        found = Result.objects.filter(enrollment__in=runs, page_key__in=keys)
        rows = [row for row in found if (row.enrollment_id, row.page_key) in new]
        for row in rows:
            result = new[row.enrollment_id, row.page_key]
            for name in ("score", "max_score", "passed"):
                # In the statement itself: somebody may set a score by hand at this moment.
                setattr(row, name, unless_by_hand(name, getattr(result, name)))
                setattr(row, f"earned_{name}", getattr(result, name))
            row.page_id, row.updated_at = result.page_id, result.updated_at
        Result.objects.bulk_update(rows, UPDATED)


def unless_by_hand(name: str, value: Decimal | bool | None) -> Case:
    field: Any = Result._meta.get_field(name)
    return Case(When(is_by_hand=True, then=F(name)), default=Value(value, output_field=field), output_field=field)


def set_result(
    *,
    enrollment: Enrollment,
    page_key: UUID,
    page_id: int,
    score: Decimal,
    max_score: Decimal,
    passed: bool | None,
    at: moment | None = None,
) -> None:
    """Let this score count in place of what was earned, until `clear_result`. Who set it and why is kept by whoever
    calls."""
    values = {"score": score, "max_score": max_score, "passed": passed, "updated_at": at or timezone.now()}
    new = Result(enrollment=enrollment, page_key=page_key, page_id=page_id, is_by_hand=True, **values)
    with transaction.atomic(savepoint=False):
        Result.objects.bulk_create([new], ignore_conflicts=True)
        Result.objects.filter(enrollment=enrollment, page_key=page_key).update(is_by_hand=True, **values)


def clear_result(*, enrollment: Enrollment, page_key: UUID, at: moment | None = None) -> None:
    """Let what was earned count again; where nothing was, there is no result any more."""
    by_hand = Result.objects.filter(enrollment=enrollment, page_key=page_key, is_by_hand=True)
    with transaction.atomic(savepoint=False):
        by_hand.filter(earned_score=None).delete()
        by_hand.update(
            score=F("earned_score"),
            max_score=F("earned_max_score"),
            passed=F("earned_passed"),
            is_by_hand=False,
            updated_at=at or timezone.now(),
        )
