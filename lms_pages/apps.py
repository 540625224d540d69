"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LmsPagesConfig(AppConfig):
    name = "lms_pages"
    verbose_name = _("Courses")

    def ready(self):
        from accounts.registries import Move, merges

        merges["lms_pages.CourseStaff.user"] = Move(_("Courses to teach"), ("course",))
