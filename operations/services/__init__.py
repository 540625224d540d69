"""What is done to keep the site running."""

from operations.services.background import (
    SIGN_IN_FAILED,
    UNKNOWN_ADDRESS,
    forget_process,
    record_heartbeat,
    record_movement,
    record_sign_in_failure,
    repeat_task,
    run_entry_now,
)
from operations.services.upkeep import look_after_tables, set_storage

__all__ = [
    "SIGN_IN_FAILED",
    "UNKNOWN_ADDRESS",
    "forget_process",
    "look_after_tables",
    "record_heartbeat",
    "record_movement",
    "record_sign_in_failure",
    "repeat_task",
    "run_entry_now",
    "set_storage",
]
