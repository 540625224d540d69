"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self):
        from accounts.registries import Stay, merges
        from notifications.models import OutboxMail
        from notifications.selectors import failed_mail, outbox_state
        from operations.registries import Wear, hot_tables, task_words, work
        from workbench.matters import matters
        from workbench.periodic import PeriodicEntry, periodic_tasks

        hot_tables[OutboxMail] = Wear.REWRITTEN
        work["mail"] = outbox_state
        matters["mail"] = failed_mail
        task_words["notifications.tasks.send_mail"] = _("Hand one mail over to the mail server")
        task_words["notifications.tasks.sweep_mail"] = _("Look which mail waits and wake a worker for it")

        merges["notifications.OutboxMail.recipient"] = Stay(_("Mails"), _("they went to the other address"))
        periodic_tasks["Lectern: sweep the mail outbox"] = PeriodicEntry(
            task="notifications.tasks.sweep_mail",
            every=60,
            description="Sends waiting mail whose time has come and marks mail whose worker died.",
        )
