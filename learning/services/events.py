"""Writing the event log."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from wagtail.models import Page

from learning.models import Enrollment, LearningEvent
from learning.signals import events_recorded
from learning.verbs import DATA_MODELS, Verb


def new_event(
    *,
    verb: Verb,
    idempotency_key: str,
    enrollment: Enrollment,
    actor: Any = None,
    page: Page | None = None,
    lesson_key: UUID | None = None,
    revision_id: int | None = None,
    object_type: str = "",
    object_uuid: UUID | None = None,
    score: Decimal | None = None,
    data: dict[str, Any] | None = None,
    occurred_at: datetime | None = None,
    source: str = "web",
    version: int = 1,
) -> LearningEvent:
    """An event that is not saved yet. ``data`` is validated against the verb's model; pydantic.ValidationError where it
    does not fit. ``actor`` is the learner where nobody else is named."""
    payload = DATA_MODELS[(verb, version)].model_validate(data or {}).model_dump(mode="json")
    return LearningEvent(
        verb=verb,
        version=version,
        occurred_at=occurred_at or timezone.now(),
        learner_id=enrollment.learner_id,
        actor_id=actor.pk if actor is not None else enrollment.learner_id,
        enrollment=enrollment,
        course_key=enrollment.course_key,
        lesson_key=lesson_key,
        page_id=page.pk if page is not None else None,
        page_title=page.title if page is not None else "",
        revision_id=revision_id,
        object_type=object_type,
        object_uuid=object_uuid,
        score=score,
        data=payload,
        source=source,
        idempotency_key=idempotency_key,
    )


def record_event(**values: Any) -> LearningEvent:
    """Write one event row, as `new_event` makes it, and ring the bell after the commit.

    ``idempotency_key`` names the happening; writing it twice raises IntegrityError,
    so call this inside the transaction that made it happen.
    """
    event = new_event(**values)
    event.save(force_insert=True)
    ring([event])
    return event


def record_events(events: list[LearningEvent]) -> list[LearningEvent]:
    """Write many events of one happening in bulk, with the same promises."""
    written = LearningEvent.objects.bulk_create(events)
    ring(written)
    return written


def ring(events: list[LearningEvent]) -> None:
    """Nobody is told of nothing: an attempt that was handed in empty has no answers."""
    if not events:
        return
    transaction.on_commit(lambda: events_recorded.send_robust(sender=LearningEvent, events=tuple(events)))
