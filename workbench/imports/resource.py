"""What a file means: columns, which record a row is about, what it would change, how that is written and undone."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource

from workbench.imports.columns import REQUIRED, Column
from workbench.models import Outcome
from workbench.sheets import Unusable

log = logging.getLogger(__name__)

EXPORT_CHUNK = 500

# Slug of a resource, as it stands in addresses and on batches -> the resource. Filled by apps in ready().
resources: dict[str, type["RecordResource"]] = {}


class FoundBefore(BaseInstanceLoader):
    """Rows find their records among those that `prepare` has loaded, without a query of their own."""

    def get_instance(self, row):
        return self.resource.find(row)


@dataclass
class Planned:
    """One row of a file, judged: what it would do to which record, or why it cannot."""

    number: int
    row: dict[str, str]
    outcome: str = Outcome.ERROR
    label: str = ""
    diff: dict[str, list[str]] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    instance: Any = None
    before: dict[str, str] = field(default_factory=dict)
    trace: dict[str, Any] = field(default_factory=dict)

    def changes(self, *columns: str) -> bool:
        return not self.diff.keys().isdisjoint(columns)


class RecordResource(Resource):
    """One kind of record as a file. Declare `Column` attributes and Meta.model, then write the hooks below.

    A check never writes: `prepare` loads whatever the rows of one chunk speak of in a
    fixed number of queries, then each row is applied to its record in memory only.
    """

    # Templates would call a class, as they call whatever they can.
    do_not_call_in_templates = True

    # As it stands in addresses and on batches.
    slug: ClassVar[str]
    label: ClassVar[str | Promise]
    explanation: ClassVar[str | Promise] = ""
    # Columns that say which record a row is about.
    keys: ClassVar[tuple[str, ...]]
    # What else is asked before writing.
    options_form: ClassVar[type[forms.Form] | None] = None
    # "app_label.Model" of relations that the import itself writes or that mean nothing for an undo.
    own_relations: ClassVar[frozenset[str]] = frozenset()
    # What a person needs to import, on top of the right to import at all.
    permissions: ClassVar[tuple[str, ...]] = ()

    class Meta:
        instance_loader_class = FoundBefore
        # Its copies and HTML cost more than all the rest; a difference is texts before and after.
        skip_diff = True
        store_instance = True
        use_transactions = False

    def __init__(self, *, actor: Any, mapped: Iterable[str] | None = None):
        super().__init__()
        self.actor = actor
        # Columns that the file has; all of them for exports.
        self.mapped = [key for key in self.fields if mapped is None or key in set(mapped)]
        self.loader = FoundBefore(self)
        self.seen: dict[Any, int] = {}

    # Hooks ------------------------------------------------------------------------

    def scope(self, viewer: Any) -> QuerySet:
        """The records that ``viewer`` may import into or export."""
        raise NotImplementedError

    def prepare(self, rows: Sequence[dict[str, str]], *, for_update: bool = False) -> None:
        """Load what ``rows`` speak of in a fixed number of queries; ``for_update`` locks the records."""
        raise NotImplementedError

    def find(self, row: dict[str, str]) -> Model | None:
        """The record a row is about among those loaded, or None for a new one."""
        raise NotImplementedError

    def key_of(self, row: dict[str, str]) -> Any:
        """What two rows without errors may not share."""
        raise NotImplementedError

    def label_of(self, row: dict[str, str]) -> str:
        return " · ".join(row.get(key, "") for key in self.keys)

    def judge(self, planned: Planned, errors: dict[str, str]) -> None:
        """Add to ``errors`` (column or "" -> sentence) what only shows when all cells are read."""

    def write(self, planned: list[Planned], options: dict[str, Any]) -> None:
        """Write new and changed rows in bulk and note in each ``trace`` what `undo` needs. Runs inside a transaction."""
        raise NotImplementedError

    def undo(self, planned: list[Planned]) -> None:
        """Take back what `write` did; ``planned`` rows carry their record and trace. Runs inside a transaction."""
        raise NotImplementedError

    def after_write(self, batch: Any, options: dict[str, Any]) -> str:
        """What happens once all rows are written, in the same transaction; a sentence about it, or nothing."""
        return ""

    def why_not_undone(self, planned: list[Planned]) -> dict[Any, str]:
        """Primary key -> why this record, which the import made or changed, can no longer go back, as "has signed in"."""
        return {}

    def export_rows(self, queryset: QuerySet) -> QuerySet:
        """``queryset`` with what the columns need, so that a chunk costs a fixed number of queries."""
        return queryset

    def load(self, keys: list[int]) -> dict[int, Any]:
        """Records by primary key, ready for `Column.text_of`, whoever may see them."""
        instances = list(self.export_rows(self._meta.model._default_manager.filter(pk__in=keys)))
        self.prepare_export(instances)
        return {instance.pk: instance for instance in instances}

    # Checking ---------------------------------------------------------------------

    @classmethod
    def may_import(cls, user: Any) -> bool:
        return user.has_perm("workbench.add_importbatch") and user.has_perms(cls.permissions)

    @classmethod
    def columns(cls) -> dict[str, Column]:
        return dict(cls.fields)

    @classmethod
    def writable(cls) -> dict[str, Column]:
        return {key: column for key, column in cls.fields.items() if not column.readonly}

    def get_queryset(self) -> QuerySet:
        return self.scope(self.actor)

    def init_instance(self, row=None):
        return self._meta.model()

    def get_instance(self, instance_loader, row):
        return instance_loader.get_instance(row)

    def get_import_order(self):
        return tuple(self.mapped)

    def get_import_id_fields(self):
        return self.keys

    def texts(self, instance: Any) -> dict[str, str]:
        """Every column of a record as it stands in a file."""
        return {key: column.text_of(instance) for key, column in self.fields.items()}

    def after_init_instance(self, instance, new, row, **kwargs):
        kwargs["planned"].before = {} if new else self.texts(instance)

    def import_instance(self, instance, row, **kwargs):
        """Every cell at once, so that a person sees all errors of a row. An unchanged cell is never an error."""
        errors: dict[str, str] = {}
        is_new = instance.pk is None
        for key in self.mapped:
            column, text = self.fields[key], row.get(key, "")
            if column.readonly or (not is_new and text == kwargs["planned"].before[key]):
                continue
            if isinstance(text, Unusable):
                errors[key] = text.why
            elif column.required and not text.strip():
                errors[key] = str(REQUIRED)
            else:
                try:
                    column.save(instance, row, resource=self, record=instance)
                except ValueError as error:
                    errors[key] = str(error)
        planned: Planned = kwargs["planned"]
        planned.instance = instance
        planned.outcome = Outcome.NEW if is_new else Outcome.CHANGED
        self.judge(planned, errors)
        if errors:
            raise ValidationError({key or NON_FIELD_ERRORS: sentence for key, sentence in errors.items()})

    def plan(self, rows: Sequence[tuple[int, dict[str, str]]], *, for_update: bool = False) -> list[Planned]:
        """Judge one chunk of rows. Nothing is written; the number of queries does not grow with the rows."""
        self.prepare([row for _number, row in rows], for_update=for_update)
        return [self.plan_row(number, row) for number, row in rows]

    def plan_row(self, number: int, row: dict[str, str]) -> Planned:
        planned = Planned(number, row, label=self.label_of(row)[:400])
        result = self.import_row(
            row, self.loader, dry_run=True, using_transactions=False, row_number=number, planned=planned
        )
        if result.validation_error is not None:
            by_column = result.validation_error.message_dict
            return self.refused(
                planned,
                [("" if key == NON_FIELD_ERRORS else key, text) for key, found in by_column.items() for text in found],
            )
        if result.errors:
            # A hole in our own checks: the row is refused, and the log says where.
            log.error("import %s, row %s", self.slug, number, exc_info=result.errors[0].error)
            return self.refused(planned, [("", _("This row could not be read. Check its cells, or leave it out."))])
        key = self.key_of(row)
        if key in self.seen:
            return self.refused(
                planned, [("", _("The same as row %(row)d. Keep one of them.") % {"row": self.seen[key]})]
            )
        self.seen[key] = number
        after = self.texts(planned.instance)
        if planned.outcome == Outcome.NEW:
            planned.diff = {key: ["", text] for key, text in after.items() if text}
        else:
            planned.diff = {key: [old, after[key]] for key, old in planned.before.items() if old != after[key]}
            planned.outcome = Outcome.CHANGED if planned.diff else Outcome.SAME
        return planned

    def refused(self, planned: Planned, errors: list[tuple[str, str]]) -> Planned:
        planned.outcome, planned.errors, planned.diff = Outcome.ERROR, errors, {}
        return planned

    # Exporting --------------------------------------------------------------------

    def header(self) -> list[str]:
        return [str(column.label) for column in self.fields.values()]

    def cells(self, queryset: QuerySet, *, as_text: bool = True) -> Iterator[list[Any]]:
        """The rows of ``queryset`` as cells, chunk by chunk."""
        columns = list(self.fields.values())
        for instance in chunked(self.export_rows(queryset), self):
            yield [column.text_of(instance) if as_text else column.cell_of(instance) for column in columns]

    def prepare_export(self, instances: list[Any]) -> None:
        """Load what the columns need for one chunk of records."""


def chunked(queryset: QuerySet, resource: RecordResource) -> Iterator[Any]:
    """The rows of ``queryset`` in its order. Their keys are read first, so that a change meanwhile repeats or skips none."""
    keys = list(queryset.values_list("pk", flat=True))
    for start in range(0, len(keys), EXPORT_CHUNK):
        part = keys[start : start + EXPORT_CHUNK]
        found = {row.pk: row for row in queryset.order_by().filter(pk__in=part)}
        instances = [found[key] for key in part if key in found]
        resource.prepare_export(instances)
        yield from instances
