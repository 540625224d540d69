"""Every step of an import: upload, columns, check, write, undo, cancel, erase."""

from workbench.services.batches import (
    cancel_batch,
    check_again,
    choose_columns,
    confirm_batch,
    create_batch,
    erase_old_batches,
    expire_leases,
    request_undo,
)
from workbench.services.work import run_batch

__all__ = [
    "cancel_batch",
    "check_again",
    "choose_columns",
    "confirm_batch",
    "create_batch",
    "erase_old_batches",
    "expire_leases",
    "request_undo",
    "run_batch",
]
