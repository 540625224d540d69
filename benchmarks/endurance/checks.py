"""What must be true afterwards, whatever was killed meanwhile."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, F, Sum
from django.utils import timezone

from analytics import services as analytics
from analytics.models import EventFact
from analytics.tasks import take_in_late
from assessment.models import AttemptQuestion
from benchmarks.endurance.learners import Book
from gamification.models import EntryKind, LearnerProfile, PointEntry
from gamification.tasks import catch_up, catch_up_on_all
from learning.models import Enrollment, LearningEvent, LessonProgress
from tracking.models import PageView


def wrong_numbers(book: Book, began: dt.datetime) -> Iterator[str]:
    """One sentence for each number that is not what it should be."""
    done = set(LessonProgress.objects.values_list("enrollment__uuid", "lesson_key"))
    if lost := book.done - done:
        yield f"{len(lost)} lessons that were said to be done are not."
    events = LearningEvent.objects.filter(verb="lesson:completed", occurred_at__gte=began)
    twice = events.values("enrollment", "lesson_key").annotate(n=Count("pk")).filter(n__gt=1).count()
    if twice:
        yield f"{twice} lessons were recorded as done more than once."
    rows = LessonProgress.objects.filter(completed_at__gte=began).count()
    if rows != events.count():
        yield f"{rows} lessons are done, and {events.count()} events say so."
    counted = Enrollment.objects.annotate(n=Count("progress")).exclude(completed_lessons=F("n")).count()
    if counted:
        yield f"{counted} runs count other lessons than are done."
    yield from wrong_answers(book)
    yield from wrong_points()
    yield from wrong_analytics()


def wrong_answers(book: Book) -> Iterator[str]:
    stored = {
        (attempt, position): answer
        for attempt, position, answer in AttemptQuestion.objects.filter(
            attempt__in={attempt for attempt, _place in book.answers}
        ).values_list("attempt", "position", "answer")
    }
    lost = [key for key, chosen in book.answers.items() if chosen_in(stored.get(key)) != [chosen]]
    if lost:
        yield f"{len(lost)} answers that were acknowledged are not the ones that are kept."


def chosen_in(answer: Any) -> list[str]:
    return (answer or {}).get("options", [])


def wrong_points() -> Iterator[str]:
    # What beat does every minute and every few hours.
    catch_up()
    catch_up_on_all()
    kinds = (EntryKind.EARNED, EntryKind.REVERSED, EntryKind.ADJUSTED)
    sums = dict(PointEntry.objects.filter(kind__in=kinds).order_by().values_list("learner").annotate(n=Sum("points")))
    profiles = dict(LearnerProfile.objects.values_list("learner", "merit"))
    wrong = [person for person, merit in profiles.items() if max(sums.get(person, 0), 0) != merit]
    if wrong:
        yield f"{len(wrong)} people have other points than their ledger."
    again = PointEntry.objects.filter(kind=EntryKind.EARNED, event__isnull=False)
    if again.values("learner", "rule", "event").annotate(n=Count("pk")).filter(n__gt=1).exists():
        yield "Points were given twice for one event."


def wrong_analytics() -> Iterator[str]:
    # Where it was behind, the first only comes to the end; the second looks a day back, as the next one would.
    for _time in range(2):
        take_in_late()
    if (there := LearningEvent.objects.count()) != (here := EventFact.objects.count()):
        yield f"{there} events, and {here} facts of events."
    found = analytics.reconcile(at=timezone.now() + dt.timedelta(days=4))
    for drift in found.drifts[:5]:
        yield f"Analytics differs: {drift}"


def page_views(began: dt.datetime) -> int:
    return PageView.objects.filter(at__gte=began).count()
