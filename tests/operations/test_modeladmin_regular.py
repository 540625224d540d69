"""Regular tasks, clock times and intervals in the admin: in words, guarded, and started by hand."""

import pytest
from django.urls import reverse
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from kombu.exceptions import OperationalError
from wagtail.models import ModelLogEntry

from tests.factories.accounts import make_person
from tests.factories.operations import SWEEP, make_clock_times, make_entry, make_interval, make_result

pytestmark = pytest.mark.django_db
SYSTEM = "Lectern: sweep the mail outbox"


@pytest.fixture
def administrator(client):
    person = make_person("Ada Admin", roles=("administrator",), timezone_name="America/New_York")
    client.force_login(person)
    return person


def page(action: str, row=None, model: str = "periodictask") -> str:
    return reverse(f"django_celery_beat_{model}_modeladmin_{action}", args=[row.pk] if row else [])


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def calls(monkeypatch):
    """What would have gone to a worker."""
    found = []
    monkeypatch.setattr(
        "operations.services.background.enqueue", lambda task, *args: found.append((task.name, args)) or True
    )
    return found


def test_entries_are_listed_in_words_and_in_the_readers_zone(client, administrator):
    make_entry("Tidy up", crontab=make_clock_times(), description="Every night.")
    text = client.get(page("index")).content.decode()
    assert "Tidy up" in text
    assert "Look which mail waits and wake a worker for it" in text
    assert "At 04:00 (Europe/Berlin)" in text
    # Four in Berlin is ten in the evening, or eleven around the clock changes, in New York.
    assert any(f", {hour}:00" in text for hour in (21, 22, 23))
    assert "Every minute" in text


def test_an_entry_has_a_page_with_its_next_times_and_results(client, administrator):
    entry = make_entry("Tidy up", crontab=make_clock_times())
    make_result(periodic_task_name="Tidy up")
    response = client.get(page("inspect", entry))
    facts = {str(field["label"]): str(field["value"]) for field in response.context["fields"]}
    assert facts["Next times"].count(";") == 4
    assert facts["Part of the site"] == "No"
    assert [(link.count, link.label) for link in response.context["related"]] == [(1, "result")]


def test_an_entry_is_made_with_a_task_this_version_has(client, administrator):
    every = make_interval(10)
    form = {"name": "Twice as often", "task": SWEEP, "interval": every.pk, "enabled": "on"}
    assert client.post(page("create"), form).status_code == 302
    entry = PeriodicTask.objects.get(name="Twice as often")
    assert (entry.task, entry.interval, entry.enabled, entry.expire_seconds) == (SWEEP, every, True, 600)


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"task": "os.system"}, "task", "os.system is not one of the available choices."),
        ({"task": "reports.tasks.render_run"}, "task", "is not one of the available choices."),
        ({"interval": ""}, "interval", "Choose an interval, or clock times below."),
        ({"crontab": "both"}, "crontab", "Choose an interval or clock times, not both."),
        ({"name": SYSTEM}, "name", "already exists"),
        ({"name": ""}, "name", "This field is required."),
    ],
)
def test_what_an_entry_may_not_be(client, administrator, change, field, sentence):
    before = PeriodicTask.objects.count()
    form = {"name": "New", "task": SWEEP, "interval": make_interval(10).pk, "enabled": "on", **change}
    if form.get("crontab"):
        form["crontab"] = make_clock_times().pk
    response = client.post(page("create"), form)
    assert sentence in " ".join(response.context["form"].errors[field])
    assert PeriodicTask.objects.count() == before


def test_of_a_system_entry_only_the_times_change(client, administrator):
    entry = PeriodicTask.objects.get(name=SYSTEM)
    clock = make_clock_times()
    form = {"name": "Mine", "task": "reports.tasks.sweep_schedules", "crontab": clock.pk, "enabled": "on"}
    assert client.post(page("edit", entry), form).status_code == 302
    entry.refresh_from_db()
    assert (entry.name, entry.task, entry.crontab, entry.interval) == (SYSTEM, SWEEP, clock, None)


def test_a_system_entry_is_not_deleted_and_another_is(client, administrator):
    entry, other = PeriodicTask.objects.get(name=SYSTEM), make_entry()
    assert client.post(page("delete", entry)).status_code == 302
    assert client.post(page("delete", other)).status_code == 302
    assert PeriodicTask.objects.filter(pk=entry.pk).exists()
    assert not PeriodicTask.objects.filter(pk=other.pk).exists()


def test_off_and_on(client, administrator):
    entry = PeriodicTask.objects.get(name=SYSTEM)
    address = reverse("operations_toggle", args=[entry.pk])
    response = client.post(address, follow=True)
    assert messages_of(response) == [f"“{SYSTEM}” is off: what it looks after waits until it is on again."]
    entry.refresh_from_db()
    assert not entry.enabled
    client.post(address)
    entry.refresh_from_db()
    assert entry.enabled
    actions = ModelLogEntry.objects.filter(object_id=str(entry.pk)).order_by("timestamp")
    assert list(actions.values_list("action", "user__email")) == [
        ("operations.turn_off", administrator.email),
        ("operations.turn_on", administrator.email),
    ]


