"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentConfig(AppConfig):
    name = "assessment"
    verbose_name = _("Assessment")

    def ready(self):
        from accounts.registries import Move, merges
        from assessment.modeladmin import answers_of_run
        from learning.models import Enrollment
        from workbench.records import related

        related.setdefault(Enrollment, []).append(answers_of_run)
        merges["assessment.GradeOverride.by"] = Move(_("Grades they set by hand"))
