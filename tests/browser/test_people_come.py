"""People come on board in a browser: a file with a bad row, a mended one, an invitation, a team, a reminder, a refusal."""

from urllib.parse import urljoin

import pytest

from accounts.roles import ADMINISTRATOR
from notifications.models import MailKind, OutboxMail
from tests.browser.conftest import PASSWORD, fits, heading, said, sign_in_at, texts_to
from tests.factories.accounts import link_in_text, make_person, make_team
from tests.factories.imports import csv_bytes
from tests.factories.lms_pages import make_course

# `make test` collects this file without the browser's packages, and deselects it.
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is installed by make test-browser.").expect

pytestmark = pytest.mark.browser

OPEN, ASKED = "Fire drills", "Forklifts"
HEADER = ["E-mail address", "First name", "Last name", "Team"]
NIA, BEN = "nia@example.com", "ben@example.com"
GOOD = [[NIA, "Nia", "New", "Night shift"], [BEN, "Ben", "Brook", "Night shift"]]
BAD = [GOOD[0], ["ben at example.com", *GOOD[1][1:]]]
REASON = "Only people of the yard drive a forklift. Ask again when you work there."


@pytest.fixture
def site(mail_server, settings, live_server):
    """An administrator, a manager with an empty team, a learner of no team and two courses; mail leaves, with links that open."""
    settings.EMAIL_BACKEND = "notifications.backends.OutboxBackend"
    settings.WAGTAILADMIN_BASE_URL = live_server.url
    make_person("Ada Admin", email="ada@example.com", roles=(ADMINISTRATOR,), password=PASSWORD)
    manager = make_person("Mona Manager", email="mona@example.com", password=PASSWORD)
    make_team("Night shift", managers=[manager])
    make_person("Otto Other", email="otto@example.com", password=PASSWORD)
    make_course(OPEN, modules=1, lessons=2, with_check=False, slug="fire-drills")
    make_course(ASKED, modules=1, lessons=1, with_check=False, slug="forklifts", enrollment_policy="request")


# What the administrator does ------------------------------------------------------------


