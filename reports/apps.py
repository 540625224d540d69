"""App configuration."""

from importlib import import_module

from django.apps import AppConfig
from django.core.checks import register
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _

SOURCES = ("accounts", "activity", "assessment", "deliveries", "learning", "lms_pages", "operations")
SHIPPED = (
    "activity",
    "attention",
    "completion",
    "content",
    "enrollments",
    "operations",
    "progress",
    "questions",
    "quizzes",
    "teams",
)


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from accounts.registries import Move, Stay, merges
        from notifications.models import MailKind
        from notifications.registries import mail_checks
        from operations.registries import task_words, work
        from reports.aggregates import teach_sqlite
        from reports.registries import check_sources
        from reports.selectors.schedules import runs_state
        from reports.services import reason_not_to_send
        from workbench.periodic import PeriodicEntry, periodic_tasks

        for name in SOURCES:
            import_module(f"reports.sources.{name}")
        for name in SHIPPED:
            import_module(f"reports.shipped.{name}")
        import_module("reports.dashboards.shipped")
        connection_created.connect(teach_sqlite, dispatch_uid="reports.teach_sqlite")
        register(check_sources)
        mail_checks[MailKind.REPORT] = reason_not_to_send
        work["reports"] = runs_state
        task_words["reports.tasks.sweep_schedules"] = _("Look which report schedules are due")
        task_words["reports.tasks.render_run"] = _("Draw the files of a report")
        task_words["reports.tasks.deliver_run"] = _("Write the mails of a report")
        merges["reports.Report.owner"] = Move(_("Reports made"))
        merges["reports.Schedule.owner"] = Move(_("Report schedules"))
        merges["reports.ScheduleRecipient.person"] = Move(_("Reports received"), ("schedule",))
        merges["reports.Run.requested_by"] = Stay(_("Reports asked for"), _("they say who asked"))
        merges["reports.Delivery.recipient"] = Stay(_("Reports sent"), _("they went to the other address"))
        periodic_tasks["Lectern: sweep report schedules"] = PeriodicEntry(
            task="reports.tasks.sweep_schedules",
            every=60,
            description="Looks which report schedules are due. It only looks: the schedules' own rows decide.",
        )
