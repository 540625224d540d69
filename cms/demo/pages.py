"""The pages that people opened in that year, as they would have been counted."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings

from learning.models import ActivityDay
from lms_pages.models import CatalogPage, CoursePage, LessonPage
from tracking.models import PageView

# One in so many sittings begins in the catalog.
FROM_CATALOG = 6


def open_pages(*, rng: random.Random, until: date) -> int:
    """Write a view of each lesson for each visit, and of "My learning" and the course before it; returns how many."""
    views = PageView.objects.bulk_create(pages_opened(rng, until), batch_size=2_000)
    return len(views)


def pages_opened(rng: random.Random, until: date) -> Iterator[PageView]:
    lessons = dict(LessonPage.objects.values_list("translation_key", "title"))
    courses = dict(CoursePage.objects.values_list("translation_key", "title"))
    catalog = CatalogPage.objects.live().first()
    days = ActivityDay.objects.filter(day__lt=until).order_by("day", "pk")
    sitting = None
    for run, course, lesson, day, hits in days.values_list(
        "enrollment", "enrollment__course_key", "lesson_key", "day", "hits"
    ):
        at = datetime.combine(day, time(7), UTC) + timedelta(seconds=rng.randrange(9 * 3600))
        if (run, day) != sitting:
            sitting = (run, day)
            yield view(at, "my_learning", "")
            if catalog is not None and not rng.randrange(FROM_CATALOG):
                yield view(at + timedelta(seconds=20), "catalog", catalog.title)
            yield view(at + timedelta(seconds=40), "course", courses[course], course_key=course)
        for hit in range(hits):
            moment = at + timedelta(seconds=60 + hit)
            yield view(moment, "lesson", lessons[lesson], course_key=course, lesson_key=lesson)


def view(at: datetime, kind: str, title: str, **keys) -> PageView:
    return PageView(at=at, kind=kind, title=title, language=settings.LANGUAGE_CODE, is_signed_in=True, **keys)
