"""Finds relations that point up or sideways, in models and in migrations; the import linter does not see strings."""

from collections.abc import Iterable, Iterator, Mapping

from django.conf import settings
from django.db import migrations, models
from django.db.migrations.migration import SwappableTuple
from django.db.migrations.operations.base import Operation

from tests.architecture.rows import rows


def is_allowed(source: str, target: str, order: Mapping[str, int]) -> bool:
    """Whether rows of ``source`` may point at rows of ``target``. Libraries' apps are below all of ours."""
    return target not in order or target == source or order[target] < order[source]


def targets(field: models.Field) -> Iterator[str]:
    """The labels, such as ``learning.enrollment``, that a field points at."""
    remote = getattr(field, "remote_field", None)
    for model in (getattr(remote, "model", None), getattr(remote, "through", None)):
        if isinstance(model, str):
            yield model.lower()
        elif model is not None:
            yield model._meta.label_lower


def breaches_of(source: str, name: str, field: models.Field, order: Mapping[str, int]) -> Iterator[str]:
    for target in targets(field):
        app = target.partition(".")[0]
        if "." in target and target != settings.AUTH_USER_MODEL.lower() and not is_allowed(source, app, order):
            yield f"{source}.{name}.{field.name} points at {target}"


def upward_relations(found: Iterable[type[models.Model]]) -> list[str]:
    """A sentence for each relation of these models that points up or sideways."""
    order = rows()
    return [
        breach
        for model in found
        if model._meta.app_label in order
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        for breach in breaches_of(model._meta.app_label, model.__name__, field, order)
    ]


def fields_of(operation: Operation) -> Iterator[tuple[str, models.Field]]:
    if isinstance(operation, migrations.CreateModel):
        yield from ((operation.name, field) for field in named(operation.fields))
    elif isinstance(operation, migrations.AddField | migrations.AlterField):
        yield operation.model_name, next(named([(operation.name, operation.field)]))


def named(pairs: Iterable[tuple[str, models.Field]]) -> Iterator[models.Field]:
    """A migration's field learns its name only in a model."""
    for name, field in pairs:
        field = field.clone()
        field.name = name
        yield field


def upward_migrations(found: Iterable[migrations.Migration]) -> list[str]:
    """A sentence for each field or dependency of these migrations that points up or sideways."""
    order = rows()
    breaches = []
    for migration in found:
        source = migration.app_label
        if source not in order:
            continue
        for operation in migration.operations:
            for name, field in fields_of(operation):
                breaches += [f"{migration}: {breach}" for breach in breaches_of(source, name, field, order)]
        for dependency in migration.dependencies:
            # The user model is named by a setting, as in `breaches_of`.
            if isinstance(dependency, SwappableTuple):
                continue
            app, other = dependency
            if not is_allowed(source, app, order):
                breaches.append(f"{migration} depends on {app}.{other}")
    return breaches
