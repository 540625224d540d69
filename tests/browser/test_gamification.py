"""A badge and a reward in a browser: built, asked about, published, earned, spent on, declined."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db.models import Sum
from django.utils import timezone

from accounts.roles import ADMINISTRATOR
from gamification.models import Badge, LearnerProfile, PointEntry, RedemptionState
from learning.services import complete_lesson, enroll
from library.models import Topic
from lms_pages.models import CoursePage, QuizPage
from notifications.models import MailKind, MailState, OutboxMail
from tests.browser.conftest import PASSWORD, fits, heading, said, texts_to
from tests.factories.accounts import make_person
from tests.factories.gamification import make_reward
from tests.factories.learning import make_completed
from tests.factories.lms_pages import lessons_of, make_course
from tests.factories.questions import make_question
from tests.factories.quizzes import make_attempt, make_quiz

# `make test` collects this file without the browser's packages, and deselects it.
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is installed by make test-browser.").expect

pytestmark = pytest.mark.browser

DOORS, LADDERS = "Fire doors", "Ladders"
BADGE, REWARD = "Safe hands", "Boots with steel caps"
LEA = "lea@example.com"
WORDS = "Two courses of the topic Safety, and (a quiz at 90\N{NO-BREAK SPACE}% or better, or a 5-day streak)"
REASON = "Boots come with the work clothes this year. Ask the store for yours."


@pytest.fixture
def site(mail_server, settings, live_server):
    """Two courses of the topic Safety, a quiz of ten questions in the first; people who have done more or less of it."""
    settings.EMAIL_BACKEND = "notifications.backends.OutboxBackend"
    settings.WAGTAILADMIN_BASE_URL = live_server.url
    make_person("Ada Admin", email="ada@example.com", roles=(ADMINISTRATOR,), password=PASSWORD)
    topic = Topic.objects.create(name="Safety", slug="safety")
    for title, lessons in ((DOORS, 1), (LADDERS, 3)):
        course = make_course(title, modules=1, lessons=lessons, with_check=False)
        course.topics.add(topic)
        course.save()
    module = CoursePage.objects.get(title=DOORS).get_children().get().specific
    make_quiz(module, *(make_question() for _number in range(10)), title="Which door is which")

    every_day, with_a_break = (8, 7, 6, 5, 4), (8, 7, 5, 4, 3)
    study(make_person("Ann Able"), right=9)
    study(make_person("Ben Brook"), right=10)
    study(make_person("Cal Cole"), right=8, days=every_day)
    study(make_person("Dan Drew"), right=8, days=with_a_break)
    eve = make_person("Eve East")
    study(eve, right=10, days=(1, 1))
    make_completed(eve, make_course("Coffee for guests", modules=1, lessons=1, with_check=False))
    study(make_person("Lea Learner", email=LEA, password=PASSWORD), right=9, days=(1, 1, 1, 1))
    return make_reward(REWARD, cost=200, stock=1)


def study(person, *, right, days=(1,) * 5):
    """Take the two courses, a lesson or the quiz on each of ``days`` ago."""
    noon = timezone.now().replace(hour=12, minute=0)
    courses = [CoursePage.objects.get(title=title) for title in (DOORS, LADDERS)]
    steps = [(course, page.specific) for course in courses for page in lessons_of(course)]
    for place, (day, (course, page)) in enumerate(zip(days, steps, strict=False)):
        with time_machine.travel(noon - timedelta(days=day, minutes=-place)):
            run = person.enrollments.filter(course=course).first() or enroll(learner=person, course=course)
            if isinstance(page, QuizPage):
                make_attempt(run, page, right=right)
            else:
                complete_lesson(enrollment=run, lesson=page)


def menu(page, *names):
    """Open a page of the admin by its menu."""
    *above, last = names
    for name in above:
        page.get_by_role("navigation", name="Main menu").get_by_role("button", name=name).click()
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name=last, exact=True).click()
    fits(page)


# What the administrator does ------------------------------------------------------------


def insert(page, place, kind):
    """Add a criterion by keys alone; gives its region."""
    place.get_by_role("button", name="Insert a block").last.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type(kind)
    expect(page.get_by_role("option", name=kind)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox")).to_have_count(0)
    return place.get_by_role("region", name=kind)


def build_badge(page):
    """Two courses of one topic, and one of two: a quiz at 90 %, five days in a row. The numbers are those it begins with.
    The draft saves itself meanwhile."""
    menu(page, "Gamification", "Badges")
    # What is typed before the editor looks for changes does not save itself.
    page.add_init_script("document.addEventListener('w-unsaved:watch-edits', () => { window.isWatched = true })")
    page.get_by_role("link", name="Add badge").first.click()
    page.wait_for_function("window.isWatched")
    page.get_by_role("textbox", name="Name").fill(BADGE)
    page.get_by_role("textbox", name="Description").fill("Knows how to stay in one piece.")
    expect(page.get_by_role("link", name="Who would get it?")).to_be_visible()
    criteria = page.get_by_role("region", name="What has to be done")
    insert(page, criteria, "So many courses completed")
    page.keyboard.press("Tab")
    page.keyboard.type("Safety")
    group = insert(page, criteria, "Group: all, any or some of")
    page.keyboard.type("Any")
    insert(page, group, "Quiz result")
    insert(page, group, "Streak")
    expect(page.locator("[data-criteria-words]")).to_have_text(f"{WORDS}.")
    # The drawings are radio buttons with names: the arrows go through them.
    page.get_by_role("radio", name="Star").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Flame")).to_be_checked()
    page.get_by_role("button", name="Save draft").press("Enter")
    said(page, f"Badge '{BADGE}' updated.")


def ask_who(page):
    """Who would get it, by the draft."""
    page.get_by_role("link", name="Who would get it?").first.click()
    expect(page.locator(".badge-who p")).to_have_text(WORDS)
    said(page, "It would have been awarded to 3 people.")
    said(page, "3 would get it now.")
    people = page.get_by_role("group", name="People who would get it").locator("td:first-child")
    expect(people).to_have_text(["Ann Able", "Ben Brook", "Cal Cole"])
    expect(page.get_by_role("button", name="Give it to them")).to_have_count(0)
    page.get_by_role("link", name="Back to the badge").click()


def publish(page):
    page.get_by_role("button", name="More actions").press("Enter")
    page.get_by_role("button", name="Publish", exact=True).press("Enter")
    said(page, f"Badge '{BADGE}' updated and published.")


def decline(page):
    """By keys, as somebody does who works a long queue."""
    menu(page, "Gamification", "Rewards asked for")
    page.get_by_role("checkbox", name=f"Choose {REWARD} · Lea Learner").press("Space")
    page.get_by_role("button", name="Decline…").press("Enter")
    heading(page, "Decline this reward?")
    reason = page.get_by_role("textbox", name="Reason")
    reason.focus()
    page.keyboard.type(REASON)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said(page, "1 reward is declined.")


def give(page, name):
    """A badge by hand, with the keys alone: the person is looked for, not picked from everybody."""
    menu(page, "Gamification", "Badges awarded")
    page.get_by_role("link", name="Give a badge").first.press("Enter")
    page.get_by_role("combobox", name="Badge").focus()
    page.keyboard.type(BADGE)
    page.get_by_role("button", name="Choose a person").press("Enter")
    page.get_by_role("dialog").get_by_role("textbox").first.fill(name)
    found = page.get_by_role("dialog").locator("tbody").get_by_role("link")
    expect(found).to_have_text([name])
    found.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("textbox", name="Reason").press_sequentially("Caught somebody on a ladder.")
    page.get_by_role("button", name="Give the badge").press("Enter")
    said(page, f"{name} has the badge “{BADGE}” now.")


# What the learner does ------------------------------------------------------------------


def finish_the_last_lesson(page):
    """The answer says what it earned, once; the page of the course keeps it."""
    page.get_by_role("link", name="Continue", exact=True).click()
    page.get_by_role("button", name="Mark complete").press("Enter")
    heading(page, f"You have completed {LADDERS}")
    news = page.get_by_role("main").get_by_role("status").filter(has_text="+110")
    expect(news).to_contain_text(f"You have earned the badge {BADGE}")
    expect(news.get_by_role("listitem").filter(has_text="+")).to_have_text(
        [re.compile("^\\+10 Lesson “.*” completed$"), f"+100 Course “{LADDERS}” completed"]
    )
    fits(page)
    page.reload()
    expect(page.get_by_text("+110")).to_have_count(0)
    earned = page.locator("section").filter(has=page.get_by_role("heading", name="Badges earned on the way"))
    expect(earned.get_by_role("link")).to_have_text([BADGE])
    # 5 for beginning, 10 for each of three lessons, 100 for the course.
    expect(page.locator(".figures > div", has_text="Points earned").locator("dd")).to_have_text("135")


def look_at_profile(page):
    """The badge stands among those of before, with what brought it."""
    page.get_by_role("link", name="280 points, open my profile").click()
    heading(page, "Lea Learner")
    expect(page.locator(".figures > div", has_text="Points").locator("dd")).to_have_text("280")
    badges = page.locator("section").filter(has=page.get_by_role("heading", name="Badges", exact=True))
    expect(badges.get_by_role("link")).to_have_count(5)
    badges.get_by_role("link", name=BADGE).click()
    heading(page, BADGE)
    causes = page.locator(".causes > li")
    expect(causes).to_have_count(2)
    expect(causes.first).to_contain_text("Two courses of the topic Safety")
    expect(causes.first.get_by_role("listitem")).to_have_text([re.compile(DOORS), re.compile(LADDERS)])
    expect(causes.last.get_by_role("listitem")).to_have_text([re.compile("Which door is which · 90\\s%")])


def has_points(page, *figures):
    """Points to spend, and those held where there are any, on top of the rewards."""
    expect(page.locator(".purse dd")).to_have_text(list(figures))
    fits(page)


def redeem(page):
    page.get_by_text("Menu of Lea Learner").locator("..").click()
    page.get_by_role("link", name="Rewards").click()
    has_points(page, "280")
    page.get_by_role("link", name=REWARD).click()
    heading(page, REWARD)
    expect(page.locator(".sum dd")).to_have_text(["280", "200", "80"])
    page.get_by_role("button", name="Get it for 200 points").press("Enter")
    said(page, f"You asked for “{REWARD}”. You get a mail when somebody has decided.")
    has_points(page, "80", "200")
    asked = page.locator(".asked > li")
    expect(asked).to_have_count(1)
    expect(asked).to_contain_text("Waits for a decision")


def test_a_badge_is_earned_and_a_reward_is_declined(site, mail_server, enter):
    administrator = enter("ada@example.com", "/admin/")
    build_badge(administrator)
    ask_who(administrator)
    badge = Badge.objects.get(name=BADGE)
    assert not badge.live
    publish(administrator)
    badge.refresh_from_db()
    assert (badge.live, badge.awards.count(), badge.drawing) == (True, 0, "flame")

    page = enter(LEA, "/my-learning/")
    finish_the_last_lesson(page)
    look_at_profile(page)
    lea = get_user_model().objects.get(email=LEA)
    assert badge.awards.get().learner == lea

    redeem(page)
    assert sums(lea) == {"earned": 280, "held": -200}
    assert len(texts_to(mail_server, LEA)) == rewards_written() == 1

    give(administrator, "Dan Drew")
    assert list(badge.awards.order_by("pk").values_list("learner__first_name", "reason")) == [
        ("Lea", ""),
        ("Dan", "Caught somebody on a ladder."),
    ]

    decline(administrator)
    page.reload()
    has_points(page, "280")
    said(page, "Declined, points are back")
    said(page, REASON)
    assert sums(lea) == {"earned": 280, "held": -200, "released": 200}
    profile = LearnerProfile.objects.get(learner=lea)
    assert (profile.balance, profile.merit) == (280, 280)
    site.refresh_from_db()
    assert (site.stock, lea.redemptions.get().state) == (1, RedemptionState.DECLINED)
    receipt, refusal = texts_to(mail_server, LEA)
    assert rewards_written() == 2
    assert f"your request for “{REWARD}” has arrived. Its 200 points are held" in receipt
    assert REASON in refusal
    assert "You have your 200 points back" in refusal


def sums(learner):
    """What the ledger of somebody adds up to, by kind."""
    rows = PointEntry.objects.filter(learner=learner).order_by().values_list("kind")
    return dict(rows.annotate(points=Sum("points")))


def rewards_written():
    """Mails about rewards in the outbox, all of which have left."""
    return OutboxMail.objects.filter(kind=MailKind.REWARD, state=MailState.SENT).count()
