"""App configuration."""

from importlib import import_module

from django.apps import AppConfig, apps
from django.core.checks import register
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _

SOURCES = (
    "accounts",
    "activity",
    "analytics",
    "assessment",
    "deliveries",
    "gamification",
    "learning",
    "lms_pages",
    "operations",
)
SHIPPED = (
    "activity",
    "attention",
    "completion",
    "content",
    "enrollments",
    "leaderboards",
    "operations",
    "progress",
    "questions",
    "quizzes",
    "regular",
    "teams",
    "trends",
)


# Whose rows reports are made of; what pages, settings and rules say is watched by their own apps.
RECORDS = ("accounts", "learning", "assessment", "gamification", "notifications", "reports", "workbench")


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
        from reports.selectors.exports import exports_state, ready_exports
        from reports.selectors.schedules import runs_state
        from reports.services import reason_not_to_send
        from workbench.matters import matters
        from workbench.periodic import PeriodicEntry, periodic_tasks

        watch_records()
        for name in SOURCES:
            import_module(f"reports.sources.{name}")
        for name in SHIPPED:
            import_module(f"reports.shipped.{name}")
        import_module("reports.dashboards.shipped")
        connection_created.connect(teach_sqlite, dispatch_uid="reports.teach_sqlite")
        register(check_sources)
        mail_checks[MailKind.REPORT] = reason_not_to_send
        work["reports"] = runs_state
        work["exports"] = exports_state
        matters["exports"] = ready_exports
        task_words["reports.tasks.sweep_schedules"] = _("Look which report schedules are due")
        task_words["reports.tasks.render_run"] = _("Draw the files of a report")
        task_words["reports.tasks.deliver_run"] = _("Write the mails of a report")
        task_words["reports.tasks.make_export"] = _("Make a file of a report that somebody asked for")
        task_words["reports.tasks.sweep_exports"] = _("Look which exports wait, and delete old files")
        merges["reports.Report.owner"] = Move(_("Reports made"))
        merges["reports.Schedule.owner"] = Move(_("Report schedules"))
        merges["reports.Schedule.run_as_person"] = Move(_("Report schedules with their rows"))
        merges["reports.ScheduleRecipient.person"] = Move(_("Reports received"), ("schedule",))
        merges["reports.Subscription.person"] = Move(_("Mails of reports stopped or wanted"), ("schedule",))
        merges["reports.Run.requested_by"] = Stay(_("Reports asked for"), _("they say who asked"))
        merges["reports.Delivery.recipient"] = Stay(_("Reports sent"), _("they went to the other address"))
        task_words["reports.tasks.remove_old"] = _("Remove files and runs of reports that are too old to keep")
        merges["reports.ReportExport.person"] = Stay(_("Exports"), _("they hold the rows of the other account"))
        periodic_tasks["Lectern: remove old reports"] = PeriodicEntry(
            task="reports.tasks.remove_old",
            every=6 * 3600,
            description="Removes files of reports after 30 days and what is known of their runs after 400, or as set.",
        )
        periodic_tasks["Lectern: sweep exports of reports"] = PeriodicEntry(
            task="reports.tasks.sweep_exports",
            every=60,
            description="Starts exports that no message woke or whose worker died, and deletes files after seven days.",
        )
        periodic_tasks["Lectern: sweep report schedules"] = PeriodicEntry(
            task="reports.tasks.sweep_schedules",
            every=60,
            description="Looks which report schedules are due. It only looks: the schedules' own rows decide.",
        )


def watch_records() -> None:
    """Whatever a report may count: numbers that are shared are over once one of its rows is written."""
    from wagtail.models import Page

    from accounts.models import User
    from workbench.kept import watch

    # Reports of content count drafts, too.
    watch("records", Page)

    for label in RECORDS:
        for kind in apps.get_app_config(label).get_models():
            if kind is not User:
                watch("records", kind)
    of_signing_in = {"id", "last_login", "password", "session_generation"}
    watch("records", User, only=[field.name for field in User._meta.concrete_fields if field.name not in of_signing_in])
