"""A report from empty to saved with the keyboard alone: no pointer, no mouse, the focus is where one left it."""

import csv
import datetime as dt
import json
import re

import openpyxl
import pypdf
import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from learning.services import complete_lesson, enroll
from reports.models import Report, Schedule
from tests.browser.conftest import PATIENCE
from tests.factories.accounts import make_person, make_team
from tests.factories.lms_pages import lessons_of, make_course

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TABS = 120


@pytest.fixture
def teams():
    """Last month: Operations 1 of 3, Sales 1 of 1; an instructor in Sales and an enrollment of today do not count."""
    course = make_course(modules=1, with_check=False)
    people = [make_person(name) for name in ("Olga Ops", "Omar Ops", "Otto Ops", "Sara Sales")]
    teacher = make_person("Tom Teacher", roles=("instructor",))
    long_ago = dt.date(2020, 1, 1)
    make_team("Operations", members=people[:3], since=long_ago)
    make_team("Sales", members=[people[3], teacher], since=long_ago)
    day = timezone.localdate().replace(day=1) - dt.timedelta(days=10)
    noon = timezone.make_aware(dt.datetime.combine(day, dt.time(12)))
    for person in (*people, teacher):
        run = enroll(learner=person, course=course, source="staff", at=noon)
        for lesson in lessons_of(course) if person in (people[0], people[3]) else ():
            complete_lesson(enrollment=run, lesson=lesson)
    enroll(learner=people[1], course=make_course("Other"), source="staff")


class Keyboard:
    """Somebody who has a keyboard and nothing else. The browser says what has the focus."""

    def __init__(self, page):
        self.page = page

    @property
    def focused(self):
        return self.page.evaluate("document.activeElement.id")

    def go_to(self, field):
        """Tab on, from wherever one is, until the focus is there."""
        for _step in range(TABS):
            if self.focused == field:
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{field} was not reached by tabbing; the focus is on {self.focused}")

    def back_to(self, field):
        for _step in range(TABS):
            if self.focused == field:
                return
            self.page.keyboard.press("Shift+Tab")
        raise AssertionError(f"{field} was not reached by tabbing back; the focus is on {self.focused}")

    def open(self, words):
        """Tab on to a link or button by what it is called, and press it."""
        for _step in range(TABS):
            if (
                self.page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()")
                == words
            ):
                return self.page.keyboard.press("Enter")
            self.page.keyboard.press("Tab")
        raise AssertionError(f"“{words}” was not reached by tabbing")

    def choose(self, words):
        """Type ahead in a choice, as one does: as much as every keyboard has."""
        self.page.keyboard.type(words.partition(" ·")[0])
        label = "document.activeElement.selectedOptions[0].label"
        assert self.page.evaluate(label) == words, self.page.evaluate(label)

    def press(self, key="Enter"):
        self.page.keyboard.press(key)
        self.settled()

    def settled(self):
        """The answer is there: the form is not asking any more, and has asked all it will."""
        self.page.wait_for_function("!document.querySelector('#builder:is([aria-busy], [data-waiting])')")

    def said(self, words):
        self.page.wait_for_function(
            "words => document.getElementById('builder-status').textContent.includes(words)",
            arg=words,
            timeout=PATIENCE,
        )


