"""Background work, connections and the audit log: who reads them, and what they say."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from operations import views
from operations.checks import Finding
from operations.models import Heartbeat, ProcessKind
from operations.services import record_heartbeat, record_sign_in_failure
from tests.factories.accounts import make_person, make_team
from tests.factories.lms_pages import make_course
from tests.factories.notifications import make_mail
from tests.factories.operations import make_result

pytestmark = pytest.mark.django_db
PAGES = ["operations_background", "operations_connections", "operations_audit"]


@pytest.fixture
def administrator(client):
    person = make_person("Ada Admin", roles=("administrator",))
    client.force_login(person)
    return person


def text_of(client, name: str, **query) -> str:
    response = client.get(reverse(name), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("role", ["report_administrator", "manager", "instructor", "content_editor"])
@pytest.mark.parametrize("name", PAGES)
def test_other_roles_read_none_of_it(client, role, name, monkeypatch):
    monkeypatch.setattr(views, "CONNECTIONS", ())
    client.force_login(make_person(roles=(role,)))
    assert client.get(reverse(name)).status_code in (302, 403)
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert reverse(name) not in home


def test_background_work_says_what_is_wrong(client, administrator, monkeypatch):
    monkeypatch.setattr(views, "queue_lengths", lambda: None)
    text = text_of(client, "operations_background")
    assert "The broker cannot be reached, so no new work is handed out." in text
    assert "No worker reads the queues default, mail, reports." in text
    assert "Beat has not been heard from." in text


def test_background_work_says_that_all_is_well(client, administrator, monkeypatch):
    monkeypatch.setattr(views, "queue_lengths", lambda: {"default": 0, "mail": 1200, "reports": 0})
    now = timezone.now()
    record_heartbeat(kind=ProcessKind.BEAT, name="beat@a", started_at=now)
    record_heartbeat(kind=ProcessKind.WORKER, name="worker@a", started_at=now, queues=("default", "mail", "reports"))
    text = text_of(client, "operations_background")
    assert "Beat and all workers are at work." in text
    assert "1,200" in text
    Heartbeat.objects.filter(kind="worker").update(seen_at=now - timedelta(minutes=5))
    assert "silent" in text_of(client, "operations_background")


def test_background_work_lists_what_failed_and_offers_another_try(client, administrator):
    make_mail(state="failed")
    make_mail()
    failed = make_result(task="notifications.tasks.send_mail", status="FAILURE", why="disk full <b>")
    make_result(task="notifications.tasks.send_mail")
    response = client.get(reverse("operations_background"))
    states = {str(state.label): (state.waiting, state.running, state.failed) for state in response.context["work"]}
    assert states == {
        "Imports": (0, 0, 0),
        "Mail": (1, 0, 1),
        "Courses being published": (0, 0, 0),
        "Reports": (0, 0, 0),
        "Events for analytics services": (0, 0, 0),
        "Exports of reports": (0, 0, 0),
    }
    text = " ".join(response.content.decode().split())
    assert "ValueError: disk full &lt;b&gt;" in text
    assert "Showing 1 of 1 from the last 7 days." in text
    assert reverse("operations_repeat", args=[failed.pk]) in text


def test_background_work_costs_the_same_for_few_and_for_many(client, administrator):
    def queries() -> int:
        client.get(reverse("operations_background"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("operations_background"))
        return len(captured)

    make_result(status="FAILURE")
    make_mail(state="failed")
    before = queries()
    for _number in range(15):
        make_result(status="FAILURE")
        make_mail(state="failed")
    assert queries() == before
    assert "Showing 10 of 16" in text_of(client, "operations_background")


def test_connections_are_told_in_words(client, administrator, monkeypatch):
    def well():
        return Finding("Cache", "answers")

    def ill():
        return Finding("Broker", "no answer", False, "Start it.")

    def broken():
        raise RuntimeError("no idea")

    monkeypatch.setattr(views, "CONNECTIONS", (well, ill))
    monkeypatch.setattr(views, "checks", [broken])
    text = text_of(client, "operations_connections")
    assert "2 of 3 need mending." in text
    assert "Start it." in text
    assert "RuntimeError: no idea" in text


# The audit log ---------------------------------------------------------------------


def entries(client, **query) -> list[tuple[str, str, str]]:
    response = client.get(reverse("operations_audit"), query)
    return [(entry.who, entry.did, entry.label) for entry in response.context["entries"]]


def test_pages_and_records_stand_in_one_log(client, administrator):
    team = make_team("Operations")
    course = make_course("Fire safety")
    log(instance=team, action="wagtail.edit", user=administrator)
    log(instance=course, action="wagtail.edit", user=administrator)
    found = entries(client)
    assert found[:2] == [("Ada Admin", "Edited", "Fire safety"), ("Ada Admin", "Edited", "Operations")]
    response = client.get(reverse("operations_audit"))
    newest = response.context["entries"][0]
    assert (newest.kind, newest.url) == ("Course", reverse("wagtailadmin_pages:edit", args=[course.pk]))


def test_filters_of_the_log(client, administrator):
    other = make_person("Otto Other", roles=("administrator",))
    team, course = make_team("Operations"), make_course("Fire safety")
    ModelLogEntry.objects.all().delete()
    log(instance=team, action="wagtail.edit", user=administrator)
    log(instance=team, action="wagtail.create", user=other)
    log(instance=course, action="wagtail.edit", user=other)
    ModelLogEntry.objects.filter(user=other).update(timestamp=timezone.now() - timedelta(days=40))
    today = timezone.localdate()

    assert entries(client, person="otto", object="oper") == [("Otto Other", "Created", "Operations")]
    assert entries(client, person=administrator.email) == [("Ada Admin", "Edited", "Operations")]
    assert entries(client, action="wagtail.create", object="Operations") == [("Otto Other", "Created", "Operations")]
    assert entries(client, object="Fire", since=today, until=today)[0] == ("Otto Other", "Edited", "Fire safety")
    assert entries(client, object="Operations", since=today) == [("Ada Admin", "Edited", "Operations")]
    assert entries(client, object="Operations", until=today - timedelta(days=1)) == [
        ("Otto Other", "Created", "Operations")
    ]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"since": "2026-02-30"}, "Enter a valid date."),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "“From” is later than “Until”"),
        ({"action": "nonsense"}, "not one of the available choices"),
        ({"object": "no such thing"}, "Nothing matches."),
    ],
)
def test_filters_that_cannot_be_say_so(client, administrator, query, sentence):
    assert sentence in text_of(client, "operations_audit", **query)


def test_a_name_is_escaped_in_the_log(client, administrator):
    log(instance=make_team("<script>alert(1)</script>"), action="wagtail.edit", user=administrator)
    assert "<script>alert(1)" not in text_of(client, "operations_audit")


def test_the_log_costs_the_same_for_few_and_for_many_and_tells_how_many(client, administrator):
    team = make_team("Operations")

    def queries() -> int:
        client.get(reverse("operations_audit"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("operations_audit"))
        return len(captured)

    log(instance=team, action="wagtail.edit", user=administrator)
    before = queries()
    for _number in range(60):
        log(instance=team, action="wagtail.edit", user=make_person())
    assert queries() == before
    total = client.get(reverse("operations_audit")).context["page_obj"].paginator.count
    assert f"1–50 of {total}" in text_of(client, "operations_audit")
    assert f"51–{total} of {total}" in text_of(client, "operations_audit", p=2)
    assert f"51–{total} of {total}" in text_of(client, "operations_audit", p=99)


def test_wagtails_own_page_of_the_log_leads_here(client, administrator):
    for address in ("/admin/reports/site-history/", "/admin/reports/site-history/results/"):
        assert client.get(address).url == reverse("operations_audit")
    client.force_login(make_person(roles=("manager",)))
    assert client.get("/admin/reports/site-history/", follow=True).status_code == 200
    assert client.get(reverse("operations_audit")).status_code == 302


# Failed sign-ins -------------------------------------------------------------------


def sign_in(client, address: str, password: str = "wrong"):
    return client.post(reverse("account_login"), {"login": address, "password": password})


def test_a_failed_sign_in_is_in_the_log_without_what_was_typed(client):
    person = make_person("Lea Learner", email="lea@example.com", password="right-one-here")
    sign_in(client, "LEA@example.com", "my secret")
    sign_in(client, "hunter2@example.com", "my secret")
    client.force_login(make_person("Ada Admin", roles=("administrator",)))
    found = entries(client)
    assert ("the site", "Sign-in failed", "Lea Learner") in found
    assert ("the site", "Sign-in with an address nobody has", "Lectern") in found
    text = text_of(client, "operations_audit")
    assert "hunter2" not in text
    assert "my secret" not in text
    entry = ModelLogEntry.objects.get(action="operations.sign_in_failed")
    assert (entry.object_id, entry.data) == (str(person.pk), {"ip": "127.0.0.1", "times": 1})


def test_a_sign_in_that_succeeds_is_no_failure(client):
    make_person(email="lea@example.com", password="right-one-here")
    sign_in(client, "lea@example.com", "right-one-here")
    assert not ModelLogEntry.objects.filter(action__startswith="operations.sign_in").exists()


def test_many_tries_are_one_entry_with_a_count():
    make_person(email="lea@example.com")
    now = timezone.now()
    for seconds in (0, 60, 590):
        record_sign_in_failure(address="lea@example.com", ip="10.0.0.1", now=now + timedelta(seconds=seconds))
    record_sign_in_failure(address="lea@example.com", ip="10.0.0.2", now=now)
    record_sign_in_failure(address="lea@example.com", ip="10.0.0.1", now=now + timedelta(seconds=700))
    found = ModelLogEntry.objects.filter(action="operations.sign_in_failed").order_by("timestamp", "pk")
    assert [(entry.data["ip"], entry.data["times"]) for entry in found] == [
        ("10.0.0.1", 3),
        ("10.0.0.2", 1),
        ("10.0.0.1", 1),
    ]
