"""Exports in a worker: every state, whoever cancels, dies, loses access or fills the disk, and never half a file."""

import csv
import datetime as dt
import tempfile
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from lms_pages.models import CourseStaff
from reports import tasks
from reports.models import SLOTS, ExportState, Format, ReportExport
from reports.selectors.exports import is_open_to, waiting_exports
from reports.services import cancel_export, expire_exports, exports, files, repeat_export, run_export
from tests.factories.accounts import make_person
from tests.factories.exports import ask_for
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import make_course

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "work"))


@pytest.fixture
def ada():
    return make_person("Ada Admin", roles=("report_administrator",))


@pytest.fixture
def course():
    return make_course(modules=1, lessons=1, with_check=False)


@pytest.fixture
def rows(course):
    for number, name in enumerate(("Ada One", "Bo Two", '=HYPERLINK("//x.example")')):
        make_enrollment(make_person(name, email=f"p{number}@example.com"), course)


def stored() -> list[str]:
    """Every file there is, in the private storage and where work is done."""
    root, work = Path(storages["private"].location), Path(tempfile.gettempdir())
    return sorted(path.name for place in (root, work) for path in place.rglob("*") if path.is_file())


def read(export) -> list[list[str]]:
    export.refresh_from_db()
    with export.open() as stream:
        return list(csv.reader(stream.read().decode("utf-8-sig").splitlines()))


def at_row(monkeypatch, number, action):
    """Do ``action`` when the worker says that ``number`` rows are done. It speaks after each row."""
    monkeypatch.setattr(files, "TOLD_EVERY", 1)
    monkeypatch.setattr(exports, "TELL_EVERY", 0)

    def tell(export, done, total=None):
        if done == number:
            action()

    monkeypatch.setattr(exports, "tell_progress", tell)


def run_out(export):
    """The lease of whoever is at ``export`` runs out."""
    ReportExport.objects.filter(pk=export.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))


def test_a_file_is_made_with_the_persons_rows(ada, rows):
    export = ask_for(ada)
    assert (export.state, stored()) == (ExportState.WAITING, [])
    assert run_export(export_id=export.pk) == ExportState.DONE
    export.refresh_from_db()
    assert (export.rows_done, export.rows_total, export.slot, export.lease_until) == (3, 3, None, None)
    assert export.expires_at - export.ended_at == pytest.approx(dt.timedelta(days=7), abs=dt.timedelta(seconds=5))
    assert stored() == [Path(export.path).name] == ["1-course-progress-2026-11-23.csv"]
    names = [row[0] for row in read(export)]
    assert names[0] == "Person" and '\'=HYPERLINK("//x.example")' in names
    assert run_export(export_id=export.pk) == ExportState.DONE
    assert ReportExport.objects.get().attempts == 1


def test_the_same_file_is_not_asked_for_twice(ada, rows):
    first = ask_for(ada)
    assert ask_for(ada) == first
    others = {ask_for(ada, Format.JSON), ask_for(ada, slug="overdue"), ask_for(make_person(roles=("administrator",)))}
    assert first not in others and len(others) == 3
    run_export(export_id=first.pk)
    assert ask_for(ada) not in {first, *others}


# Limits -----------------------------------------------------------------------------


def test_two_are_made_at_once_and_one_of_each_person(ada, rows):
    bo, cy = (make_person(roles=("report_administrator",)) for _ in range(2))
    first, second = ask_for(ada), ask_for(ada, Format.JSON)
    others = [ask_for(person) for person in (bo, cy)]
    assert exports.claim_export(first.pk, "").slot == 1
    assert exports.claim_export(second.pk, "") is None
    assert list(waiting_exports()) == others
    assert exports.claim_export(others[0].pk, "").slot == 2
    assert exports.claim_export(others[1].pk, "") is None
    assert ReportExport.objects.filter(state=ExportState.WORKING).count() == len(SLOTS) == 2
    assert run_export(export_id=second.pk) == ExportState.WAITING


def test_the_database_holds_the_limits(ada, rows):
    exports.claim_export(ask_for(ada).pk, "")
    second, other = ask_for(ada, Format.JSON), ask_for(make_person(roles=("report_administrator",)))
    lease = {"state": ExportState.WORKING, "lease_until": timezone.now()}
    for pk, slot in ((second.pk, 2), (other.pk, 1), (other.pk, None)):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReportExport.objects.filter(pk=pk).update(slot=slot, **lease)


def test_whoever_ends_wakes_who_waits(ada, rows):
    first, second = ask_for(ada), ask_for(ada, Format.JSON)
    tasks.make_export(first.pk)
    assert {export.state for export in ReportExport.objects.all()} == {ExportState.DONE}
    assert second in ReportExport.objects.exclude(woken_at=None)


# Cancel -----------------------------------------------------------------------------


def test_one_that_waits_is_canceled_at_once(ada, rows):
    export = ask_for(ada)
    assert cancel_export(export=export) == ExportState.CANCELLED
    assert run_export(export_id=export.pk) == ExportState.CANCELLED
    assert stored() == []


