"""A file of a report appears whole or not at all, whatever the disk does."""

import csv
import datetime as dt
import zoneinfo
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from openpyxl import load_workbook
from pypdf import PdfReader

from reports.exceptions import NotAFile
from reports.models import Format, Run, RunState
from reports.moments import Moment
from reports.selectors.reports import report_for
from reports.selectors.results import Prepared
from reports.services import rendering, sweep_schedules
from reports.services.files import sweep_folder, write_report
from reports.viewers import OPERATOR
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.reports import make_schedule

pytestmark = pytest.mark.django_db

MOMENT = Moment(at=dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC), zone=zoneinfo.ZoneInfo("Europe/Berlin"))
FORMULA = '=HYPERLINK("//x.example", "Ada")'


def prepared() -> Prepared:
    return Prepared(definition=report_for("course-progress"), viewer=OPERATOR, moment=MOMENT)


@pytest.fixture
def full_disk(monkeypatch):
    """Whatever is written through a path meets a device without room: an error of the system itself."""
    if not Path("/dev/full").is_char_device():
        pytest.skip("This system has no /dev/full.")
    real = Path.open

    def opened(self, mode="r", *args, **options):
        return real(Path("/dev/full") if "w" in mode else self, mode, *args, **options)

    monkeypatch.setattr(Path, "open", opened)


@pytest.mark.parametrize("kind", Format.values)
def test_a_full_disk_leaves_the_old_file_and_is_one_sentence(tmp_path, full_disk, kind):
    make_enrollment()
    path = tmp_path / f"report.{kind}"
    path.touch()
    with pytest.raises(CommandError) as error:
        call_command("run_report", "course-progress", "--format", kind, "--output", str(path))
    assert str(error.value) == f"{path} could not be written: No space left on device. It is as it was before."
    assert path.read_bytes() == b""
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", Format.values)
def test_nothing_but_the_file_is_there_afterwards(tmp_path, kind):
    make_enrollment()
    path = tmp_path / f"report.{kind}"
    assert write_report(prepared=prepared(), kind=kind, path=path) == (1, 1)
    assert list(tmp_path.iterdir()) == [path]


def test_a_device_or_a_folder_is_not_replaced(tmp_path):
    for path in (Path("/dev/null"), tmp_path):
        with pytest.raises(NotAFile, match=f"“{path}” is there and is no ordinary file."):
            write_report(prepared=prepared(), kind=Format.CSV, path=path)
    assert Path("/dev/null").is_char_device()
    assert not list(tmp_path.iterdir())


@pytest.mark.real_pdf
def test_a_name_that_is_a_formula_stays_text_in_every_format(tmp_path):
    make_enrollment(make_person(FORMULA, email="ada@example.com"))
    paths = {kind: tmp_path / f"report.{kind}" for kind in (Format.CSV, Format.XLSX, Format.PDF)}
    for kind, path in paths.items():
        write_report(prepared=prepared(), kind=kind, path=path)
    with paths[Format.CSV].open(newline="") as stream:
        assert list(csv.reader(stream))[1][0] == f"'{FORMULA}"
    cell = load_workbook(paths[Format.XLSX]).active["A2"]
    assert (cell.value, cell.data_type) == (f"'{FORMULA}", "s")
    pages = "".join(page.extract_text() for page in PdfReader(paths[Format.PDF]).pages)
    assert "=HYPERLINK(" in pages


def test_a_file_that_could_not_be_stored_leaves_no_half_one(monkeypatch):
    make_schedule(people=[make_person()], formats=[Format.CSV])
    sweep_schedules(now=MOMENT.at)
    run = Run.objects.get()
    storage = storages["private"]
    save = type(storage).save

    def half(self, name, content):
        save(self, name, content)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(storage), "save", half)
    rendering.render_run(run_id=run.pk)
    run.refresh_from_db()
    assert run.state == RunState.DUE
    assert run.error.startswith("The disk is full")
    assert storage.listdir(f"reports/{run.uuid}")[1] == []


def test_a_folder_keeps_what_is_named_and_a_missing_one_is_swept_already(caplog):
    storage = storages["private"]
    names = [storage.save(f"swept/{name}.csv", ContentFile(b"")) for name in ("one", "two", "three")]
    sweep_folder("swept", keep={names[1]})
    assert [storage.exists(name) for name in names] == [False, True, False]
    sweep_folder("swept")
    assert storage.listdir("swept")[1] == []
    sweep_folder("never")
    assert caplog.records == []
