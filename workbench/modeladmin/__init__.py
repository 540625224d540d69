"""The kit of our record screens: scoped listings, inspect pages with links both ways, row and bulk actions."""

from workbench.modeladmin.base import (
    RowButtonHelper,
    ScopedCreateView,
    ScopedDeleteView,
    ScopedEditView,
    ScopedIndexView,
    ScopedInspectView,
    ScopedModelAdmin,
    ScopedPermissionHelper,
    registered,
)
from workbench.modeladmin.bulk import BulkAction, BulkRefused

__all__ = [
    "BulkAction",
    "BulkRefused",
    "RowButtonHelper",
    "ScopedCreateView",
    "ScopedDeleteView",
    "ScopedEditView",
    "ScopedIndexView",
    "ScopedInspectView",
    "ScopedModelAdmin",
    "ScopedPermissionHelper",
    "registered",
]
