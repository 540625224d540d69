"""Whether something was built on a record: rows anywhere that point at it."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import ForeignKey, Model
from django.utils.translation import gettext as _


def pointing_fields(model: type[Model]) -> Iterator[ForeignKey]:
    """Every foreign key to ``model``, also those without a way back and those of many-to-many tables."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            yield relation.field


def built_on(instances: list[Any], *, ignored: Collection[str]) -> dict[Any, str]:
    """Primary key -> what points at that record by now, in words. One query per relation, however many records.

    ``ignored`` names models as "app_label.Model".
    """
    if not instances:
        return {}
    reasons: dict[Any, str] = {}
    keys = [instance.pk for instance in instances]
    for field in pointing_fields(type(instances[0])):
        if field.model._meta.label in ignored:
            continue
        rows = field.model._base_manager.filter(**{f"{field.name}__in": keys})
        for key in rows.order_by().values_list(field.attname, flat=True).distinct():
            # A table between two models has no name that a person knows; the model on its other side has.
            named = field.model._meta.auto_created or field.model
            words = _("has %(things)s by now") % {"things": named._meta.verbose_name_plural}
            reasons.setdefault(key, words)
    return reasons
