"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "operations"
    verbose_name = _("Operations")

    def ready(self):
        from operations.receivers import connect
        from operations.registries import task_words
        from operations.selectors.site import site_zone
        from workbench.days import zone_sources

        zone_sources["site"] = site_zone

        task_words["celery.backend_cleanup"] = _("Throw away task results older than 30 days")
        connect()
