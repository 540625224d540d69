"""Keys in the page editor, and the way home."""

import pytest
from django.urls import reverse

from accounts.roles import CONTENT_EDITOR
from lms_pages.models import LessonPage
from tests.factories.accounts import make_person
from tests.factories.lms_pages import make_course

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PRESS_ENTER = """field => field.dispatchEvent(
  new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true })) ? "let through" : "prevented"
"""


def test_enter_in_a_field_publishes_nothing_and_the_button_does(page, live_server, sign_in):
    sign_in(make_person("Emil Editor", roles=(CONTENT_EDITOR,)))
    make_course(modules=1, lessons=1, with_check=False)
    lesson = LessonPage.objects.get()
    address = live_server.url + reverse("wagtailadmin_pages:edit", args=[lesson.pk])
    page.goto(address)
    assert page.locator(".sidebar-custom-branding").get_attribute("aria-label") == "Lectern home"

    title = page.locator("#id_title")
    title.fill("Renamed")
    assert title.evaluate(PRESS_ENTER) == "prevented"
    title.press("Enter")
    assert not LessonPage.objects.filter(title="Renamed").exists()

    page.get_by_role("button", name="Publish", exact=True).click()
    page.wait_for_url(lambda url: url != address)
    lesson.refresh_from_db()
    assert lesson.title == "Renamed"
