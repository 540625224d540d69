"""Time on lessons, and how far videos were watched, as the page tells it while it is open."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.core import signing
from django.db import transaction
from django.utils import timezone

from learning.models import Enrollment
from learning.services import record_time
from library.models import Media
from lms_pages.models import LessonPage
from tracking.exceptions import BadBeacon
from tracking.models import Reading
from tracking.selectors.consent import Choice
from tracking.selectors.site import tracking_settings
from tracking.services.noting import about_course, tell

SALT = "tracking.reading"
# A page that stays open longer is counted no further.
LONGEST = timedelta(hours=12)
# What the clocks of a page and of the server may differ by while both count.
SLACK = 2
QUARTERS = (25, 50, 75, 100)


@dataclass(frozen=True)
class Ticket:
    """One opening of a lesson by its learner, signed, so that a page tells of nothing else."""

    uuid: UUID
    enrollment: int
    lesson_key: UUID
    opened_at: datetime


def write_ticket(*, enrollment: Enrollment, lesson_key: UUID) -> str:
    return signing.dumps([uuid4().hex, enrollment.pk, lesson_key.hex, timezone.now().timestamp()], salt=SALT)


def read_ticket(text: str) -> Ticket:
    """BadBeacon where it was not written here, or too long ago."""
    try:
        reading, enrollment, lesson, opened = signing.loads(text, salt=SALT, max_age=LONGEST)
    except signing.BadSignature:
        raise BadBeacon from None
    at = datetime.fromtimestamp(opened, tz=timezone.get_current_timezone())
    return Ticket(UUID(reading), enrollment, UUID(lesson), at)


def run_of(ticket: Ticket, reader: Any) -> Enrollment:
    """BadBeacon where the ticket is somebody else's."""
    run = Enrollment.objects.filter(pk=ticket.enrollment, learner=reader).select_related("course").first()
    if run is None:
        raise BadBeacon
    return run


def count_reading(*, ticket: Ticket, reader: Any, seconds: int) -> int:
    """Take in that the page was visible for ``seconds`` in all so far; returns how many of them are new.

    The same report told twice, or one that comes late, adds nothing, and nobody reads longer than the clock says.
    """
    now = timezone.now()
    whole = min(max(seconds, 0), int((now - ticket.opened_at).total_seconds()) + SLACK)
    if not tracking_settings().reading_time:
        return 0
    run = run_of(ticket, reader)
    with transaction.atomic():
        Reading.objects.bulk_create([Reading(uuid=ticket.uuid, at=now)], ignore_conflicts=True)
        reading = Reading.objects.select_for_update().get(pk=ticket.uuid)
        new = whole - reading.seconds
        if new <= 0:
            return 0
        reading.seconds, reading.at = whole, now
        reading.save()
        record_time(enrollment=run, lesson_key=ticket.lesson_key, seconds=new)
    return new


def tell_of_video(*, ticket: Ticket, reader: Any, media: int, percent: int, choice: Choice) -> None:
    """Put on its way that a quarter of a video of the lesson was watched; once for each opening of the page. BadBeacon."""
    run = run_of(ticket, reader)
    video = Media.objects.filter(pk=media).first()
    if percent not in QUARTERS or video is None:
        raise BadBeacon
    lesson = LessonPage.objects.filter(translation_key=ticket.lesson_key).order_by("pk").first()
    params = {
        "video": video.title,
        "percent": percent,
        **about_course(run.course_key, run.course.title),
        "lesson_id": str(ticket.lesson_key),
        "lesson": lesson.title if lesson else "",
    }
    event = uuid5(ticket.uuid, f"{media}:{percent}")
    tell(name="video_progress", at=timezone.now(), pseudonym=choice.pseudonym, params=params, event=event)
