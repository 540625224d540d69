"""Noting that a page was shown, and what is told of it to services."""

import logging
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import Error as DatabaseError

from tracking.events import Value
from tracking.models import Dispatch, PageView
from tracking.pages import Shown
from tracking.selectors.consent import Choice
from tracking.selectors.site import accounts, tracking_settings

log = logging.getLogger(__name__)
# Who does nothing for so long has come anew: what analytics services call a session.
VISIT = timedelta(minutes=30)


@dataclass(frozen=True)
class Opening:
    """One page that was shown. ``location`` says its address without what would name somebody."""

    page: Shown
    at: datetime
    location: str
    language: str
    is_signed_in: bool
    choice: Choice | None


def note_opening(opening: Opening) -> None:
    """Count the page, and tell of it where that was agreed to. Comes after the answer, so it raises nothing: whoever reads
    on does not hear of a database that is gone, the log does."""
    try:
        count_view(opening)
        tell_of_opening(opening)
    except DatabaseError as error:
        log.warning("a page view was not noted: %s", type(error).__name__)


def count_view(opening: Opening) -> None:
    row = tracking_settings()
    if not row.page_views or (row.one_in > 1 and random.randrange(row.one_in)):  # noqa: S311
        return
    page = opening.page
    PageView.objects.create(
        at=opening.at,
        kind=page.kind,
        title=page.title,
        course_key=page.course_key,
        lesson_key=page.lesson_key,
        language=opening.language,
        is_signed_in=opening.is_signed_in,
        weight=row.one_in,
    )


def tell_of_opening(opening: Opening) -> None:
    if opening.choice is None:
        return
    page = opening.page
    params: dict[str, Value] = {
        "page_location": opening.location,
        "page_title": page.title or page.kind,
        "page_kind": page.kind,
        "language": opening.language,
        **about_course(page.course_key, page.course_title),
    }
    tell(name="page_view", at=opening.at, pseudonym=opening.choice.pseudonym, params=params)
    if page.search:
        tell(name="search", at=opening.at, pseudonym=opening.choice.pseudonym, params=page.search)


def about_course(key: Any, title: str) -> dict[str, Value]:
    return {"course_id": str(key), "course": title} if key else {}


def tell(
    *, name: str, at: datetime, pseudonym: str, params: Mapping[str, Value], event: uuid.UUID | None = None
) -> None:
    """Put an event on its way to every service that is on. Under the same ``event`` uuid it goes only once.

    The caller has made sure that it was agreed to.
    """
    event, visit = event or uuid.uuid4(), visit_of(pseudonym, at)
    Dispatch.objects.bulk_create(
        [
            Dispatch(vendor=key, uuid=event, name=name, at=at, pseudonym=pseudonym, visit=visit, params=dict(params))
            for key in accounts()
        ],
        ignore_conflicts=True,
    )


def visit_of(pseudonym: str, at: datetime) -> int:
    """The number of the sitting at hand; each sign of life makes it last longer. Without a cache, each event has its own."""
    place = f"tracking:visit:{pseudonym}"
    number = cache.get(place) or int(at.timestamp())
    cache.set(place, number, VISIT.total_seconds())
    return number
