"""The whole story in a browser: an editor makes a course, a learner completes it on another day, a number changes."""

import datetime as dt
import re

import pytest
import time_machine
from django.utils import timezone
from django.utils.text import slugify

from accounts.roles import ADMINISTRATOR, CONTENT_EDITOR
from tests.browser.conftest import PASSWORD, fits, heading
from tests.factories.accounts import make_person
from tests.factories.dashboards import make_academy
from tests.factories.olx import png

# `make test` collects this file without the browser's packages, and deselects it.
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is installed by make test-browser.").expect

pytestmark = pytest.mark.browser

COURSE, MODULE = "Ladders and heights", "On the ladder"
FIRST, PICTURED, CHECKED = "Look at it first", "Set it up", "Come down"
ALT = "A ladder that leans at four to one."


@pytest.fixture
def people(live_server):
    """Colleagues with a history, so that the dashboard has numbers, and the three of this story."""
    make_academy()
    make_person("Emil Editor", email="emil@example.com", roles=(CONTENT_EDITOR,), password=PASSWORD)
    make_person("Lea Learner", email="lea@example.com", password=PASSWORD)
    make_person("Anna Admin", email="anna@example.com", roles=(ADMINISTRATOR,), password=PASSWORD)


# What the editor does in the admin ----------------------------------------------------


def write(box, words):
    """Type into a rich text box, and wait for its field, which follows a moment later."""
    box.click()
    box.press_sequentially(words)
    box.page.wait_for_function(
        "words => [...document.querySelectorAll('input[type=hidden]')].some(field => field.value.includes(words))",
        arg=words,
    )


def rename(page, title):
    """Type a title, and wait for the address, which follows a moment later."""
    box = page.get_by_role("textbox", name="Title").first
    box.fill("")
    box.press_sequentially(title)
    expect(page.locator("[name=slug]")).to_have_value(slugify(title))


def publish(page):
    fits(page)
    button = page.get_by_role("button", name="Publish", exact=True)
    if not button.is_visible():
        # A question's form keeps drafts first.
        page.get_by_role("button", name="More actions").click()
    button.click()
    expect(page.get_by_role("main").get_by_role("status").get_by_text("published")).to_be_visible()
    fits(page)


def add_block(page, kind):
    """The region of a new block of the lesson."""
    body = page.get_by_role("region", name="Body")
    body.get_by_role("button", name="Insert a block").last.click()
    page.get_by_role("option", name=kind, exact=True).click()
    expect(page.get_by_role("option")).to_have_count(0)
    return body.get_by_role("region", name=re.compile(f"^{kind}"))


def add_lesson(page, title):
    page.get_by_role("link", name="Add child page").first.click()
    # A module holds lessons and quizzes: which one is asked first.
    page.get_by_role("main").get_by_role("link", name=re.compile("^Lesson", re.IGNORECASE)).first.click()
    rename(page, title)


def make_question(page):
    page.get_by_role("link", name="Questions", exact=True).click()
    page.get_by_role("link", name="Add question").click()
    page.get_by_role("link", name="Single choice").click()
    page.get_by_role("textbox", name="Name").fill("Hands on the ladder")
    write(page.get_by_role("region", name="Question*").get_by_role("textbox"), "How many hands hold the ladder?")
    options = page.get_by_role("region", name=re.compile("^Option"))
    expect(options).to_have_count(3)
    for number, (text, feedback) in enumerate(
        [("None", "You would fall."), ("At least one", "The other one moves."), ("Four", "You have two.")]
    ):
        write(options.nth(number).get_by_role("textbox").first, text)
        write(options.nth(number).get_by_role("textbox").last, feedback)
    options.nth(1).get_by_role("checkbox", name="Right").check()
    publish(page)


