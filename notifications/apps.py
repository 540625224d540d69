"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self):
        from workbench.periodic import PeriodicEntry, periodic_tasks

        periodic_tasks["Lectern: sweep the mail outbox"] = PeriodicEntry(
            task="notifications.tasks.sweep_mail",
            every=60,
            description="Sends waiting mail whose time has come and marks mail whose worker died.",
        )
