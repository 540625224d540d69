"""Wagtail's log for many records at once: `wagtail.log_actions.log` takes a statement for each entry."""

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.log_actions import get_active_log_context
from wagtail.models import ModelLogEntry

LABEL_LENGTH = 400


def log_many(
    *, entries: Iterable[tuple[Any, str, dict[str, Any]]], user: Any = None, content_changed: bool = False
) -> None:
    """Log each (record, action, data) of ``entries`` as `log` would, in the statements of one. Not for pages."""
    context, now = get_active_log_context(), timezone.now()
    ModelLogEntry.objects.bulk_create(
        [
            ModelLogEntry(
                content_type=ContentType.objects.get_for_model(record, for_concrete_model=False),
                object_id=str(record.pk),
                label=str(record)[:LABEL_LENGTH],
                action=action,
                data=data,
                timestamp=now,
                uuid=context.uuid,
                user=user or context.user,
                content_changed=content_changed,
            )
            for record, action, data in entries
        ],
        batch_size=500,
    )
