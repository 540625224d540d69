"""How often a lesson was begun anew in one run: what tells a second completion from the first in the event log."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count

from learning.models import Enrollment, LearningEvent
from learning.verbs import Verb


def round_suffix(enrollment: Enrollment, lesson_key: UUID) -> str:
    """What the idempotency key of an event about a lesson ends with: nothing at first, ":2" after one reset."""
    return round_suffixes([enrollment.pk], lesson_key)[enrollment.pk]


def round_suffixes(enrollments: Collection[int], lesson_key: UUID) -> dict[int, str]:
    """The same for many runs, by their id. One query."""
    resets = LearningEvent.objects.filter(
        enrollment__in=enrollments, lesson_key=lesson_key, verb=Verb.LESSON_RESET
    ).order_by()
    counts = dict(resets.values_list("enrollment").annotate(Count("pk")))
    return {run: f":{counts[run] + 1}" if run in counts else "" for run in enrollments}
