"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentConfig(AppConfig):
    name = "assessment"
    verbose_name = _("Assessment")

    def ready(self):
        from accounts.registries import Move, merges
        from assessment.modeladmin import answers_of_run
        from assessment.models import Attempt, AttemptQuestion, Response
        from assessment.receivers import connect
        from assessment.resources import GradeResource
        from learning.models import Enrollment
        from operations.registries import Wear, hot_tables, task_words
        from workbench.imports.resource import resources
        from workbench.periodic import PeriodicEntry, periodic_tasks
        from workbench.records import related

        connect()
        hot_tables.update({Attempt: Wear.REWRITTEN, AttemptQuestion: Wear.REWRITTEN, Response: Wear.GROWING})
        related.setdefault(Enrollment, []).append(answers_of_run)
        task_words["assessment.tasks.submit_overdue_attempts"] = _("Hand in quiz attempts whose time is up")
        periodic_tasks["Lectern: hand in attempts whose time is up"] = PeriodicEntry(
            task="assessment.tasks.submit_overdue_attempts",
            every=30,
            description="Hands in what was answered when the time of a quiz is over, also where the browser is gone.",
        )
        task_words["assessment.tasks.compute_item_statistics"] = _("Compute how questions did")
        periodic_tasks["Lectern: compute item analysis"] = PeriodicEntry(
            task="assessment.tasks.compute_item_statistics",
            every=3600,
            description="Computes how questions did, once a night: the first time it is woken on a day.",
        )
        resources[GradeResource.slug] = GradeResource
        for name in ("AttemptQuestion.graded_by", "Extension.given_by"):
            merges[f"assessment.{name}"] = Move(_("Answers they graded and extensions they gave"))
        merges["assessment.GradeOverride.by"] = Move(_("Grades they set by hand"))
