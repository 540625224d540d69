"""What falls due, once per period, whatever happens to the clock, to beat and to the schedule."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from reports.exceptions import LostClaim, NoAddress
from reports.models import Run, RunKind, RunState, Schedule
from reports.selectors.schedules import coming_occurrences, schedules_for_listing, when_in_words
from reports.services import (
    change_schedule,
    pause_schedule,
    rendering,
    request_run,
    resume_schedule,
    sweep_schedules,
)
from reports.services.rendering import claim_run
from tests.factories.accounts import make_person
from tests.factories.reports import make_schedule

pytestmark = pytest.mark.django_db

# Monday, 23 November 2026, eight o'clock in Berlin.
MONDAY = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def rows() -> list[tuple[str, str]]:
    return list(Run.objects.order_by("scheduled_for").values_list("period", "state"))


def test_a_period_is_due_once_however_often_somebody_looks():
    make_schedule()
    assert sweep_schedules(now=MONDAY - MINUTE).to_render == ()
    assert rows() == []
    first = sweep_schedules(now=MONDAY)
    assert rows() == [("2026-W48-1", "due")]
    assert first.to_render == (Run.objects.get().pk,)
    for minutes in range(1, 5):
        assert sweep_schedules(now=MONDAY + MINUTE * minutes).to_render == first.to_render
    assert rows() == [("2026-W48-1", "due")]


def test_the_database_refuses_a_second_run_of_a_period():
    schedule = make_schedule()
    sweep_schedules(now=MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.create(schedule=schedule, period="2026-W48-1", scheduled_for=MONDAY)
    assert Run.objects.count() == 1


def test_a_sweep_that_had_looked_before_a_pause_sends_nothing():
    schedule = make_schedule()
    pause_schedule(schedule=schedule, now=MONDAY)
    # What it found is written after the pause.
    late = Run.objects.create(schedule=schedule, period="2026-W48-1", scheduled_for=MONDAY, next_attempt_at=MONDAY)
    assert claim_run(run_id=late.pk, now=MONDAY) is None
    late.refresh_from_db()
    assert (late.state, late.finished_at) == (RunState.CANCELLED, MONDAY)
    assert late.error == "The schedule was paused before this report was sent."
    # By hand it goes on.
    by_hand = request_run(schedule=schedule, person=schedule.owner, now=MONDAY)
    assert claim_run(run_id=by_hand.pk, now=MONDAY) is not None


def test_a_schedule_that_cannot_be_told_holds_up_no_other(caplog):
    broken, sound = make_schedule(zone="Mars/Olympus"), make_schedule(title="Sound")
    (run_id,) = sweep_schedules(now=MONDAY).to_render
    assert Run.objects.get(pk=run_id).schedule == sound
    (record,) = [record for record in caplog.records if record.name == "reports.services.sweep"]
    assert record.getMessage() == f"what is due of schedule {broken.pk} could not be told"


def test_a_paused_schedule_is_not_due_and_makes_up_for_nothing():
    schedule = make_schedule()
    assert pause_schedule(schedule=schedule) is True
    assert pause_schedule(schedule=schedule) is False
    sweep_schedules(now=MONDAY + MINUTE)
    assert rows() == []
    assert coming_occurrences(schedule=schedule, now=MONDAY) == []
    assert resume_schedule(schedule=schedule, now=MONDAY + HOUR) is True
    assert resume_schedule(schedule=schedule, now=MONDAY + DAY) is False
    sweep_schedules(now=MONDAY + HOUR + MINUTE)
    assert rows() == []
    sweep_schedules(now=MONDAY + DAY)
    assert rows() == [("2026-W48-2", "due")]


@pytest.mark.parametrize("state", [RunState.DUE, RunState.RENDERING, RunState.READY])
def test_pausing_cancels_what_is_on_its_way_and_its_period_is_not_sent_later(state):
    schedule = make_schedule(people=[make_person()])
    by_hand = request_run(schedule=schedule, person=make_person(), now=MONDAY)
    (run_id,) = set(sweep_schedules(now=MONDAY).to_render) - {by_hand.pk}
    claimed = None
    if state != RunState.DUE:
        claimed = claim_run(run_id=run_id, now=MONDAY)
        Run.objects.filter(pk=run_id).update(state=state)
    pause_schedule(schedule=schedule, now=MONDAY + MINUTE)
    run = Run.objects.get(pk=run_id)
    assert (run.state, run.finished_at) == (RunState.CANCELLED, MONDAY + MINUTE)
    if claimed:
        with pytest.raises(LostClaim):
            rendering._keep(claimed, [])
    # What somebody asked for by hand goes on, and nothing else.
    later = sweep_schedules(now=MONDAY + DAY)
    assert (later.to_render, later.to_deliver) == ((by_hand.pk,), ())
    resume_schedule(schedule=schedule, now=MONDAY + 2 * MINUTE)
    sweep_schedules(now=MONDAY + HOUR)
    assert schedule.runs.filter(kind=RunKind.SCHEDULED).get().state == RunState.CANCELLED


def test_pausing_leaves_what_is_in_the_outbox_or_done():
    schedule = make_schedule()
    for day, state in enumerate([RunState.DELIVERING, RunState.DONE, RunState.PARTIAL, RunState.FAILED]):
        at = MONDAY + DAY * day
        Run.objects.create(schedule=schedule, period=f"p{day}", scheduled_for=at, state=state)
    before = rows()
    pause_schedule(schedule=schedule)
    assert rows() == before


def test_the_newest_is_sent_and_older_ones_are_missed():
    make_schedule()
    sweep_schedules(now=MONDAY)
    sweep_schedules(now=MONDAY + 3 * DAY + HOUR)
    assert rows() == [
        ("2026-W48-1", "due"),
        ("2026-W48-2", "missed"),
        ("2026-W48-3", "missed"),
        ("2026-W48-4", "due"),
    ]
    assert Run.objects.filter(state=RunState.MISSED, finished_at=None).count() == 0


@pytest.mark.parametrize(("days", "month_day"), [("weekly", 1), ("monthly", 23)])
def test_another_hour_never_sends_twice_in_a_period(days, month_day):
    schedule = make_schedule(days=days, weekdays=[0], month_day=month_day)
    sweep_schedules(now=MONDAY)
    assert Run.objects.count() == 1
    schedule.time = dt.time(10)
    schedule.save()
    change_schedule(schedule=schedule, changed=["time"], now=MONDAY + HOUR)
    for hours in range(1, 24):
        sweep_schedules(now=MONDAY + HOUR * hours)
    assert Run.objects.count() == 1
    coming = coming_occurrences(schedule=schedule, now=MONDAY + HOUR)
    assert coming[0].period == ("2026-W49" if days == "weekly" else "2026-12")


def test_more_days_do_not_send_twice_on_a_day():
    schedule = make_schedule(weekdays=[0])
    sweep_schedules(now=MONDAY)
    schedule.weekdays, schedule.time = [0, 2], dt.time(10)
    schedule.save()
    change_schedule(schedule=schedule, changed=["weekdays", "time"], now=MONDAY + HOUR)
    # What is announced is what happens, in the list as well.
    listed = schedules_for_listing(schedules=Schedule.objects.all()).get()
    known = [(listed.last_period, listed.last_scheduled)]
    for handled in (None, known):
        coming = coming_occurrences(schedule=schedule, now=MONDAY + HOUR, handled=handled)
        assert [entry.period for entry in coming][:2] == ["2026-W48-3", "2026-W49-1"]
    sweep_schedules(now=MONDAY + 3 * HOUR)
    assert rows() == [("2026-W48", "due")]
    sweep_schedules(now=MONDAY + 2 * DAY + 3 * HOUR)
    assert rows() == [("2026-W48", "due"), ("2026-W48-3", "due")]


def test_two_beats_make_one_run_an_hour_also_where_the_clock_shows_an_hour_twice():
    make_schedule(days="hourly", at=dt.time(0, 30), since=dt.datetime(2026, 10, 24, 22, 40, tzinfo=dt.UTC))
    start = dt.datetime(2026, 10, 24, 23, 0, tzinfo=dt.UTC)
    for step in range(4 * 12):
        for _beat in range(2):
            sweep_schedules(now=start + 5 * MINUTE * step)
    assert rows() == [
        ("2026-10-25T01+0200", "due"),
        ("2026-10-25T02+0200", "due"),
        ("2026-10-25T02+0100", "due"),
        ("2026-10-25T03+0100", "due"),
    ]


def test_a_long_outage_of_every_hour_tells_two_days_and_counts_the_rest():
    make_schedule(days="hourly", since=MONDAY)
    sweep_schedules(now=MONDAY + 10 * DAY + 10 * MINUTE)
    runs = list(Run.objects.order_by("scheduled_for"))
    assert [run.state for run in runs] == ["missed"] * 48 + ["due"]
    assert runs[0].error == "191 earlier ones were missed as well and are not listed one by one."
    assert {run.error for run in runs[1:]} == {""}
    # And none of them is noticed a second time.
    sweep_schedules(now=MONDAY + 10 * DAY + 20 * MINUTE)
    assert Run.objects.count() == 49


def test_nothing_is_due_before_the_first_and_after_the_last_day():
    schedule = make_schedule(starts_on=dt.date(2026, 11, 24), ends_on=dt.date(2026, 11, 25))
    for day in range(5):
        sweep_schedules(now=MONDAY + DAY * day)
    assert [period for period, _state in rows()] == ["2026-W48-2", "2026-W48-3"]
    assert coming_occurrences(schedule=schedule, now=MONDAY + 4 * DAY) == []
    # A later last day counts from now on; what lies between stays unsent.
    schedule.ends_on = None
    schedule.save()
    change_schedule(schedule=schedule, changed=["ends_on"], now=MONDAY + 4 * DAY + HOUR)
    sweep_schedules(now=MONDAY + 5 * DAY)
    assert [period for period, _state in rows()][2:] == ["2026-W48-6"]


def test_every_hour_in_place_of_every_day_sends_no_hour_twice():
    schedule = make_schedule(days="daily")
    sweep_schedules(now=MONDAY)
    schedule.days, schedule.time = "hourly", dt.time(0, 30)
    schedule.save()
    change_schedule(schedule=schedule, changed=["days", "time"], now=MONDAY + 10 * MINUTE)
    coming = coming_occurrences(schedule=schedule, now=MONDAY + 10 * MINUTE)
    assert coming[0].period == "2026-11-23T09+0100"
    for minutes in range(10, 130, 10):
        sweep_schedules(now=MONDAY + MINUTE * minutes)
    assert [period for period, _state in rows()] == ["2026-11-23", "2026-11-23T09+0100"]


def test_an_earlier_hour_counts_from_now_on():
    schedule = make_schedule(at=dt.time(12))
    schedule.time = dt.time(8)
    schedule.save()
    change_schedule(schedule=schedule, changed=["time"], now=MONDAY + HOUR)
    sweep_schedules(now=MONDAY + 2 * HOUR)
    assert rows() == []
    change_schedule(schedule=schedule, changed=["title"], now=MONDAY + DAY)
    assert Schedule.objects.get().active_since == MONDAY + HOUR


def test_by_hand_it_has_a_key_of_its_own():
    schedule, person = make_schedule(), make_person()
    sweep_schedules(now=MONDAY)
    runs = [request_run(schedule=schedule, person=person, now=MONDAY) for _ in range(2)]
    assert {run.kind for run in runs} == {RunKind.MANUAL}
    assert len({run.period for run in runs}) == 2
    sweep_schedules(now=MONDAY + DAY)
    assert Run.objects.filter(kind=RunKind.SCHEDULED).count() == 2
    with pytest.raises(NoAddress):
        request_run(schedule=schedule, person=make_person_without_address())
    assert Run.objects.filter(kind=RunKind.MANUAL).count() == 2


def make_person_without_address():
    person = make_person()
    person.email = ""
    return person


def test_queries_do_not_grow_with_schedules(django_assert_num_queries):
    def count() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            sweep_schedules(now=MONDAY - MINUTE)
        return len(queries)

    make_schedule()
    few = count()
    for _ in range(20):
        make_schedule()
    assert count() == few


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"weekdays": [0]}, "Every Monday at 08:00 (Europe/Berlin)"),
        ({"weekdays": [0, 1, 2, 3, 4]}, "Monday to Friday at 08:00 (Europe/Berlin)"),
        ({}, "Every day at 08:00 (Europe/Berlin)"),
        ({"weekdays": [3, 0]}, "Mon, Thu at 08:00 (Europe/Berlin)"),
        ({"days": "monthly", "month_day": 5}, "Day 5 of every month at 08:00 (Europe/Berlin)"),
        ({"days": "hourly"}, "Every hour at minute 00 (Europe/Berlin)"),
        ({"days": "daily"}, "Every day at 08:00 (Europe/Berlin)"),
        ({"days": "weekdays"}, "Monday to Friday at 08:00 (Europe/Berlin)"),
        ({"days": "month_end"}, "The last day of every month at 08:00 (Europe/Berlin)"),
        (
            {"days": "quarterly", "month_day": 5},
            "Day 5 of January, April, July and October at 08:00 (Europe/Berlin)",
        ),
        ({"days": "quarter_end"}, "The last day of every quarter at 08:00 (Europe/Berlin)"),
        (
            {"starts_on": dt.date(2026, 12, 1), "ends_on": dt.date(2027, 1, 31)},
            "Every day at 08:00 (Europe/Berlin), from 1 Dec 2026, until 31 Jan 2027",
        ),
        ({"days": "monthly", "month_day": 31}, "The last day of every month at 08:00 (Europe/Berlin)"),
    ],
)
def test_when_in_words(fields, words):
    assert when_in_words(make_schedule(**fields)) == words
