"""Feeds become facts and rollups: the right ones, once, whatever is read twice, comes late or breaks off."""

import datetime as dt
import random

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from analytics import services
from analytics.models import DATABASE, ActivityFact, EventFact, Feed, FoldState, Rollup, StalePeriod
from analytics.services import adding_up, folding
from learning.models import ActivityDay, LearningEvent
from tests.factories.analytics import answer, make_history, make_runs, rollups, take_in

pytestmark = pytest.mark.django_db(databases=["default", "analytics"])


@pytest.fixture
def runs(db):
    return make_runs()


def facts() -> tuple[list, list]:
    return list(EventFact.objects.order_by("pk").values()), list(ActivityFact.objects.order_by("pk").values())


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland"])
def test_rollups_are_what_the_rows_add_up_to(runs, settings, zone):
    settings.TIME_ZONE = zone
    make_history(runs)
    take_in()
    assert EventFact.objects.count() == LearningEvent.objects.count() == 300
    assert ActivityFact.objects.count() == ActivityDay.objects.count() > 100
    assert rollups() == answer(zone)
    assert len(rollups()) > 500


def test_in_pieces_and_in_one_come_out_alike(runs, monkeypatch):
    make_history(runs)
    take_in()
    whole = facts(), rollups()
    for model in (EventFact, ActivityFact, Rollup, FoldState):
        model.objects.all().delete()
    monkeypatch.setattr(folding, "BATCH", 7)
    monkeypatch.setattr(adding_up, "STEP", 2)
    take_in()
    assert (facts(), rollups()) == whole


def test_taken_in_twice_changes_nothing(runs):
    make_history(runs)
    take_in()
    before = facts(), rollups()
    take_in(back=dt.timedelta(days=400))
    assert (facts(), rollups()) == before
    assert not StalePeriod.objects.exists()


def test_days_in_any_order(runs):
    """Ten times, some of the events are there, and not always those that happened first."""
    make_history(runs)
    moments = list(LearningEvent.objects.values_list("pk", flat=True))
    random.Random(2).shuffle(moments)
    future = timezone.now() + dt.timedelta(days=365)
    LearningEvent.objects.update(recorded_at=future)
    for start in range(0, len(moments), 30):
        LearningEvent.objects.filter(pk__in=moments[start : start + 30]).update(recorded_at=timezone.now())
        for feed in Feed:
            services.fold(feed)
    services.add_up()
    assert rollups() == answer()


def test_what_comes_late_is_found_within_the_day(runs):
    """A transaction that took an hour, or a clock that is an hour slow: its rows bear a moment that was passed."""
    make_history(runs, events=20)
    take_in()
    late = LearningEvent.objects.order_by("pk").first()
    late.pk, late.uuid, late.idempotency_key = None, "0" * 31 + "1", "late"
    late.recorded_at = FoldState.objects.get(feed=Feed.EVENTS).position - dt.timedelta(hours=1)
    late.save()
    services.fold(Feed.EVENTS)
    assert EventFact.objects.count() == 20
    services.fold(Feed.EVENTS, back=dt.timedelta(days=1))
    services.add_up()
    assert EventFact.objects.count() == 21
    assert rollups() == answer()


def test_a_clock_that_is_fast_hides_nothing(runs):
    make_history(runs, events=20)
    LearningEvent.objects.filter(pk=LearningEvent.objects.first().pk).update(
        recorded_at=timezone.now() + dt.timedelta(hours=1)
    )
    take_in()
    assert FoldState.objects.get(feed=Feed.EVENTS).position <= timezone.now()
    make_history(runs, events=5, seed=3)
    LearningEvent.objects.order_by("-pk").filter(pk__gt=LearningEvent.objects.order_by("-pk")[5].pk).update(
        recorded_at=timezone.now()
    )
    take_in()
    assert EventFact.objects.count() == 25


def test_what_breaks_off_goes_on_where_it_was(runs, monkeypatch):
    make_history(runs)
    monkeypatch.setattr(folding, "BATCH", 50)
    real, calls = folding.write_facts, []

    def break_off(feed, some):
        calls.append(feed)
        real(feed, some)
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(folding, "write_facts", break_off)
    with pytest.raises(KeyboardInterrupt):
        services.fold(Feed.EVENTS)
    # Two batches, and nothing of the third.
    assert EventFact.objects.count() == 100
    monkeypatch.setattr(folding, "write_facts", real)
    take_in()
    assert rollups() == answer()


def test_it_stops_in_time_and_goes_on_at_the_very_row(runs, monkeypatch):
    """Thousands of rows of one moment, as an import writes them, are not begun again each time."""
    make_history(runs, events=100)
    LearningEvent.objects.update(recorded_at=timezone.now())
    monkeypatch.setattr(folding, "BATCH", 30)
    read = [services.fold(Feed.EVENTS, seconds=-1) for _time in range(4)]
    assert read == [30, 30, 30, 10]
    assert EventFact.objects.count() == 100


def test_an_activity_that_goes_on_is_counted_anew(runs):
    make_history(runs)
    take_in()
    day = ActivityDay.objects.order_by("pk").first()
    ActivityDay.objects.filter(pk=day.pk).update(hits=50, seconds=3_000, changed_at=timezone.now())
    take_in()
    assert ActivityFact.objects.get(pk=(day.day, day.enrollment.uuid, day.lesson_key)).hits == 50
    assert rollups() == answer()


def test_a_visit_is_seen_as_a_change(runs):
    from learning.services import record_visit

    make_history(runs, events=2)
    run, key = runs[0], runs[0].course.translation_key
    with time_machine.travel("2026-11-20T09:00Z", tick=False):
        record_visit(enrollment=run, lesson_key=key)
        take_in()
    with time_machine.travel("2026-11-20T19:00Z", tick=False):
        record_visit(enrollment=run, lesson_key=key)
        take_in()
    assert ActivityFact.objects.get(lesson_key=key).hits == 2


def test_labels_are_those_of_the_time(runs):
    make_history(runs)
    take_in()
    moved = runs[0].learner.uuid
    names = {(fact.day < dt.date(2026, 10, 1), fact.team_name) for fact in EventFact.objects.filter(learner=moved)}
    assert names == {(True, "Analytics North"), (False, "Analytics South")}
    title = runs[0].course.title
    runs[0].course.title = "Renamed"
    runs[0].course.save_revision().publish()
    take_in(back=dt.timedelta(days=400))
    assert set(EventFact.objects.filter(course_key=runs[0].course_key).values_list("course_title", flat=True)) == {
        title
    }


def test_no_words_of_people_are_taken_over(runs):
    make_history(runs)
    take_in()
    for fact in EventFact.objects.values():
        assert "Ann was there" not in str(fact)


def test_a_rollup_that_fails_leaves_what_was_there(runs, monkeypatch):
    make_history(runs, events=20)
    take_in()
    before = rollups()
    make_history(runs, events=5, seed=4)
    services.fold(Feed.EVENTS, back=dt.timedelta(days=400))
    monkeypatch.setattr(adding_up, "rollup_of", lambda *_args: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic(using=DATABASE):
        services.add_up()
    assert rollups() == before
    assert StalePeriod.objects.exists()