@pytest.mark.parametrize("kind", [Format.CSV, Format.XLSX, Format.JSON])
def test_canceled_in_the_middle_leaves_nothing(ada, rows, monkeypatch, kind):
    export = ask_for(ada, kind)
    at_row(monkeypatch, 1, lambda: cancel_export(export=ReportExport.objects.get()))
    assert run_export(export_id=export.pk) == ExportState.CANCELLED
    export.refresh_from_db()
    assert (export.path, export.slot, stored()) == ("", None, [])


def test_canceled_without_a_cache_leaves_nothing_either(ada, rows, monkeypatch):
    export = ask_for(ada)
    monkeypatch.setattr(exports, "is_asked_to_stop", lambda export: False)
    at_row(monkeypatch, 1, lambda: cancel_export(export=ReportExport.objects.get()))
    assert run_export(export_id=export.pk) == ExportState.CANCELLED
    assert stored() == []


def cancel_when_kept(monkeypatch):
    real = exports.keep_file

    def keep(name, path):
        kept = real(name, path)
        cancel_export(export=ReportExport.objects.get())
        return kept

    monkeypatch.setattr(exports, "keep_file", keep)


def test_canceled_at_the_very_end_leaves_nothing(ada, rows, monkeypatch):
    export = ask_for(ada)
    cancel_when_kept(monkeypatch)
    assert run_export(export_id=export.pk) == ExportState.CANCELLED
    assert stored() == []


def test_the_twin_that_does_not_listen_keeps_the_file(ada, rows, monkeypatch):
    export = ask_for(ada)
    cancel_when_kept(monkeypatch)
    monkeypatch.setattr(exports, "held", lambda export: ReportExport.objects.filter(pk=export.pk))
    assert run_export(export_id=export.pk) == ExportState.DONE
    assert len(stored()) == 1


# A worker that dies -----------------------------------------------------------------


def make_again_in_the_middle(monkeypatch, export):
    """The first worker is silent until its lease has run out and another has made the file."""
    done = []

    def take_over():
        if not done:
            done.append(True)
            run_out(export)
            assert run_export(export_id=export.pk, task_id="second") == ExportState.DONE

    at_row(monkeypatch, 2, take_over)


def test_another_takes_over_and_the_first_keeps_nothing(ada, rows, monkeypatch):
    export = ask_for(ada)
    make_again_in_the_middle(monkeypatch, export)
    run_export(export_id=export.pk, task_id="first")
    export.refresh_from_db()
    assert (export.state, export.fence, export.task_id) == (ExportState.DONE, 2, "second")
    assert stored() == [Path(export.path).name]
    assert len(read(export)) == 4


def test_the_twin_without_a_fence_leaves_a_second_file(ada, rows, monkeypatch):
    export = ask_for(ada)
    # It asks nobody whether the work is still its own, and so has the last word.
    monkeypatch.setattr(exports, "held", lambda export: ReportExport.objects.filter(pk=export.pk))
    monkeypatch.setattr(exports, "sweep_folder", lambda folder, *, keep=(): None)
    make_again_in_the_middle(monkeypatch, export)
    monkeypatch.setattr(exports, "clear_folder", lambda export: None)
    run_export(export_id=export.pk, task_id="first")
    export.refresh_from_db()
    assert export.path.split("/")[-1].startswith("1-")
    assert len(stored()) == 2


def test_a_live_worker_is_left_alone_and_its_own_message_takes_over(ada, rows):
    export = ask_for(ada)
    assert exports.claim_export(export.pk, "own").fence == 1
    assert exports.claim_export(export.pk, "") is None
    assert exports.claim_export(export.pk, "another") is None
    assert exports.claim_export(export.pk, "own").fence == 2


def test_what_a_dead_worker_left_is_cleared_away(ada, rows):
    export = ask_for(ada)
    claimed = exports.claim_export(export.pk, "")
    left = exports.working_place(claimed) / "1-x" / "half.csv"
    left.parent.mkdir(parents=True)
    left.write_text("half")
    (Path(storages["private"].location) / f"exports/{export.uuid}").mkdir(parents=True)
    (Path(storages["private"].location) / f"exports/{export.uuid}/1-half.csv").write_text("half")
    run_out(export)
    tasks.sweep_exports()
    export.refresh_from_db()
    assert (export.state, export.attempts) == (ExportState.DONE, 2)
    assert stored() == [Path(export.path).name]


def test_a_file_that_kills_each_worker_is_given_up(ada, rows):
    export = ask_for(ada)
    for _number in range(exports.MOST_ATTEMPTS):
        assert exports.claim_export(export.pk, "") is not None
        run_out(export)
    assert run_export(export_id=export.pk) == ExportState.FAILED
    export.refresh_from_db()
    assert export.sentence == "The worker died each time it made this file. Its log says why."


def test_one_canceled_while_its_worker_was_dead_is_not_made(ada, rows):
    export = ask_for(ada)
    exports.claim_export(export.pk, "")
    cancel_export(export=ReportExport.objects.get())
    run_out(export)
    assert run_export(export_id=export.pk) == ExportState.CANCELLED
    assert stored() == []


