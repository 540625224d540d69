"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentConfig(AppConfig):
    name = "assessment"
    verbose_name = _("Assessment")

    def ready(self):
        from assessment.modeladmin import answers_of_run
        from learning.models import Enrollment
        from operations.registries import task_words
        from workbench.periodic import PeriodicEntry, periodic_tasks
        from workbench.records import related

        related.setdefault(Enrollment, []).append(answers_of_run)
        task_words["assessment.tasks.submit_overdue_attempts"] = _("Hand in quiz attempts whose time is up")
        periodic_tasks["Lectern: hand in attempts whose time is up"] = PeriodicEntry(
            task="assessment.tasks.submit_overdue_attempts",
            every=30,
            description="Hands in what was answered when the time of a quiz is over, also where the browser is gone.",
        )
