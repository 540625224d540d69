"""A lesson that is read and a film that is watched, with real scripts; and a person who is asked first, by keyboard."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.utils import timezone

from learning.models import ActivityDay
from library.models import Media
from tests.browser.conftest import PASSWORD
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import make_course, make_lesson, make_module, text_block
from tests.factories.tracking import switch_on, use_stand_in
from tests.services.processes import wait_until
from tracking.models import Consent, Dispatch, PageView, Reading
from tracking.standin import StandIn
from tracking.tasks import send_events

# `make test` collects this file without the browser's packages, and deselects it.
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is installed by make test-browser.").expect

pytestmark = pytest.mark.browser
LEA = "lea@example.com"


@pytest.fixture
def lesson(db):
    """With a film, which Lea is on the way to see."""
    film = Media.objects.create(
        title="Getting out", file=ContentFile(b"film", name="film.mp4"), type="video", duration=40
    )
    course = make_course("Fire safety", modules=0)
    video = {"type": "video", "value": {"media": film.pk, "title": "", "caption": ""}}
    page = make_lesson(make_module(course), "Doors", body=[text_block("<p>Read this.</p>"), video])
    make_enrollment(make_person("Lea Learner", email=LEA, password=PASSWORD), course)
    return page


def seconds() -> int:
    return sum(Reading.objects.values_list("seconds", flat=True))


@pytest.fixture
def clocks(enter, lesson):
    """The lesson, open in a browser; and a way to let minutes pass there and here."""
    with time_machine.travel(timezone.now()) as here:
        page = enter(LEA, "/my-learning/")
        page.clock.install()
        page.goto(page.url.replace("/my-learning/", lesson.url))

        def let_pass(of_seconds: int) -> None:
            here.shift(timedelta(seconds=of_seconds))
            page.clock.run_for(of_seconds * 1000)

        yield page, let_pass


def test_time_counts_while_somebody_is_there(clocks, lesson):
    page, let_pass = clocks
    let_pass(31)
    wait_until(lambda: seconds() >= 30, "half a minute is told")
    page.mouse.move(200, 300)
    let_pass(60)
    wait_until(lambda: seconds() >= 90, "a minute more is told")
    # An hour without a sign of life: two minutes of it count.
    page.mouse.move(210, 310)
    before = seconds()
    let_pass(3600)
    wait_until(lambda: seconds() > before, "the two minutes are told")
    page.goto(page.url.replace(lesson.url, "/my-learning/"))
    let_pass(31)
    assert before + 100 <= seconds() <= before + 160
    day = ActivityDay.objects.get()
    assert (day.hits, day.seconds) == (1, seconds())


def test_what_was_read_last_is_told_when_the_page_is_left(clocks, lesson):
    page, let_pass = clocks
    let_pass(12)
    page.goto(page.url.replace(lesson.url, "/my-learning/"))
    wait_until(lambda: seconds() >= 12, "what was left untold is told")
    assert seconds() <= 15


WATCH = """(video, at) => {
  Object.defineProperty(video, "duration", { value: 40, configurable: true });
  Object.defineProperty(video, "currentTime", { value: at, configurable: true });
  video.dispatchEvent(new Event(at >= 40 ? "ended" : "timeupdate"));
}"""


def test_asked_first_and_then_told_once(visit, enter, lesson, settings, live_server):
    """By keyboard: the question is reached, answered, and gone. Nobody but this site hears from the browser."""
    with StandIn() as running:
        use_stand_in(settings, running)
        switch_on("ga4", "mixpanel")
        send_events()
        page = enter(LEA, "/my-learning/")
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        expect(page.get_by_role("heading", name="May we share how you use this site?")).to_be_visible()
        send_events()
        assert running.received == []
        yes = page.get_by_role("button", name="Yes, share")
        for _press in range(60):
            if yes.evaluate("button => button === document.activeElement"):
                break
            page.keyboard.press("Shift+Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert Consent.objects.get().agreed
        expect(page.get_by_role("heading", name="May we share how you use this site?")).to_have_count(0)
        page.goto(live_server.url + lesson.url)
        video = page.locator("video[data-media]")
        for at in (3, 11, 9, 12, 31, 40, 39, 40):
            video.evaluate(WATCH, at)
        told = Dispatch.objects.filter(vendor="mixpanel", name="video_progress")
        wait_until(lambda: told.count() == 4, "four quarters are on their way")
        assert sorted(told.values_list("params__percent", flat=True)) == [25, 50, 75, 100]
        page.goto(live_server.url + "/usage-data/")
        expect(page.get_by_text("You agreed.")).to_be_visible()
        send_events()
        names = sorted(arrival.name for arrival in running.received if arrival.vendor == "ga4")
        assert names == ["page_view"] * 3 + ["video_progress"] * 4
        assert PageView.objects.filter(kind="lesson").count() == 1
        assert {url.split("/")[2] for url in asked} == {live_server.url.split("/")[2]}
        with page.expect_navigation():
            page.get_by_role("button", name="Take it back").click()
        expect(page.get_by_text("You declined.")).to_be_visible()
        assert Consent.objects.values_list("agreed", "pseudonym").get() == (False, None)
