"""Opening what a mail links to: only for its recipient, and only while they may still have its rows."""

import datetime as dt

import pytest
from django.core.files.storage import storages
from django.urls import reverse

from reports.models import ScheduleRecipient
from tests.factories.accounts import make_person, make_team
from tests.factories.runs import make_delivered_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    person = make_person("Mona Manager", roles=("manager",))
    make_team(managers=[person])
    return person


@pytest.fixture
def delivery(manager):
    return make_delivered_run(people=[manager]).deliveries.get()


def addresses(delivery) -> list[str]:
    return [
        reverse("reports:received", args=[delivery.uuid]),
        reverse("reports:received_file", args=[delivery.uuid, "csv"]),
    ]


def test_its_recipient_opens_it(client, manager, delivery):
    client.force_login(manager)
    page, file = addresses(delivery)
    text = client.get(page).content.decode()
    assert "Progress of the week" in text
    assert "23 November 2026, 08:00 (Europe/Berlin)" in text
    assert "Showing 0 of 0 rows" in text
    answer = client.get(file)
    assert answer["Content-Disposition"] == 'attachment; filename="course-progress-2026-W48-1.csv"'
    assert b"".join(answer.streaming_content) == delivery.run.artifacts.get().open().read()
    assert client.get(reverse("reports:received_file", args=[delivery.uuid, "pdf"])).status_code == 404


def test_the_address_alone_opens_nothing(client, delivery):
    for address in addresses(delivery):
        answer = client.get(address)
        assert (answer.status_code, answer.url) == (302, f"/accounts/login/?next={address}")
    # Not even for those who see every row: they have the run's own page.
    client.force_login(make_person(roles=("administrator",)))
    assert [client.get(address).status_code for address in addresses(delivery)] == [404, 404]


def lose_the_team(manager):
    manager.managed_teams.clear()


def lose_the_place(manager):
    ScheduleRecipient.objects.filter(person=manager).delete()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lose_the_team, "What may be seen has changed since the report was made."),
        (lose_the_place, "This recipient was taken off the schedule."),
    ],
)
def test_what_may_be_seen_is_asked_again(client, manager, delivery, change, why):
    client.force_login(manager)
    change(manager)
    for address in addresses(delivery):
        answer = client.get(address)
        assert answer.status_code == 403
        assert why in answer.content.decode()
        assert "Download" not in answer.content.decode()


def test_a_file_that_was_removed_is_said_to_be(client, manager, delivery):
    client.force_login(manager)
    artifact = delivery.run.artifacts.get()
    storages["private"].delete(artifact.path)
    # Gone from the disk before anybody wrote that down.
    answer = client.get(addresses(delivery)[1])
    assert answer.status_code == 410
    assert "have been removed" in answer.content.decode() and "Download" not in answer.content.decode()
    delivery.run.artifacts.update(removed_at=dt.datetime(2026, 12, 24, tzinfo=dt.UTC))
    for address in addresses(delivery):
        answer = client.get(address)
        assert answer.status_code == 410
        text = answer.content.decode()
        assert "Files of reports are kept for 30 days, and those of this one have been removed." in text
        assert "Download" not in text
