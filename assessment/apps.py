"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentConfig(AppConfig):
    name = "assessment"
    verbose_name = _("Assessment")

    def ready(self):
        from accounts.registries import Move, merges
        from assessment.modeladmin import answers_of_run
        from assessment.resources import GradeResource
        from learning.models import Enrollment
        from workbench.imports.resource import resources
        from workbench.records import related

        related.setdefault(Enrollment, []).append(answers_of_run)
        resources[GradeResource.slug] = GradeResource
        merges["assessment.GradeOverride.by"] = Move(_("Grades they set by hand"))
