"""The work on an import: one worker at a time, stopped without a trace, refused where records changed meanwhile."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError
from django.utils import timezone

from accounts.resources import PeopleResource
from accounts.roles import ADMINISTRATOR
from tests.factories.accounts import make_person
from tests.factories.imports import csv_bytes, make_batch, undo_batch, upload, write_batch
from workbench.imports.exceptions import ImportRefused
from workbench.models import BatchState, ImportBatch, ImportRow
from workbench.services import (
    batches,
    cancel_batch,
    choose_columns,
    confirm_batch,
    create_batch,
    erase_old_batches,
    expire_leases,
    request_undo,
    run_batch,
    work,
)
from workbench.tasks import run_import, sweep_imports

pytestmark = pytest.mark.django_db

User = get_user_model()
ROWS = [[f"p{n}@example.com", "Pat", f"No{n}"] for n in range(6)]


@pytest.fixture
def ada():
    return make_person("Ada Admin", email="ada@example.com", roles=(ADMINISTRATOR,))


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(work, "CHUNK", 2)


def count():
    return User.objects.filter(email__startswith="p").count()


def at_chunk(monkeypatch, number, action):
    """Do ``action`` once the worker has written its ``number``-th chunk."""
    write, done = PeopleResource.write, []

    def write_and_act(self, planned, options):
        write(self, planned, options)
        done.append(planned)
        if len(done) == number:
            action()

    monkeypatch.setattr(PeopleResource, "write", write_and_act)


def waiting(ada) -> ImportBatch:
    batch = make_batch(ROWS, actor=ada)
    confirm_batch(batch=batch, options={})
    return batch


def test_a_batch_is_worked_on_once(ada):
    batch = waiting(ada)
    assert run_batch(batch_id=batch.pk) == BatchState.WRITTEN
    assert run_batch(batch_id=batch.pk) == BatchState.WRITTEN
    assert count() == 6


def test_somebody_elses_work_is_left_alone(ada):
    batch = waiting(ada)
    held = work.claim_batch(batch.pk, "one")
    assert held.state == BatchState.WRITING
    assert run_batch(batch_id=batch.pk, task_id="two") == BatchState.WRITING
    assert count() == 0


def test_a_task_handed_out_again_takes_its_own_work_over(ada):
    batch = waiting(ada)
    dead = work.claim_batch(batch.pk, "one")
    assert run_batch(batch_id=batch.pk, task_id="one") == BatchState.WRITTEN
    assert count() == 6
    with pytest.raises(work.FenceLost):
        work.update_held(dead, state=BatchState.WRITTEN)


def test_a_worker_that_lost_its_batch_writes_nothing(ada, small_chunks, monkeypatch):
    batch = waiting(ada)
    at_chunk(monkeypatch, 2, lambda: ImportBatch.objects.update(fence=99))
    run_batch(batch_id=batch.pk)
    assert count() == 0


def test_a_dead_worker_shows_and_the_import_can_be_started_again(ada):
    batch = waiting(ada)
    work.claim_batch(batch.pk, "")
    assert expire_leases() == 0
    ImportBatch.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert expire_leases() == 1
    batch.refresh_from_db()
    assert (batch.state, batch.sentence) == (
        BatchState.FAILED,
        "The worker stopped in the middle, so nothing was changed. Start it again.",
    )
    batches.check_again(batch=batch)
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    assert write_batch(batch).state == BatchState.WRITTEN
    assert count() == 6


def test_cancelled_between_two_chunks_leaves_nothing(ada, small_chunks, monkeypatch):
    batch = waiting(ada)

    def cancel():
        assert cancel_batch(batch=ImportBatch.objects.get()) == BatchState.WRITING

    at_chunk(monkeypatch, 2, cancel)
    assert run_batch(batch_id=batch.pk) == BatchState.CANCELLED
    assert (count(), ImportRow.objects.count()) == (0, 0)
    batch.refresh_from_db()
    assert batch.path == ""


def test_cancelled_without_a_cache_leaves_nothing_either(ada, small_chunks, monkeypatch):
    batch = waiting(ada)
    monkeypatch.setattr(work, "is_asked_to_stop", lambda batch: False)
    # The last word of the transaction is the row's.
    monkeypatch.setattr(work, "stop_if_asked", lambda batch, done: None)
    at_chunk(monkeypatch, 3, lambda: ImportBatch.objects.update(cancel_wanted=True))
    assert run_batch(batch_id=batch.pk) == BatchState.CANCELLED
    assert count() == 0


def test_cancelled_while_it_is_checked(ada, small_chunks, monkeypatch):
    batch = create_batch(resource=PeopleResource, upload=upload(csv_bytes(ROWS)), actor=ada)
    choose_columns(batch=batch, mapping=batch.mapping)
    plan = PeopleResource.plan

    def plan_and_cancel(self, rows, **extra):
        cancel_batch(batch=ImportBatch.objects.get())
        return plan(self, rows, **extra)

    monkeypatch.setattr(PeopleResource, "plan", plan_and_cancel)
    assert run_batch(batch_id=batch.pk) == BatchState.CANCELLED
    assert ImportRow.objects.count() == 0


def test_it_is_too_late_to_cancel_what_was_written(ada):
    batch = write_batch(make_batch(ROWS, actor=ada))
    with pytest.raises(ImportRefused):
        cancel_batch(batch=batch)
    assert count() == 6


def test_cancelling_an_undo_leaves_what_was_imported(ada, small_chunks, monkeypatch):
    batch = write_batch(make_batch(ROWS, actor=ada))
    undo = PeopleResource.undo

    def undo_and_cancel(self, planned):
        undo(self, planned)
        ImportBatch.objects.update(cancel_wanted=True)

    monkeypatch.setattr(PeopleResource, "undo", undo_and_cancel)
    request_undo(batch=batch)
    assert run_batch(batch_id=batch.pk) == BatchState.WRITTEN
    assert count() == 6


def test_two_administrators_with_the_same_people(ada):
    """Both checked the same file before either wrote it: the second is refused and says which rows."""
    bob = make_person("Bob Admin", roles=(ADMINISTRATOR,))
    first, second = make_batch(ROWS, actor=ada), make_batch(ROWS[:3], actor=bob)
    write_batch(first)
    write_batch(second)
    assert second.state == BatchState.FAILED
    assert second.sentence == (
        "Nothing was written: since the check, somebody changed the records of 3 rows (row 2, 3, 4). "
        "Check the file again and see what it changes now."
    )
    assert count() == 6
    batches.check_again(batch=second)
    run_batch(batch_id=second.pk)
    second.refresh_from_db()
    assert (second.state, second.same_count) == (BatchState.CHECKED, 3)


def test_an_edit_between_check_and_write_is_not_overwritten(ada):
    make_person("Pat No0", email="p0@example.com")
    batch = make_batch([["p0@example.com", "Patricia", "No0"], *ROWS[1:]], actor=ada)
    User.objects.filter(email="p0@example.com").update(first_name="Patrick")
    write_batch(batch)
    assert batch.state == BatchState.FAILED
    assert count() == 1
    assert User.objects.get(email="p0@example.com").first_name == "Patrick"


def test_a_row_that_the_database_refuses_takes_all_back(ada, small_chunks, monkeypatch):
    batch = waiting(ada)

    def refuse():
        raise IntegrityError("twice")

    at_chunk(monkeypatch, 3, refuse)
    assert run_batch(batch_id=batch.pk) == BatchState.FAILED
    assert count() == 0


def test_an_error_of_ours_is_a_sentence_and_takes_all_back(ada, small_chunks, monkeypatch):
    batch = waiting(ada)
    at_chunk(monkeypatch, 2, lambda: 1 / 0)
    assert run_batch(batch_id=batch.pk) == BatchState.FAILED
    batch.refresh_from_db()
    assert batch.sentence.startswith("Something went wrong on our side, and nothing was changed.")
    assert count() == 0


def test_whoever_lost_the_right_meanwhile_imports_nothing(ada):
    batch = waiting(ada)
    ada.groups.clear()
    assert run_batch(batch_id=batch.pk) == BatchState.FAILED
    assert count() == 0


def test_a_file_that_ends_badly_after_the_first_look(ada, monkeypatch):
    content = csv_bytes(ROWS) + b'p9@example.com,"Pat,No9\n'
    monkeypatch.setattr(batches, "IN_REQUEST", 2)
    batch = make_batch(content=content, actor=ada)
    assert batch.state == BatchState.FAILED
    assert batch.sentence.startswith("Row 8 cannot be read: a quotation mark")
    assert ImportRow.objects.count() == 0


def test_the_sweep_starts_what_no_message_woke(ada):
    batch = waiting(ada)
    assert sweep_imports() == {"stopped": 0, "erased": 0, "woken": 1}
    batch.refresh_from_db()
    # Tasks run at once in tests.
    assert batch.state == BatchState.WRITTEN
    assert run_import(batch.pk) == BatchState.WRITTEN


def test_old_imports_are_erased_and_can_no_longer_be_undone(ada):
    batch = write_batch(make_batch(ROWS, actor=ada))
    assert erase_old_batches() == 0
    ImportBatch.objects.update(created_at=timezone.now() - timedelta(days=91))
    assert erase_old_batches() == 1
    batch.refresh_from_db()
    assert (batch.path, batch.rows.count(), batch.state) == ("", 0, BatchState.WRITTEN)
    with pytest.raises(ImportRefused, match="older than 90 days"):
        undo_batch(batch)
    assert count() == 6
