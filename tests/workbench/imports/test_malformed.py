"""Malformed files by the hundred, sent the way a person sends them: a sentence or numbered errors, nothing written."""

import io
import time

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from accounts.roles import ADMINISTRATOR
from tests.factories.accounts import make_person
from tests.factories.imports import csv_bytes, upload
from workbench.models import BatchState, ImportBatch

pytestmark = pytest.mark.django_db

User = get_user_model()
HEADER = ["E-mail address", "First name", "Last name", "Team", "Time zone", "Language", "May sign in"]
GOOD = ["jo{n}@example.com", "Jo", "Doe", "", "Europe/Berlin", "de", "yes"]
LONGEST = 10  # seconds for one file
ILL = [
    st.sampled_from(["", "jo", "jo@", "@example.com", "jo@exa mple.com", "=1+1", "jo@example.com\njo", "é@é", "j" * 300 + "@example.com"]),
    st.sampled_from(["", "=HYPERLINK(0)", "Jo\x07", "J" * 151, "=cmd|' /C calc'!A0"]),
    st.sampled_from(["", "=1", "D\x1boe", "D" * 5_000]),
    st.text(min_size=1, max_size=20).filter(str.strip),
    st.sampled_from(["Berlin", "Europe/Atlantis", "+01:00", "../../etc/passwd", "=NOW()"]),
    st.sampled_from(["fr", "deutsch?", "=A1", "en-de"]),
    st.sampled_from(["perhaps", "2", "=TRUE()", "yesno", "31.02.2026"]),
]  # fmt: skip


@st.composite
def tables(draw) -> list[list[str]]:
    """A few rows, at least one of them with a cell that cannot be."""
    rows = [[cell.format(n=n) for cell in GOOD] for n in range(draw(st.integers(1, 5)))]
    place = draw(st.integers(0, len(rows) - 1))
    column = draw(st.integers(0, len(HEADER) - 1))
    rows[place][column] = draw(ILL[column])
    if draw(st.booleans()):
        rows.append(rows[0])
    return rows


@st.composite
def csv_files(draw) -> tuple[str, bytes]:
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]))
    separator = draw(st.sampled_from(",;\t|"))
    stream = csv_bytes(draw(tables()), header=HEADER, separator=separator).decode()
    return "people.csv", stream.encode(encoding, "replace")


@st.composite
def workbooks(draw) -> tuple[str, bytes]:
    book = Workbook()
    for row in [HEADER, *draw(tables())]:
        book.active.append(["".join(letter for letter in cell if letter.isprintable()) for cell in row])
    stream = io.BytesIO()
    book.save(stream)
    return "people.xlsx", stream.getvalue()


@st.composite
def broken(draw, files) -> tuple[str, bytes]:
    """A file with bytes overwritten, put in, or cut off."""
    name, content = draw(files)
    content = bytearray(content)
    for _time in range(draw(st.integers(1, 4))):
        # A share of the length: workbooks hold the time, so their sizes differ from run to run.
        place = int(draw(st.floats(0, 1, exclude_max=True)) * len(content))
        match draw(st.sampled_from(["overwrite", "insert", "cut", "repeat"])):
            case "overwrite":
                content[place : place + 1] = draw(st.binary(min_size=1, max_size=1))
            case "insert":
                content[place:place] = draw(
                    st.binary(min_size=1, max_size=8) | st.sampled_from([b'"', b"\0", b"\r", b",,,,,,,,"])
                )
            case "cut":
                del content[place:]
            case _:
                content[place:place] = content[: place // 2]
    return name, bytes(content)


noise = st.tuples(st.sampled_from(["people.csv", "people.xlsx", "x.txt", "p"]), st.binary(max_size=400))
files = st.one_of(csv_files(), workbooks(), broken(csv_files()), broken(workbooks()), noise)


def send(client, name: str, content: bytes) -> tuple[str, str]:
    """Upload, take the guessed columns, look, and try to write: the state it ends in, and the last page."""
    response = client.post(reverse("accounts_user_modeladmin_import"), {"file": upload(content, name)})
    if response.status_code == 422:
        return "refused", response.content.decode()
    batch = ImportBatch.objects.latest("pk")
    chosen = {key: str(place) for key, place in batch.mapping.items()}
    address = reverse("workbench_importbatch_modeladmin_columns", args=[batch.pk])
    response = client.post(address, chosen)
    if response.status_code == 422:
        return "refused", response.content.decode()
    page = client.get(reverse("workbench_importbatch_modeladmin_inspect", args=[batch.pk]))
    assert page.status_code == 200
    batch.refresh_from_db()
    if batch.state == BatchState.CHECKED and not batch.error_count:
        return "fine", ""
    client.post(reverse("workbench_importbatch_modeladmin_write", args=[batch.pk]))
    return batch.state, page.content.decode()


def check_file(client, name: str, content: bytes) -> None:
    before = User.objects.count()
    began = time.perf_counter()
    state, page = send(client, name, content)
    assume(state != "fine")
    assert time.perf_counter() - began < LONGEST
    assert User.objects.count() == before
    assert state in ("refused", BatchState.CHECKED, BatchState.FAILED)
    if state == BatchState.CHECKED:
        batch = ImportBatch.objects.latest("pk")
        numbers = [row.first_error + place for row in batch.rows.order_by("number") for place in range(len(row.errors))]
        assert numbers == list(range(1, len(numbers) + 1))
        assert numbers
        assert "cannot be imported, so nothing is." in page
    else:
        assert "error" in page or "help-block" in page
    ImportBatch.objects.all().delete()


@pytest.fixture
def administrator(client):
    client.force_login(make_person("Ada Admin", roles=(ADMINISTRATOR,)))


GIVEN = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=60, **GIVEN)
@given(file=files)
def test_malformed_files_are_refused(administrator, client, file):
    check_file(client, *file)


@pytest.mark.services
@settings(max_examples=1000, **GIVEN)
@given(file=files)
def test_a_thousand_malformed_files_are_refused(administrator, client, file):
    check_file(client, *file)