# Whose rows -------------------------------------------------------------------------


def test_rows_are_those_the_person_may_open_when_the_worker_begins(course, rows):
    ines = make_person(roles=("instructor",))
    staff = CourseStaff.objects.create(course=course, user=ines)
    export = ask_for(ines)
    staff.delete()
    assert run_export(export_id=export.pk) == ExportState.DONE
    assert len(read(export)) == 1


def lose_role(person):
    person.groups.clear()


def lose_account(person):
    type(person).objects.filter(pk=person.pk).update(is_active=False)


@pytest.mark.parametrize("lose", [lose_role, lose_account])
def test_who_lost_access_gets_a_sentence_and_no_file(ada, rows, lose):
    export = ask_for(ada)
    lose(ada)
    assert run_export(export_id=export.pk) == ExportState.FAILED
    export.refresh_from_db()
    assert export.sentence.startswith("You may not open this report any more")
    assert stored() == []


def test_a_file_is_closed_once_the_rows_are_others(course, rows):
    ines = make_person(roles=("instructor",))
    staff = CourseStaff.objects.create(course=course, user=ines)
    export = ask_for(ines)
    run_export(export_id=export.pk)
    export.refresh_from_db()
    fresh = type(ines).objects.get(pk=ines.pk)
    assert is_open_to(export, fresh)
    staff.delete()
    assert not is_open_to(export, type(ines).objects.get(pk=ines.pk))


# Trouble ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Format.CSV, Format.XLSX, Format.JSON])
def test_a_full_disk_is_a_sentence_and_no_half_file(ada, rows, monkeypatch, kind):
    real = Path.open

    def opened(self, mode="r", *args, **options):
        return real(Path("/dev/full") if "w" in mode else self, mode, *args, **options)

    export = ask_for(ada, kind)
    monkeypatch.setattr(Path, "open", opened)
    assert run_export(export_id=export.pk) == ExportState.FAILED
    export.refresh_from_db()
    assert export.sentence.startswith("There was no room left on the site’s disk, so no file was kept.")
    assert stored() == []


def test_a_full_storage_leaves_no_half_file_either(ada, rows, monkeypatch):
    storage = type(storages["private"])
    save = storage.save

    def half(self, name, content):
        save(self, name, content)
        raise OSError(28, "No space left on device")

    export = ask_for(ada)
    monkeypatch.setattr(storage, "save", half)
    assert run_export(export_id=export.pk) == ExportState.FAILED
    assert stored() == []


def test_our_own_fault_is_a_sentence_without_details(ada, rows, monkeypatch, caplog):
    export = ask_for(ada)
    at_row(monkeypatch, 1, lambda: 1 / 0)
    assert run_export(export_id=export.pk) == ExportState.FAILED
    export.refresh_from_db()
    assert export.sentence.startswith("Something went wrong on our side, and no file was kept.")
    assert "ZeroDivisionError" in caplog.text
    assert stored() == []


def test_asked_again_it_is_made_as_of_now(ada, rows):
    export = ask_for(ada)
    cancel_export(export=export)
    assert repeat_export(export=export) == export
    assert (export.state, export.moment > timezone.now() - dt.timedelta(minutes=1)) == (ExportState.WAITING, True)
    assert run_export(export_id=export.pk) == ExportState.DONE
    export.refresh_from_db()
    assert repeat_export(export=export).state == ExportState.DONE


def test_files_are_deleted_after_a_week_and_rows_after_a_month(ada, rows):
    export = ask_for(ada)
    run_export(export_id=export.pk)
    now = timezone.now()
    assert expire_exports(now=now + dt.timedelta(days=6, hours=23)) == 0
    assert len(stored()) == 1
    assert expire_exports(now=now + dt.timedelta(days=7, hours=1)) == 1
    export.refresh_from_db()
    assert (export.state, export.path, stored()) == (ExportState.DONE, "", [])
    assert expire_exports(now=now + dt.timedelta(days=31)) == 0
    assert not ReportExport.objects.exists()


def test_the_fence_only_grows(ada, rows):
    export = ask_for(ada)
    run_export(export_id=export.pk)
    ReportExport.objects.update(state=ExportState.FAILED, path="", fence=F("fence"))
    export.refresh_from_db()
    repeat_export(export=export)
    run_export(export_id=export.pk)
    export.refresh_from_db()
    assert export.fence == 2


@pytest.mark.parametrize("site", ["https://learn.example", "https://learn.example/"])
def test_a_pdf_leads_back_to_its_report(ada, rows, settings, monkeypatch, site):
    settings.WAGTAILADMIN_BASE_URL = site
    monkeypatch.setattr(files, "export_pdf", lambda result, path, *, cover: path.write_text(cover.url))
    export = ask_for(ada, Format.PDF)
    assert run_export(export_id=export.pk) == ExportState.DONE
    export.refresh_from_db()
    assert export.open().read().decode() == "https://learn.example/admin/reports/report/course-progress/"
