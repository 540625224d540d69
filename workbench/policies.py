"""Who may see which imports."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from workbench.models import ImportBatch, ImportRow


def batches(viewer: Any, prefix: str = "") -> Q:
    """All imports for those who may see all, else those a person uploaded."""
    return Q() if viewer.has_perm("workbench.view_importbatch") else Q(**{f"{prefix}created_by": viewer})


RULES: dict[type, Callable[[Any], Q]] = {
    ImportBatch: lambda viewer: batches(viewer),
    ImportRow: lambda viewer: batches(viewer, "batch__"),
}


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """``queryset`` cut down to the rows ``viewer`` may see; nothing for those who are not signed in."""
    if not viewer.is_authenticated or not viewer.is_active:
        return queryset.none()
    return queryset.filter(RULES[queryset.model](viewer))
