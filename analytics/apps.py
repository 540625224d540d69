"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    name = "analytics"
    verbose_name = _("Analytics")

    def ready(self):
        from analytics.checks import analytics
        from operations.registries import checks, task_words
        from workbench.periodic import PeriodicEntry, periodic_tasks

        checks.append(analytics)
        task_words["analytics.tasks.take_in"] = _("Take in what happened for analytics")
        periodic_tasks["Lectern: take in what happened for analytics"] = PeriodicEntry(
            task="analytics.tasks.take_in",
            every=60,
            description="Copies new learning events and activity into the analytics database and adds up their days.",
        )
        task_words["analytics.tasks.take_in_late"] = _("Take in what came late for analytics")
        periodic_tasks["Lectern: take in what came late for analytics"] = PeriodicEntry(
            task="analytics.tasks.take_in_late",
            every=3600,
            description="Looks through the last day for what came late, and adds up weeks and months.",
        )
        task_words["analytics.tasks.reconcile"] = _("Compare analytics with its source")
        periodic_tasks["Lectern: compare analytics with its source"] = PeriodicEntry(
            task="analytics.tasks.reconcile",
            every=24 * 3600,
            description="Compares the analytics database with the site's own; what differs is shown on Check connections.",
        )
