"""Imports in the admin, as an administrator goes through them, and who may not."""

import io

import pytest
from django.contrib.auth import get_user_model
from django.contrib.messages import get_messages
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import ADMINISTRATOR, MANAGER
from tests.factories.accounts import make_person, make_team
from tests.factories.imports import csv_bytes, make_batch, upload, write_batch
from workbench.models import BatchState, ImportBatch

pytestmark = pytest.mark.django_db

User = get_user_model()
PEOPLE = "accounts_user_modeladmin"
BATCH = "workbench_importbatch_modeladmin"


def said(response):
    return [str(message).strip() for message in get_messages(response.wsgi_request)]


def text_of(response):
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode()


@pytest.fixture
def administrator(client):
    person = make_person("Ada Admin", email="ada@example.com", roles=(ADMINISTRATOR,))
    client.force_login(person)
    return person


def send(client, content, name="people.csv"):
    return client.post(reverse(f"{PEOPLE}_import"), {"file": upload(content, name)})


def step(client, name, batch, data=None):
    return client.post(reverse(f"{BATCH}_{name}", args=[batch.pk]), data or {})


def page(client, batch, query=""):
    return text_of(client.get(reverse(f"{BATCH}_inspect", args=[batch.pk]) + query))


def test_from_the_list_to_the_records_and_back(client, administrator):
    text = text_of(client.get(reverse(f"{PEOPLE}_index")))
    assert reverse(f"{PEOPLE}_import") in text
    assert "jo.doe@example.com" in text_of(client.get(reverse(f"{PEOPLE}_import")))

    send(client, csv_bytes([["jo@example.com", "Jo", "Doe"], ["ada@example.com", "Ada", "Admin"]]))
    batch = ImportBatch.objects.get()
    assert batch.state == BatchState.UPLOADED
    assert "CSV, read as UTF-8, separated by comma" in page(client, batch)

    step(client, "columns", batch, {"email": "0", "first_name": "1", "last_name": "2"})
    text = page(client, batch)
    assert "Write 1 row" in text
    assert "Showing 2 of 2" in text
    assert "Showing 1 of 2" in page(client, batch, "?show=same")
    assert not User.objects.filter(email="jo@example.com").exists()

    assert said(step(client, "write", batch)) == ["1 row was written."]
    assert User.objects.filter(email="jo@example.com").exists()
    assert "Undo the import" in page(client, batch)

    assert said(step(client, "undo", batch)) == ["The import was undone: everything is as it was before."]
    assert not User.objects.filter(email="jo@example.com").exists()


def test_errors_are_numbered_and_nothing_can_be_written(client, administrator):
    batch = make_batch([["jo", "Jo", "Doe"], ["lee@example.com", "Lee", "Roe"]], actor=administrator)
    text = page(client, batch)
    assert "1 of 2 rows cannot be imported, so nothing is." in text
    assert "is not an e-mail address" in text
    assert "Write 1 row" not in text
    errors = text_of(client.get(reverse(f"{BATCH}_errors", args=[batch.pk])))
    assert errors.splitlines()[1].startswith("1,2,E-mail address,“jo” is not an e-mail address")
    assert said(step(client, "write", batch)) == [
        "Nothing was written: mend the errors in your file first, then upload it again."
    ]
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "people.csv", "The file is empty"),
        (b"a,b\n1,\x00", "people.csv", "The file holds NUL bytes"),
        (b"x" * (20 * 1024 * 1024 + 1), "people.csv", "at most 20 MB are read"),
        (b"PK\x03\x04 no zip", "people.xlsx", "damaged or not an Excel workbook"),
        (b"not a zip", "people.xlsx", "neither CSV nor an Excel workbook"),
    ],
    ids=["empty", "nul", "large", "damaged", "misnamed"],
)
def test_a_file_that_cannot_be_read_is_refused_and_not_kept(client, administrator, content, name, sentence, settings):
    response = send(client, content, name)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert ImportBatch.objects.count() == 0
    assert not (settings.PRIVATE_ROOT / "imports").exists()


def test_columns_that_are_missing_or_taken_twice_are_said(client, administrator):
    send(client, csv_bytes([["jo@example.com", "Jo", "Doe"]], header=["a", "b", "c"]))
    batch = ImportBatch.objects.get()
    response = step(client, "columns", batch, {"email": "0", "first_name": "0", "last_name": ""})
    text = response.content.decode()
    assert response.status_code == 422
    assert "“E-mail address” comes from the same column. Choose another." in text
    assert "Every import needs this column. Choose where it stands in your file." in text
    batch.refresh_from_db()
    assert batch.state == BatchState.UPLOADED