def upload(page, rows):
    """From the page that takes a file to the one that says what it would change."""
    content = csv_bytes(rows, header=HEADER)
    page.get_by_label("File").set_input_files({"name": "night.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Upload and look").click()
    said(page, "Which column is which?")
    page.get_by_role("button", name="Check the file").click()


def import_people(page):
    """A file with a bad row writes nothing and says why; the mended one is written, with invitations."""
    page.get_by_role("link", name="Import", exact=True).click()
    upload(page, BAD)
    said(page, "1 of 2 rows cannot be imported, so nothing is.")
    expect(
        page.get_by_role("row", name="1 3 E-mail address “ben at example.com” is not an e-mail address.")
    ).to_be_visible()
    page.get_by_role("link", name="Upload the mended file").click()
    upload(page, GOOD)
    said(page, "Nothing is written yet. Below is what the file would change: 2 new.")
    page.get_by_label("Send an invitation to the new people").check()
    page.get_by_role("button", name="Write 2 rows").click()
    said(page, "2 rows were written. 2 people were invited.")


def choose_row(page, name):
    page.get_by_role("checkbox", name=f"Choose {name}").check()
    fits(page)


def enroll_person(page, name):
    """From the list of people, by what may be done with those chosen there."""
    page.goto(urljoin(page.url, "/admin/accounts/user/"))
    choose_row(page, name)
    page.get_by_role("button", name="Enroll in a course…").click()
    heading(page, "Enroll 1 person in a course?")
    page.get_by_role("combobox", name="Course").select_option(label=OPEN)
    page.get_by_role("main").get_by_role("button", name="Enroll", exact=True).click()
    said(page, f"1 person is enrolled in “{OPEN}”.")


def make_link(page):
    """The address of a new invitation link to the course that is asked for."""
    page.goto(urljoin(page.url, "/admin/learning/invitelink/"))
    page.get_by_role("link", name="Make an invitation link").first.click()
    page.get_by_role("combobox", name="Course").select_option(label=ASKED)
    fits(page)
    page.get_by_role("button", name="Make a link").click()
    said(page, "The link is ready. Copy its address and pass it on.")
    return page.locator(".record-code").inner_text()


def decline(page, name):
    page.goto(urljoin(page.url, "/admin/learning/enrollment/"))
    row = page.get_by_role("row").filter(has_text=name)
    row.get_by_role("link", name="Decline…").click()
    said(page, f"{name} asked for a place in “{ASKED}”")
    page.get_by_role("textbox", name="Reason").fill(REASON)
    page.get_by_role("button", name="Decline the request").click()
    said(page, f"The request of {name} was declined.")


# What the others do ---------------------------------------------------------------------


def accept(page, name, email):
    """Set the first password behind the mail's link, leave, and come in again by the form."""
    heading(page, f"Welcome, {name}")
    page.get_by_role("textbox", name="Password").first.fill(PASSWORD)
    page.get_by_role("textbox", name="Password").last.fill(PASSWORD)
    page.get_by_role("button", name="Set the password and start").click()
    said(page, f"Welcome, {name}. Your password is set.")
    page.get_by_text(f"Menu of {name}").locator("..").click()
    page.get_by_role("button", name="Sign out").click()
    heading(page, "Sign in")
    sign_in_at(page, email)
    page.wait_for_url("**/my-learning/")
    fits(page)


def remind(page, name):
    page.get_by_role("button", name=f"Send a reminder to {name} about {OPEN}").click()


def ask_for_a_place(page):
    page.get_by_label("Why you would like to take this course").fill("I would like to move pallets.")
    page.get_by_role("button", name="Ask to enroll").click()
    said(page, "Your request was sent. You will get a mail when somebody has decided.")


def test_people_come(site, mail_server, visit, enter, live_server):
    administrator = enter("ada@example.com", "/admin/accounts/user/")
    import_people(administrator)
    assert [len(texts_to(mail_server, address)) for address in (NIA, BEN)] == [1, 1]

    links = [link_in_text(text).removeprefix(live_server.url) for text in texts_to(mail_server, NIA)]
    nia = visit(links[0])
    accept(nia, "Nia New", NIA)
    enroll_person(administrator, "Nia New")
    nia.reload()
    expect(nia.get_by_role("heading", level=2, name=OPEN)).to_be_visible()
    nia.goto(make_link(administrator))
    heading(nia, ASKED)
    nia.get_by_role("button", name="Join the course").click()
    said(nia, f"You are enrolled in “{ASKED}”.")

    manager = enter("mona@example.com", "/team/")
    expect(manager.get_by_role("heading", level=2)).to_have_text(["Nia New", "Ben Brook"])
    # The same page in another tab, which knows nothing of what this one does.
    other_tab = manager.context.new_page()
    other_tab.goto(manager.url)
    remind(manager, "Nia New")
    said(manager, f"A reminder about “{OPEN}” is on its way to Nia New.")
    expect(manager.get_by_text("Reminded today")).to_be_visible()
    remind(other_tab, "Nia New")
    said(other_tab, "No mail was sent: a reminder about this course went to this person today already.")
    reminders = [text for text in texts_to(mail_server, NIA) if f"Mona Manager reminds you of “{OPEN}”." in text]
    assert len(reminders) == OutboxMail.objects.filter(kind=MailKind.REMINDER).count() == 1

    otto = enter("otto@example.com", "/catalog/forklifts/")
    ask_for_a_place(otto)
    assert texts_to(mail_server, "otto@example.com") == []
    decline(administrator, "Otto Other")
    (refusal,) = texts_to(mail_server, "otto@example.com")
    assert REASON in refusal
    otto.reload()
    expect(otto.get_by_role("button", name="Ask to enroll")).to_be_visible()
    fits(otto)
