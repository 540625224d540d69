"""Files as people upload them, and imports made of them by the services."""

import csv
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet

from accounts.roles import ADMINISTRATOR
from tests.factories.accounts import make_person
from workbench.imports.resource import RecordResource, resources
from workbench.models import ImportBatch
from workbench.services import choose_columns, confirm_batch, create_batch, request_undo, run_batch
from workbench.sheets import write_csv, write_xlsx

PEOPLE = ["E-mail address", "First name", "Last name"]


def csv_bytes(rows, *, header=PEOPLE, encoding="utf-8", separator=",") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator).writerows([header, *rows])
    return stream.getvalue().encode(encoding)


def upload(content: bytes, name: str = "people.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def make_batch(rows=(), *, header=PEOPLE, resource="people", actor=None, content=None, mapping=None) -> ImportBatch:
    """A checked import of these rows."""
    actor = actor or make_person("Ada Admin", roles=(ADMINISTRATOR,))
    content = csv_bytes(rows, header=header) if content is None else content
    batch = create_batch(resource=resources[resource], upload=upload(content), actor=actor)
    choose_columns(batch=batch, mapping=batch.mapping if mapping is None else mapping)
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def write_batch(batch: ImportBatch, **options) -> ImportBatch:
    confirm_batch(batch=batch, options=options)
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def undo_batch(batch: ImportBatch) -> ImportBatch:
    request_undo(batch=batch)
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def exported(resource: RecordResource, queryset: QuerySet, ending: str = "csv") -> bytes:
    """The file that an export of these records is."""
    if ending == "csv":
        text = io.StringIO(newline="")
        write_csv(text, header=resource.header(), rows=resource.cells(queryset), bom=True)
        return text.getvalue().encode()
    stream = io.BytesIO()
    write_xlsx(stream, title="Sheet", header=resource.header(), rows=resource.cells(queryset, as_text=False))
    return stream.getvalue()


def errors_of(batch: ImportBatch) -> list[tuple[int, str, str]]:
    """Row, column and sentence of each error."""
    return [(row.number, key, text) for row in batch.rows.order_by("number") for key, text in row.errors]


def outcomes_of(batch: ImportBatch) -> dict[int, str]:
    return dict(batch.rows.order_by("number").values_list("number", "outcome"))