def test_columns_are_remembered_for_the_next_file_with_this_header(client, administrator):
    make_batch(
        content=csv_bytes([["jo@example.com", "Jo", "Doe"]], header=["a", "b", "c"]),
        mapping={"email": 0, "first_name": 1, "last_name": 2},
        actor=administrator,
    )
    send(client, csv_bytes([["lee@example.com", "Lee", "Roe"]], header=["A", "B", "C"]))
    assert ImportBatch.objects.order_by("-pk").first().mapping == {"email": 0, "first_name": 1, "last_name": 2}


def test_cancel_leaves_nothing(client, administrator, settings):
    batch = make_batch([["jo@example.com", "Jo", "Doe"]], actor=administrator)
    assert said(step(client, "cancel", batch)) == ["The import was cancelled. Nothing was written."]
    batch.refresh_from_db()
    assert (batch.state, batch.path, batch.rows.count()) == (BatchState.CANCELLED, "", 0)
    assert User.objects.count() == 1


def test_only_a_post_takes_a_step(client, administrator):
    batch = make_batch([["jo@example.com", "Jo", "Doe"]], actor=administrator)
    for name in ("columns", "check", "write", "cancel", "undo"):
        assert client.get(reverse(f"{BATCH}_{name}", args=[batch.pk])).status_code == 405
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED


def test_a_manager_may_export_the_own_team_and_import_nothing(client, administrator):
    batch = write_batch(make_batch([["jo@example.com", "Jo", "Doe"]], actor=administrator))
    jo = User.objects.get(email="jo@example.com")
    manager = make_person("Mona Manager", roles=(MANAGER,))
    make_team("Sales", managers=[manager], members=[jo])
    client.force_login(manager)
    text = text_of(client.get(reverse(f"{PEOPLE}_index")))
    assert reverse(f"{PEOPLE}_import") not in text
    assert reverse(f"{PEOPLE}_export") in text
    assert send(client, csv_bytes([["x@example.com", "X", "Y"]])).status_code == 302
    assert ImportBatch.objects.count() == 1
    for name in ("write", "cancel", "undo"):
        assert step(client, name, batch).status_code in (302, 404)
    assert User.objects.filter(email="jo@example.com").exists()
    lines = text_of(client.get(reverse(f"{PEOPLE}_export") + "?as=csv")).splitlines()
    assert [line.partition(",")[0] for line in lines[1:]] == ["jo@example.com", manager.email]


def test_somebody_elses_import_is_read_by_administrators_and_steered_by_nobody_else(client, administrator):
    batch = make_batch([["jo@example.com", "Jo", "Doe"]], actor=administrator)
    client.force_login(make_person("Bob Admin", roles=(ADMINISTRATOR,)))
    assert "Write 1 row" not in page(client, batch)
    assert step(client, "write", batch).status_code == 302
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED


def test_the_export_is_what_the_list_shows(client, administrator):
    make_person("Zoe Zeta", email="zoe@example.com")
    make_person("=Evil Zeta", email="evil@example.com")
    response = client.get(reverse(f"{PEOPLE}_export") + "?q=zeta&as=csv")
    assert response["Content-Disposition"].startswith('attachment; filename="people-')
    lines = text_of(response).splitlines()
    assert lines[0] == "\ufeffE-mail address,First name,Last name,Team,Language,Time zone,May sign in"
    assert lines[1:] == ["evil@example.com,'=Evil,Zeta,,,,yes", "zoe@example.com,Zoe,Zeta,,,,yes"]
    response = client.get(reverse(f"{PEOPLE}_export") + "?q=zeta&as=xlsx")
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    assert [row[1].value for row in book.active.iter_rows(min_row=2)] == ["'=Evil", "Zoe"]
    assert "2 of 3 rows" in text_of(client.get(reverse(f"{PEOPLE}_export") + "?q=zeta"))


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_template_can_be_imported(client, administrator, ending):
    response = client.get(reverse(f"{PEOPLE}_template", args=[ending]))
    batch = make_batch(content=b"".join(response.streaming_content), actor=administrator)
    assert (batch.new_count, batch.error_count) == (1, 0)
