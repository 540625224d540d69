"""Time on lessons as their pages tell it."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from learning.models import ActivityDay, Enrollment
from library.models import Media
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import lessons_of, make_course
from tests.factories.tracking import switch_on
from tracking.exceptions import BadBeacon
from tracking.models import Dispatch, Reading
from tracking.services import agree, count_reading, read_ticket, write_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock_stands_still():
    """How long a page has been open is known to the second."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def run(learner):
    return make_enrollment(learner, make_course(with_check=False))


@pytest.fixture
def lesson(run):
    return lessons_of(run.course)[0]


@pytest.fixture
def ticket(run, lesson):
    """Of a page that has been open for ten minutes."""
    with time_machine.travel(timezone.now() - timedelta(minutes=10), tick=False):
        return write_ticket(enrollment=run, lesson_key=lesson.translation_key)


def spent(run) -> tuple[int, int, int]:
    """Of the run, of its days, and in how many visits."""
    row = Enrollment.objects.get(pk=run.pk)
    return row.seconds, sum(ActivityDay.objects.values_list("seconds", flat=True)), row.hits


def count(text: str, run, seconds: int) -> int:
    return count_reading(ticket=read_ticket(text), reader=run.learner_id, seconds=seconds)


def test_each_report_is_the_whole_time_so_far(run, ticket):
    assert [count(ticket, run, seconds) for seconds in (30, 60, 60, 45, 95)] == [30, 30, 0, 0, 35]
    assert spent(run) == (95, 95, 0)
    assert Reading.objects.get().seconds == 95


def test_nobody_reads_longer_than_the_clock_says(run, ticket):
    assert count(ticket, run, 999_999) == 602


def test_two_openings_add_up(run, lesson, ticket):
    other = write_ticket(enrollment=run, lesson_key=lesson.translation_key)
    count(ticket, run, 20)
    assert count(other, run, 20) == 2
    assert spent(run)[0] == 22


def test_it_is_added_to_the_day_of_the_visit(run, lesson, client, ticket):
    client.force_login(run.learner)
    client.get(lesson.url)
    count(ticket, run, 40)
    day = ActivityDay.objects.get()
    assert (day.lesson_key, day.hits, day.seconds) == (lesson.translation_key, 1, 40)
    assert Enrollment.objects.values_list("active_days", "hits").get() == (1, 1)


def test_while_it_is_off_nothing_is_counted(run, ticket, committed):
    switch_on(reading_time=False)
    committed()
    assert count(ticket, run, 30) == 0
    assert spent(run) == (0, 0, 0)


@pytest.mark.parametrize("bad", ["", "x", "WyJhIl0:1wO:xyz", None])
def test_a_ticket_that_was_not_written_here(run, ticket, bad):
    with pytest.raises(BadBeacon):
        read_ticket(ticket[:-2] + "xx" if bad is None else bad)


def test_a_ticket_of_yesterday(ticket):
    with time_machine.travel(timezone.now() + timedelta(hours=12), tick=False), pytest.raises(BadBeacon):
        read_ticket(ticket)


def test_a_ticket_of_somebody_else(run, ticket):
    with pytest.raises(BadBeacon):
        count_reading(ticket=read_ticket(ticket), reader=make_person().pk, seconds=30)
    assert spent(run) == (0, 0, 0)


# Over HTTP ------------------------------------------------------------------------


def post(client, **facts):
    return client.post("/usage-data/beacon/", facts)


def test_the_page_of_a_lesson_carries_what_it_needs(client, run, lesson):
    client.force_login(run.learner)
    page = client.get(lesson.url)
    text = page.context["ticket"]
    assert read_ticket(text).enrollment == run.pk
    assert f'value="{text}"' in page.content.decode()
    assert "js/usage.js" in page.content.decode()
    assert (post(client, ticket=text, seconds=1).status_code, spent(run)) == (204, (1, 1, 1))


def test_pages_of_others_carry_nothing(client, run, lesson):
    teacher = make_person(roles=("administrator",))
    client.force_login(teacher)
    assert b"data-usage" not in client.get(lesson.url).content
    client.force_login(run.learner)
    assert b"data-usage" not in client.get(lesson.url, HTTP_DNT="1").content
    assert b"data-usage" not in client.get(run.course.url).content


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"seconds": "5"},
        {"ticket": "no", "seconds": "5"},
        *({"seconds": bad} for bad in ("-1", "1.5", "x", "²", "9" * 10)),
    ],
)
def test_what_is_not_its_own_is_refused(client, run, ticket, facts):
    client.force_login(run.learner)
    given = {"ticket": ticket, **facts} if facts.get("seconds") != "5" else facts
    answer = post(client, **given)
    if given == {"ticket": ticket}:
        # Not about time, and nobody agreed to more.
        assert answer.status_code == 204
    else:
        assert (answer.status_code, answer.content) == (
            400,
            b"Nothing was noted: this is not from a lesson that you have open.",
        )
    assert spent(run) == (0, 0, 0)


def test_a_browser_that_asks_for_privacy_is_not_listened_to(client, run, ticket):
    client.force_login(run.learner)
    answer = client.post("/usage-data/beacon/", {"ticket": ticket, "seconds": 30}, HTTP_DNT="1")
    assert (answer.status_code, spent(run)) == (204, (0, 0, 0))


def test_it_takes_a_token_of_the_page(run, ticket):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(run.learner)
    assert strict.post("/usage-data/beacon/", {"ticket": ticket, "seconds": 30}).status_code == 403
    assert spent(run) == (0, 0, 0)


# Videos ---------------------------------------------------------------------------


@pytest.fixture
def video():
    film = ContentFile(b"film", name="film.mp4")
    return Media.objects.create(title="How to hold an extinguisher", file=film, type="video", duration=4)


def test_quarters_of_a_video_are_told_once(client, run, lesson, ticket, video, committed):
    switch_on("mixpanel")
    agree(person=run.learner)
    committed()
    client.force_login(run.learner)
    for percent in (25, 50, 25, 75, 100, 100):
        assert post(client, ticket=ticket, media=video.pk, percent=percent).status_code == 204
    rows = Dispatch.objects.order_by("pk").values_list("name", "params")
    assert [(name, params["percent"]) for name, params in rows] == [("video_progress", n) for n in (25, 50, 75, 100)]
    assert rows[0][1] == {
        "video": "How to hold an extinguisher",
        "percent": 25,
        "course_id": str(run.course_key),
        "course": run.course.title,
        "lesson_id": str(lesson.translation_key),
        "lesson": lesson.title,
    }


def test_of_whoever_did_not_agree_nothing_is_told(client, run, ticket, video, committed):
    switch_on("mixpanel")
    committed()
    client.force_login(run.learner)
    assert post(client, ticket=ticket, media=video.pk, percent=25).status_code == 204
    assert not Dispatch.objects.exists()


@pytest.mark.parametrize("facts", [{"percent": 30}, {"media": 999_999}])
def test_a_quarter_that_is_none(client, run, ticket, video, committed, facts):
    switch_on("mixpanel")
    agree(person=run.learner)
    committed()
    client.force_login(run.learner)
    answer = post(client, **{"ticket": ticket, "media": video.pk, "percent": 25, **facts})
    assert (answer.status_code, Dispatch.objects.count()) == (400, 0)
