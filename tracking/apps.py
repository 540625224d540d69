"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrackingConfig(AppConfig):
    name = "tracking"
    verbose_name = _("Usage tracking")

    def ready(self):
        from accounts.registries import merges
        from operations.registries import Wear, checks, hot_tables, task_words, work
        from tracking.checks import usage_tracking
        from tracking.merging import KeepOwnChoice
        from tracking.models import Consent, Dispatch, PageView, TrackingSettings
        from tracking.receivers import connect
        from tracking.selectors.dispatches import dispatch_state
        from workbench.kept import watch
        from workbench.periodic import PeriodicEntry, periodic_tasks

        connect()
        watch("settings", TrackingSettings)
        watch("consents", Consent)
        hot_tables.update({PageView: Wear.GROWING, Dispatch: Wear.REWRITTEN})
        work["events"] = dispatch_state
        checks.append(usage_tracking)
        merges["tracking.Consent.person"] = KeepOwnChoice(_("Choices about usage data"))
        task_words["tracking.tasks.send_events"] = _("Tell analytics services what people agreed to")
        periodic_tasks["Lectern: tell analytics services"] = PeriodicEntry(
            task="tracking.tasks.send_events",
            every=60,
            description="Finds what analytics services are to be told, and tells them. Nothing while none is on.",
        )
        task_words["tracking.tasks.look_again"] = _("Look for events that came late, and forget old ones")
        periodic_tasks["Lectern: look for late events, and forget old ones"] = PeriodicEntry(
            task="tracking.tasks.look_again",
            every=3600,
            description="Looks through the last day for what was recorded late, and deletes page views and events that are old.",
        )
