"""Tasks in tests run at once; the two that keep indexes beside each page and question only where a test reads those."""

from types import SimpleNamespace
from typing import Any

from django_tasks.backends.immediate import ImmediateBackend

# What search and "where is this used" are answered from: together nearly half of what it costs to publish a page.
INDEXES = {
    "modelsearch.tasks.insert_or_update_object_task",
    "wagtail.tasks.update_reference_index_task",
}


class TestBackend(ImmediateBackend):
    """``keeps_indexes`` is set by the marker `indexed`."""

    keeps_indexes = False

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        if task.module_path in INDEXES and not TestBackend.keeps_indexes:
            return SimpleNamespace(id="", status=None)
        return super().enqueue(task, args, kwargs)
