"""What beat says every minute and every hour; what is thrown away when; and what is said of how it stands."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.services import merge_people
from learning.services import complete_lesson
from operations.checks import Finding
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import lessons_of, make_course
from tests.factories.tracking import make_dispatch, switch_on, use_stand_in
from tracking.checks import usage_tracking
from tracking.models import Consent, Dispatch, PageView, Reading
from tracking.selectors.dispatches import dispatch_state
from tracking.services import agree, decline, forget
from tracking.standin import StandIn
from tracking.tasks import look_again, send_events

pytestmark = pytest.mark.django_db


def test_every_minute_what_was_recorded_goes_out(settings, committed):
    person = make_person()
    with StandIn() as running:
        use_stand_in(settings, running)
        send_events()
        switch_on("ga4", "mixpanel")
        committed()
        send_events()
        agree(person=person)
        run = make_enrollment(person, make_course(with_check=False))
        complete_lesson(enrollment=run, lesson=lessons_of(run.course)[0])
        for _turn in range(3):
            send_events()
        look_again()
        send_events()
        told = sorted((arrival.vendor, arrival.name) for arrival in running.received)
    assert told == [
        ("ga4", "course_enrolled"),
        ("ga4", "lesson_completed"),
        ("mixpanel", "course_enrolled"),
        ("mixpanel", "lesson_completed"),
    ]


def test_while_none_is_on_next_to_nothing_is_asked(django_assert_num_queries):
    with django_assert_num_queries(2):
        send_events()


def test_one_that_is_switched_off_is_told_nothing_of_that_time(settings, committed):
    person = make_person()
    with StandIn() as running:
        use_stand_in(settings, running)
        switch_on("mixpanel")
        committed()
        send_events()
        agree(person=person)
        make_dispatch()
        switch_on()
        committed()
        run = make_enrollment(person, make_course(with_check=False))
        send_events()
        assert not Dispatch.objects.exists()
        switch_on("mixpanel")
        committed()
        send_events()
        complete_lesson(enrollment=run, lesson=lessons_of(run.course)[0])
        send_events()
        assert [arrival.name for arrival in running.received] == ["lesson_completed"]


def test_what_is_old_goes_each_kind_after_its_time(committed):
    switch_on("mixpanel")
    committed()
    now = timezone.now()

    def days(count: int):
        return now - timedelta(days=count, minutes=1)

    kept = [
        make_dispatch(at=days(400)),
        make_dispatch(state="sent", ended_at=days(29)),
        make_dispatch(state="unknown", ended_at=days(89)),
        PageView.objects.create(kind="x", at=days(29)),
        Reading.objects.create(uuid="6f1c8c4e9a7a4a3e8d0a3a9d4b5f2c11", at=days(1)),
    ]
    make_dispatch(state="sent", ended_at=days(30))
    make_dispatch(state="sent", ended_at=days(31))
    make_dispatch(state="refused", ended_at=days(90))
    PageView.objects.create(kind="x", at=days(30))
    Reading.objects.create(uuid="6f1c8c4e9a7a4a3e8d0a3a9d4b5f2c12", at=days(2))
    agreed = make_dispatch(state="unknown")
    Consent.objects.filter(pseudonym=agreed.pseudonym).update(decided_at=days(180))
    person = agree(person=make_person())
    Consent.objects.filter(pseudonym=person).update(decided_at=days(500))
    assert forget() == {"sent": 2, "dead": 1, "readings": 1, "visitors": 1, "views": 1}
    for row in kept:
        row.refresh_from_db()
    assert Consent.objects.filter(pseudonym=person).exists()
    assert set(forget().values()) == {0}


def test_how_it_stands_is_said(committed):
    part = "Analytics services"
    assert usage_tracking() == Finding(part, "none is switched on; nothing leaves this site")
    switch_on("ga4", "mixpanel")
    committed()
    names = "Google Analytics, Mixpanel"
    assert usage_tracking() == Finding(part, f"{names}: told of all that people agreed to")
    mend = "See why under Reports > Sent to analytics."
    make_dispatch(at=timezone.now() - timedelta(minutes=59))
    assert usage_tracking().is_well
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        said = usage_tracking()
        assert (said.is_well, said.mend) == (False, mend)
        assert said.words.replace("\xa0", " ") == f"{names}: 1 events wait, the first for 2 hours, 59 minutes"
    make_dispatch(state="unknown")
    assert usage_tracking() == Finding(part, f"{names}: 1 event ended badly", False, mend)
    state = dispatch_state()
    assert (state.waiting, state.running, state.failed) == (1, 0, 1)


def test_the_list_shows_what_ended_badly_and_sends_it_again(client, committed):
    switch_on("mixpanel")
    committed()
    client.force_login(make_person("Ada", roles=("administrator",)))
    rows = [make_dispatch(state=state) for state in ("sent", "unknown", "refused")]
    off = make_dispatch(state="failed", vendor="ga4")
    make_dispatch(name="lesson_completed", params={"course": "Fire safety", "lesson": "Doors"})
    everything = client.get(reverse("tracking_dispatch_modeladmin_index")).content.decode()
    assert ("Lesson completed" in everything, ">Doors<" in everything, ">Fire safety<" in everything) == (
        True,
        True,
        False,
    )
    page = client.get(dispatch_state().failed_url).content.decode()
    assert ("Why it is unknown." in page, "Why it is refused." in page, rows[0].uuid.hex in page) == (True, True, False)
    again = reverse("tracking_dispatch_modeladmin_index") + "bulk/again/"
    given = {"row": [row.pk for row in (*rows, off)]}
    asked = client.post(again, given).content.decode()
    assert "Send 2 events again?" in asked
    assert "It did not end badly." in asked
    assert "The service is switched off." in asked
    assert Dispatch.objects.filter(state="waiting").count() == 1
    client.post(again, {"keys": ",".join(str(row.pk) for row in rows), "confirmed": "1"})
    assert list(Dispatch.objects.order_by("pk").values_list("state", flat=True)) == [
        "sent",
        "waiting",
        "waiting",
        "failed",
        "waiting",
    ]


def test_two_accounts_become_one_and_nobody_is_told_of_by_the_other():
    actor = make_person("Ada", roles=("administrator",))
    kept, merged = make_person("Lea"), make_person("Lea Again")
    agree(person=merged)
    merge_people(kept=kept, merged=merged, actor=actor)
    assert not Consent.objects.exists()
    other = make_person("Lea Once More")
    decline(person=kept)
    agree(person=other)
    merge_people(kept=kept, merged=other, actor=actor)
    assert Consent.objects.values_list("person", "agreed").get() == (kept.pk, False)
