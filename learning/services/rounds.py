"""How often a lesson was begun anew in one run: what tells a second completion from the first in the event log."""

from uuid import UUID

from learning.models import Enrollment, LearningEvent
from learning.verbs import Verb


def round_suffix(enrollment: Enrollment, lesson_key: UUID) -> str:
    """What the idempotency key of an event about a lesson ends with: nothing at first, ":2" after one reset."""
    resets = LearningEvent.objects.filter(enrollment=enrollment, lesson_key=lesson_key, verb=Verb.LESSON_RESET).count()
    return f":{resets + 1}" if resets else ""
