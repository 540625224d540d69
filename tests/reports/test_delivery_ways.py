"""Attached or behind a link: by what the schedule says, by size, by whether people are named, and by who can sign in."""

import pytest

from reports.checking import names_people
from reports.models import Artifact, Delivered
from reports.registries import source_for
from reports.services import deliver_run, render_run, request_run
from reports.services.delivery import MOST_ATTACHED
from reports.spec import read_spec
from tests.factories.accounts import make_person
from tests.factories.reports import make_schedule
from tests.factories.runs import MONDAY, make_ready_run

pytestmark = pytest.mark.django_db

NAMES, NUMBERS = "course-progress", "completion-by-course"


def mail_of(report: str, way: Delivered, size: int = 900, **fields):
    run = make_ready_run(report=report, delivery=way, **fields)
    run.artifacts.update(size=size)
    (mail,) = deliver_run(run_id=run.pk)
    return mail, run.deliveries.get()


@pytest.mark.parametrize(
    ("report", "way", "size", "is_attached", "words"),
    [
        (NUMBERS, Delivered.AUTO, MOST_ATTACHED, True, "The report is attached."),
        (NUMBERS, Delivered.AUTO, MOST_ATTACHED + 1, False, "With 5.0\xa0MB it is too large for a mail."),
        (NAMES, Delivered.AUTO, 900, False, "It names people, so it is not sent by mail."),
        (NAMES, Delivered.ATTACH, MOST_ATTACHED + 1, True, "The report is attached."),
        (NUMBERS, Delivered.LINK, 900, False, "Its schedule sends no files by mail."),
    ],
)
def test_what_somebody_with_an_account_gets(report, way, size, is_attached, words):
    mail, delivery = mail_of(report, way, size, people=[make_person(roles=("report_administrator",))])
    assert mail.attachments.count() == int(is_attached)
    link = f"http://testserver/reports/received/{delivery.uuid}/"
    for body in (mail.text, mail.html):
        assert words.replace("\xa0", " ") in body.replace("\xa0", " ")
        assert (link in body) is not is_attached
        assert "CSV: 0 of 0 rows" in body


@pytest.mark.parametrize("way", [Delivered.AUTO, Delivered.ATTACH])
def test_an_address_without_an_account_gets_the_file_itself(way):
    mail, _delivery = mail_of(NAMES, way, addresses=["board@example.com"])
    assert mail.attachments.count() == 1


def test_an_address_that_lost_its_account_gets_no_link_it_cannot_open():
    ada = make_person()
    run = make_ready_run(delivery=Delivered.LINK, people=[ada], addresses=["board@example.com"])
    (mail,) = deliver_run(run_id=run.pk)
    assert mail.to_address == ada.email
    held = run.deliveries.get(address="board@example.com")
    assert (held.mail, held.state) == (None, "suppressed")
    assert held.reason.startswith("Nobody with this address has an account")


def test_by_hand_it_comes_as_by_schedule():
    ada = make_person(roles=("report_administrator",))
    schedule = make_schedule(formats=["csv"])
    run = request_run(schedule=schedule, person=ada, now=MONDAY)
    assert render_run(run_id=run.pk, now=MONDAY)
    (mail,) = deliver_run(run_id=run.pk)
    assert mail.attachments.count() == 0
    assert mail.headers == {}


def test_a_file_knows_its_size_and_whether_it_names_people():
    run = make_ready_run(report=NUMBERS, people=[make_person()])
    artifact = Artifact.objects.get(run=run)
    assert (artifact.size, artifact.is_personal) == (len(artifact.open().read()), False)
    assert make_ready_run(report=NAMES, people=[make_person()]).artifacts.get().is_personal


@pytest.mark.parametrize(
    ("parts", "given", "expected"),
    [
        ({"columns": [{"column": "course"}]}, {}, False),
        ({"columns": [{"column": "course"}, {"column": "person"}]}, {}, True),
        ({"columns": [{"column": "course"}, {"column": "person", "aggregation": "count_distinct"}]}, {}, False),
        ({"conditions": {"of": [{"column": "email", "operator": "is", "value": "ada@example.com"}]}}, {}, True),
        ({"filters": [{"column": "person", "operator": "contains"}]}, {}, False),
        ({"filters": [{"column": "person", "operator": "contains"}]}, {"person_contains": "Ada"}, True),
        ({"summary": {"columns": [{"column": "person"}, {"column": "records", "aggregation": "count"}]}}, {}, True),
    ],
)
def test_what_names_people(parts, given, expected):
    spec = read_spec({"source": "enrollments", "columns": [{"column": "course"}], **parts})
    assert names_people(spec, source_for("enrollments"), given) is expected


@pytest.mark.parametrize(("source", "column"), [("deliveries", "reason"), ("mails", "why")])
def test_why_a_mail_was_not_sent_may_name_its_reader(source, column):
    """Servers quote the address, and we say whose rows were not sent."""
    spec = read_spec({"source": source, "columns": [{"column": "state"}, {"column": column}]})
    assert names_people(spec, source_for(source), {})
    assert not names_people(read_spec({"source": source, "columns": [{"column": "state"}]}), source_for(source), {})