def make_course(page):
    """A course of three lessons: text, a picture, a check. All of it ends up published."""
    page.get_by_label("Title of the course").fill(COURSE)
    fits(page)
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_text("is a draft with one module and one lesson")).to_be_visible()
    page.get_by_role("textbox", name="Summary").fill("Climb, stand and come down without a fall.")
    publish(page)

    page.get_by_role("link", name=f"Explore child pages of '{COURSE}'").click()
    page.get_by_role("link", name="Module 1", exact=True).click()
    rename(page, MODULE)
    publish(page)

    page.get_by_role("link", name=f"Explore child pages of '{MODULE}'").click()
    page.get_by_role("link", name="Lesson 1", exact=True).click()
    rename(page, FIRST)
    write(add_block(page, "Text").get_by_role("textbox"), "Look at every rung before you climb.")
    publish(page)

    add_lesson(page, PICTURED)
    block = add_block(page, "Image")
    block.get_by_role("button", name="Choose an image").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("tab", name="Upload").click()
    picture = {"name": "ladder.png", "mimeType": "image/png", "buffer": png("teal", (320, 200))}
    dialog.get_by_label("File").set_input_files(picture)
    expect(dialog.get_by_label("Title")).to_have_value("ladder")
    dialog.get_by_role("button", name="Upload").click()
    expect(dialog).to_have_count(0)
    block.get_by_role("textbox", name="Alternative text").fill(ALT)
    publish(page)

    add_lesson(page, CHECKED)
    add_block(page, "Knowledge check").get_by_role("button", name="Choose question").click()
    dialog.get_by_role("link", name="Hands on the ladder").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("tab", name="Learning").click()
    page.get_by_role("combobox", name="Done when").select_option(label="All knowledge checks are answered right")
    publish(page)


# What the learner does ----------------------------------------------------------------


def progress_bar(page):
    return page.get_by_role("navigation", name="This course")


def begin_course(page):
    page.get_by_role("banner").get_by_role("link", name="Catalog").click()
    heading(page, "Catalog")
    page.get_by_label("Words in the title, summary or topic").fill("ladders")
    page.get_by_role("button", name="Show courses").click()
    expect(page.get_by_text("Showing 1 of 1 course")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name=COURSE).click()
    heading(page, COURSE)
    page.get_by_role("button", name="Enroll").click()
    heading(page, FIRST)
    assert page.url.endswith("/catalog/ladders-and-heights/on-the-ladder/look-at-it-first/")
    expect(page.get_by_text("Look at every rung before you climb.")).to_be_visible()
    page.get_by_role("button", name="Mark complete and go on").click()
    heading(page, PICTURED)
    expect(progress_bar(page)).to_contain_text("1 of 3 lessons done")


def sign_out(page):
    page.get_by_text("Menu of Lea Learner").locator("..").click()
    page.get_by_role("button", name="Sign out").click()
    heading(page, "Sign in")


def go_on(page):
    """From My learning to the lesson that was open when they left, and on to the end."""
    expect(page.get_by_text("Continue where you left off")).to_be_visible()
    fits(page)
    page.get_by_role("link", name="Continue", exact=True).click()
    heading(page, PICTURED)
    picture = page.get_by_role("img", name=ALT)
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.get_by_role("button", name="Mark complete and go on").click()
    heading(page, CHECKED)

    expect(page.get_by_role("button", name="Mark complete")).to_have_count(0)
    page.get_by_role("radio", name="None").check()
    page.get_by_role("button", name="Check my answer").click()
    expect(page.get_by_text("Not yet", exact=True)).to_be_visible()
    expect(page.get_by_text("You would fall.")).to_be_visible()
    expect(progress_bar(page)).to_contain_text("2 of 3 lessons done")
    assert "The other one moves." not in page.content()
    fits(page)
    page.get_by_role("radio", name="At least one").check()
    page.get_by_role("button", name="Check again").click()
    heading(page, f"You have completed {COURSE}")
    expect(page.get_by_role("definition").first).to_have_text("3")


# What the administrator sees ------------------------------------------------------------


def completions(page):
    page.reload()
    page.wait_for_function("document.querySelector('[data-tiles-done]').textContent !== ''")
    tile = page.locator("lectern-tile", has=page.get_by_role("heading", name="Completions", exact=True))
    fits(page)
    return int(tile.locator(".chart__value").inner_text())


def test_from_an_empty_page_to_a_completion(people, enter):
    administrator = enter("anna@example.com", "/admin/reports/dashboard/")
    before = completions(administrator)

    editor = enter("emil@example.com", "/admin/")
    make_question(editor)
    editor.get_by_role("link", name="Lectern home").click()
    make_course(editor)

    learner = enter("lea@example.com", "/my-learning/")
    begin_course(learner)
    sign_out(learner)
    learner.context.close()
    assert completions(administrator) == before

    tomorrow = timezone.now() + dt.timedelta(days=1)
    with time_machine.travel(tomorrow):
        learner = enter("lea@example.com", "/my-learning/")
        expect(learner.get_by_text(f"{tomorrow:%A}, {tomorrow.day}")).to_be_visible()
        go_on(learner)
        assert completions(administrator) == before + 1