def test_completion_rate_by_team_with_the_keyboard_alone(visit, sign_in, enter, teams, tmp_path):
    make_person("Rita Report", email="rita@example.com", roles=("report_administrator",), password="ladders-and-rungs")
    page = enter("rita@example.com", reverse("reports_build", args=["enrollments"]))
    keys = Keyboard(page)
    page.wait_for_selector("#builder")

    # Three of the four columns it begins with go, the one on teams stays. The focus waits on the next one to remove.
    keys.go_to("title")
    page.keyboard.type("Completion rate by team")
    keys.go_to("columns-0-remove")
    keys.press()
    keys.said("“Person” is removed.")
    assert keys.focused == "columns-0-remove"
    keys.go_to("columns-1-remove")
    for _column in range(2):
        keys.press()
    page.wait_for_function("!document.getElementById('columns-1-column')")
    assert page.evaluate("document.getElementById('columns-0-column').value") == "team"

    keys.go_to("new-columns")
    keys.choose("Is completed")
    keys.go_to("columns-add")
    keys.press()
    keys.said("“Is completed” is added as number 2.")
    keys.back_to("columns-1-how")
    keys.choose("percent yes")
    keys.settled()
    # What stands where is said, and the button that moved the row keeps the focus.
    keys.go_to("columns-1-up")
    keys.press()
    keys.said("“Is completed” is now number 1 of 2.")
    assert keys.focused == "columns-0-up"
    keys.go_to("columns-0-down")
    keys.press()
    assert keys.focused == "columns-1-down"

    keys.go_to("new-conditions")
    keys.choose("Enrolled")
    keys.go_to("conditions-add")
    keys.press()
    assert keys.focused == "conditions-of-0-operator"
    keys.go_to("new-conditions")
    keys.choose("Is an instructor")
    keys.go_to("conditions-add")
    keys.press()
    assert keys.focused == "conditions-of-1-operator"
    keys.choose("is no")
    keys.settled()

    keys.go_to("chart-kind")
    keys.choose("Bars")
    keys.settled()
    assert keys.focused == "chart-kind"
    page.wait_for_selector("#builder-preview .is-drawn")
    keys.go_to("new-sort")
    keys.choose("Is completed · percent yes")
    keys.go_to("sort-add")
    keys.press()
    preview = page.locator("#builder-preview .rep-table tbody tr").all_inner_texts()
    assert [row.split("\t") for row in preview] == [["Operations", "33.3\u00a0%"], ["Sales", "100\u00a0%"]]

    keys.go_to("save")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/reports/report/completion-rate-by-team/")
    shown = page.locator(".rep-block .rep-table tbody tr").all_inner_texts()
    assert shown == preview

    # The same from the command line, and by hand.
    report = Report.objects.get()
    (tmp_path / "spec.json").write_text(json.dumps(report.spec))
    call_command(
        "run_report", spec=str(tmp_path / "spec.json"), format="csv", output=str(tmp_path / "out.csv"), verbosity=0
    )
    rows = list(csv.reader((tmp_path / "out.csv").open()))[1:]
    assert rows == [["Operations", "33.3"], ["Sales", "100.0"]]
    assert by_hand() == [("Operations", 33.3), ("Sales", 100.0)]
    assert in_files(tmp_path) == {
        "csv": [["Operations", "33.3"], ["Sales", "100.0"]],
        "xlsx": [("Operations", 33.3), ("Sales", 100)],
        "pdf": [tuple(row.split("\t")) for row in preview],
    }
    schedule_it(page, keys)


def in_files(folder):
    """The rows of the saved report as its files have them; of the PDF, as somebody reads them."""
    for kind in ("csv", "xlsx", "pdf"):
        call_command(
            "run_report", "completion-rate-by-team", format=kind, output=str(folder / f"saved.{kind}"), verbosity=0
        )
    sheet = openpyxl.load_workbook(folder / "saved.xlsx").active
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(folder / "saved.pdf").pages)
    return {
        "csv": list(csv.reader((folder / "saved.csv").open(encoding="utf-8-sig")))[1:],
        "xlsx": list(sheet.iter_rows(min_row=2, values_only=True)),
        "pdf": re.findall(r"^(Operations|Sales) ([\d.]+\u00a0%)$", text, re.M),
    }


def schedule_it(page, keys):
    """From the report's page to a schedule, on the second of each month, still without a pointer."""
    keys.open("Schedule: Completion rate by team")
    page.wait_for_url("**/schedule/create/?report=completion-rate-by-team")
    page.wait_for_selector("#schedule-times li")
    assert page.input_value("#id_title") == "Completion rate by team"
    keys.go_to("id_days_3")
    page.keyboard.press("ArrowDown")
    assert keys.focused == "id_days_4"
    keys.go_to("id_month_day")
    page.keyboard.press("Control+A")
    page.keyboard.type("2")
    # The next times follow while one types, and before anything is saved.
    page.wait_for_function(
        "[...document.querySelectorAll('#schedule-times li')].filter(line => /\\b2 /.test(line.textContent)).length === 5"
    )
    assert Schedule.objects.count() == 0
    page.keyboard.press("Enter")
    page.wait_for_url("**/schedule/**")
    page.wait_for_selector("text=Completion rate by team")
    schedule = Schedule.objects.get()
    assert (schedule.report, schedule.days, schedule.month_day) == ("completion-rate-by-team", "monthly", 2)
    assert [entry.email for entry in schedule.recipients.all()] == ["rita@example.com"]


def by_hand():
    today = timezone.localdate().replace(day=1)
    before = (today - dt.timedelta(days=1)).replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT team.name, ROUND(100.0 * SUM(CASE WHEN run.status = 'completed' THEN 1 ELSE 0 END) / COUNT(*), 1)
            FROM learning_enrollment run
            JOIN accounts_teammembership membership ON membership.user_id = run.learner_id AND membership.is_primary
            JOIN accounts_team team ON team.id = membership.team_id
            WHERE run.enrolled_at >= %s AND run.enrolled_at < %s AND run.learner_id NOT IN (
                SELECT link.user_id FROM accounts_user_groups link
                JOIN auth_group role ON role.id = link.group_id WHERE role.name = 'instructor'
            )
            GROUP BY team.name ORDER BY 2
            """,
            [before.isoformat(), today.isoformat()],
        )
        return [(name, float(rate)) for name, rate in cursor.fetchall()]