def test_run_now(client, administrator, calls):
    entry = PeriodicTask.objects.get(name=SYSTEM)
    response = client.post(reverse("operations_run_now", args=[entry.pk]), follow=True)
    assert messages_of(response) == [f"“{SYSTEM}” was handed to a worker."]
    assert calls == [(SWEEP, ())]
    assert ModelLogEntry.objects.filter(action="operations.run_now", user=administrator).count() == 1


def test_run_now_without_a_broker_says_so(client, administrator, monkeypatch):
    def gone(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr("celery.app.task.Task.delay", gone)
    entry = PeriodicTask.objects.get(name=SYSTEM)
    response = client.post(reverse("operations_run_now", args=[entry.pk]), follow=True)
    assert "the broker cannot be reached" in messages_of(response)[0]
    assert not ModelLogEntry.objects.filter(action="operations.run_now").exists()


def test_a_task_that_is_gone_cannot_run_and_says_so(client, administrator, calls):
    entry = make_entry("Left over", task="app.tasks.gone")
    assert "task unknown" in client.get(page("index")).content.decode()
    response = client.post(reverse("operations_run_now", args=[entry.pk]), follow=True)
    assert "has no task “app.tasks.gone”" in messages_of(response)[0]
    assert calls == []


def test_only_a_post_starts_or_changes_anything(client, administrator, calls):
    entry = PeriodicTask.objects.get(name=SYSTEM)
    for name in ("operations_run_now", "operations_toggle"):
        assert client.get(reverse(name, args=[entry.pk])).status_code == 405
    entry.refresh_from_db()
    assert (entry.enabled, calls) == (True, [])


@pytest.mark.parametrize("role", ["report_administrator", "manager", "instructor", "content_editor"])
def test_other_roles_reach_none_of_it(client, role, calls):
    client.force_login(make_person(roles=(role,)))
    entry = PeriodicTask.objects.get(name=SYSTEM)
    assert client.get(page("index")).status_code == 302
    for name in ("operations_run_now", "operations_toggle"):
        assert client.post(reverse(name, args=[entry.pk])).status_code in (302, 403)
    entry.refresh_from_db()
    assert (entry.enabled, calls) == (True, [])


@pytest.mark.parametrize(
    ("every", "period", "sentence"),
    [
        ("9", "seconds", "At least 10 seconds"),
        ("0", "minutes", "greater than or equal to 1"),
        ("400", "days", "At most a year"),
        ("60", "seconds", "in the list already"),
        ("1", "microseconds", "not one of the available choices"),
        ("x", "minutes", "Enter a whole number."),
    ],
)
def test_what_an_interval_may_not_be(client, administrator, every, period, sentence):
    before = IntervalSchedule.objects.count()
    response = client.post(page("create", model="intervalschedule"), {"every": every, "period": period})
    assert sentence in str(response.context["form"].errors)
    assert IntervalSchedule.objects.count() == before


def test_an_interval_is_made_and_deleted_only_while_unused(client, administrator):
    client.post(page("create", model="intervalschedule"), {"every": "20", "period": "minutes"})
    interval = IntervalSchedule.objects.get(every=20)
    entry = make_entry(interval=interval)
    listing = client.get(page("index", model="intervalschedule")).content.decode()
    assert "Every 20 minutes" in listing
    assert "1 task" in listing
    client.post(page("delete", interval, "intervalschedule"))
    assert PeriodicTask.objects.filter(pk=entry.pk).exists()
    entry.delete()
    client.post(page("delete", interval, "intervalschedule"))
    assert not IntervalSchedule.objects.filter(pk=interval.pk).exists()


CLOCK = {
    "minute": "30",
    "hour": "6",
    "day_of_week": "1-5",
    "day_of_month": "*",
    "month_of_year": "*",
    "timezone": "Europe/Berlin",
}


def test_clock_times_are_made_and_shown_in_words(client, administrator):
    assert client.post(page("create", model="crontabschedule"), CLOCK).status_code == 302
    row = CrontabSchedule.objects.get(minute="30")
    assert (
        "At 06:30, Monday through Friday (Europe/Berlin)"
        in client.get(page("index", model="crontabschedule")).content.decode()
    )
    response = client.get(page("inspect", row, "crontabschedule"))
    facts = {str(field["label"]): str(field["value"]) for field in response.context["fields"]}
    assert facts["Next times"].count(";") == 4
    assert facts["As crontab"] == "30 6 * * 1-5"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"hour": "25"}, "hour"),
        ({"minute": "now"}, "minute"),
        ({"day_of_month": "31", "month_of_year": "2"}, "never meet"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
    ],
)
def test_what_clock_times_may_not_be(client, administrator, change, sentence):
    before = CrontabSchedule.objects.count()
    response = client.post(page("create", model="crontabschedule"), {**CLOCK, **change})
    assert response.status_code == 200
    assert sentence in str(response.context["form"].errors)
    assert CrontabSchedule.objects.count() == before


def test_twins_of_clock_times_are_refused(client, administrator):
    client.post(page("create", model="crontabschedule"), CLOCK)
    response = client.post(page("create", model="crontabschedule"), CLOCK)
    assert "in the list already: At 06:30" in str(response.context["form"].errors)
    assert CrontabSchedule.objects.filter(minute="30").count() == 1
