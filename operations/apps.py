"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "operations"
    verbose_name = _("Operations")

    def ready(self):
        from django_celery_results.models import TaskResult

        from operations.models import Heartbeat, SiteSettings
        from operations.receivers import connect
        from operations.registries import Wear, hot_tables, task_words, work
        from operations.selectors.site import site_zone
        from operations.selectors.work import imports_state, queues_that_stand_still
        from workbench.days import zone_sources
        from workbench.kept import watch
        from workbench.matters import matters
        from workbench.periodic import PeriodicEntry, periodic_tasks

        zone_sources["site"] = site_zone

        work["imports"] = imports_state
        task_words["workbench.tasks.run_import"] = _("Check, write or undo an import")
        task_words["workbench.tasks.sweep_imports"] = _("Look which imports wait and which were left by a worker")
        task_words["celery.backend_cleanup"] = _("Throw away task results older than 30 days")
        task_words["operations.tasks.look_after_tables"] = _("Bring the database's statistics and tables in order")
        periodic_tasks["Lectern: look after the database at night"] = PeriodicEntry(
            task="operations.tasks.look_after_tables",
            every=3600,
            description="Asks every hour; works once in each night, between 2 and 6 by the site's clock.",
        )
        task_words["operations.tasks.feel_pulses"] = _("Feel the pulse of every queue")
        task_words["operations.tasks.answer_pulse"] = _("Answer a pulse")
        periodic_tasks["Lectern: feel the pulse of the queues"] = PeriodicEntry(
            task="operations.tasks.feel_pulses",
            every=60,
            description="Sends a word down each queue. One that no worker comes to in 15 minutes is an alarm.",
        )
        matters["queues"] = queues_that_stand_still
        watch("settings", SiteSettings)
        hot_tables.update({Heartbeat: Wear.REWRITTEN, TaskResult: Wear.REWRITTEN})
        connect()
