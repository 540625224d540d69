"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "operations"
    verbose_name = _("Operations")

    def ready(self):
        from operations.registries import task_words

        task_words["celery.backend_cleanup"] = _("Throw away task results older than 30 days")
