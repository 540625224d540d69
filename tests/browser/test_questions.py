"""Answering with the keyboard, the mouse, and without scripts."""

import re

import pytest

from assessment.models import Response
from learning.services import enroll
from tests.factories.accounts import make_person
from tests.factories.lms_pages import check_block, make_course, make_lesson, make_module
from tests.factories.questions import make_question

# `make test` collects this file without the browser's packages, and deselects it.
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is installed by make test-browser.").expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = ["Alpha", "Beta", "Gamma", "Delta"]


@pytest.fixture
def asked(live_server, sign_in):
    """Asks one question of a learner who is signed in; gives the lesson's address."""

    def asked(kind, data):
        learner = make_person("Lea Learner")
        course = make_course(modules=0)
        lesson = make_lesson(make_module(course), body=[check_block(make_question(kind, data=data))])
        enroll(learner=learner, course=course, source="staff")
        sign_in(learner)
        return live_server.url + lesson.url

    return asked


def order(page) -> list[str]:
    return [text.strip() for text in page.locator(".sortable-words").all_inner_texts()]


def check(page) -> str:
    page.get_by_role("button", name=re.compile("^Check my answer")).click()
    page.wait_for_url(re.compile("#check-"))
    return page.locator(".verdict, .field-error").inner_text().strip()


def test_items_are_ordered_with_the_keyboard_and_each_move_is_said(page, asked):
    page.goto(asked("ordering", {"items": WORDS}))
    said = page.locator("[data-sortable-said]")
    for place, word in enumerate(WORDS):
        while (now := order(page).index(word)) > place:
            item = page.locator(".sortable-item").nth(now)
            move = item.get_by_role("button", name="Move up")
            move.focus()
            page.keyboard.press("Enter")
            expect(said).to_have_text(f"“{word}” is now in place {now} of 4.")
            assert page.evaluate("document.activeElement.textContent").endswith("Move up")
    assert order(page) == WORDS
    first = page.locator(".sortable-item").first.get_by_role("button", name="Move up")
    expect(first).to_have_attribute("aria-disabled", "true")
    assert check(page) == "Right"
    assert order(page) == WORDS


def test_items_are_dragged(page, asked):
    page.goto(asked("ordering", {"items": WORDS}))
    before = order(page)
    page.locator(".sortable-item").last.scroll_into_view_if_needed()
    top = page.locator(".sortable-item").first.bounding_box()
    last = page.locator(".sortable-item").last.bounding_box()
    page.mouse.move(top["x"] + 80, top["y"] + top["height"] / 2)
    page.mouse.down()
    page.mouse.move(last["x"] + 80, last["y"] + last["height"] / 2, steps=12)
    page.mouse.move(last["x"] + 80, last["y"] + last["height"] - 2, steps=3)
    page.mouse.up()
    assert order(page) == [*before[1:], before[0]]
    expect(page.locator("[data-sortable-said]")).to_have_text(f"“{before[0]}” is now in place 4 of 4.")
    places = page.locator(".sortable-item select").evaluate_all("all => all.map(field => field.value)")
    assert places == ["1", "2", "3", "4"]


def test_an_order_nobody_touched_is_no_answer(page, asked):
    page.goto(asked("ordering", {"items": WORDS}))
    assert check(page) == "Put the items into order, then check your answer."
    assert not Response.objects.exists()


def test_without_scripts_items_are_ordered_by_their_places(browser, page, asked):
    address = asked("ordering", {"items": WORDS})
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(address)
    for place, word in enumerate(WORDS, 1):
        plain.get_by_role("combobox", name=f"Place {word}").select_option(str(place))
    assert plain.get_by_role("button", name="Move up").count() == 0
    assert check(plain) == "Right"
    context.close()


def test_an_essay_counts_its_words_aloud_to_the_eye(page, asked):
    page.goto(asked("essay", {"min_words": 3}))
    words = page.locator("[data-words]")
    expect(words).to_have_text("Nothing is written yet.")
    page.locator("textarea").fill("One")
    expect(words).to_have_text("One word so far.")
    page.locator("textarea").fill("One two  three\nfour")
    expect(words).to_have_text("4 words so far.")
    assert check(page) == "Thank you, your answer is in"
