"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "operations"
    verbose_name = _("Operations")

    def ready(self):
        from operations.receivers import connect
        from operations.registries import task_words, work
        from operations.selectors.site import site_zone
        from operations.selectors.work import imports_state
        from workbench.days import zone_sources

        zone_sources["site"] = site_zone

        work["imports"] = imports_state
        task_words["workbench.tasks.run_import"] = _("Check, write or undo an import")
        task_words["workbench.tasks.sweep_imports"] = _("Look which imports wait and which were left by a worker")
        task_words["celery.backend_cleanup"] = _("Throw away task results older than 30 days")
        connect()
