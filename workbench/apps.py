"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkbenchConfig(AppConfig):
    name = "workbench"
    verbose_name = _("Workbench")

    def ready(self):
        from workbench.periodic import PeriodicEntry, periodic_tasks
        from workbench.receivers import connect

        connect()
        periodic_tasks["Lectern: sweep imports"] = PeriodicEntry(
            task="workbench.tasks.sweep_imports",
            every=60,
            description="Starts waiting imports that no message woke, marks those whose worker died, erases old files.",
        )
