"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LmsPagesConfig(AppConfig):
    name = "lms_pages"
    verbose_name = _("Courses")

    def ready(self):
        from accounts.registries import Move, Stay, merges
        from lms_pages.selectors.publishings import publishings_state
        from operations.registries import task_words, work
        from workbench.periodic import PeriodicEntry, periodic_tasks

        work["publishing"] = publishings_state
        task_words["lms_pages.tasks.publish_course"] = _("Publish a course with everything in it")
        task_words["lms_pages.tasks.sweep_publishings"] = _("Look which courses wait to be published")
        merges["lms_pages.CourseStaff.user"] = Move(_("Courses to teach"), ("course",))
        merges["lms_pages.Publishing.requested_by"] = Stay(_("Courses published"), _("they say who asked"))
        periodic_tasks["Lectern: sweep courses to publish"] = PeriodicEntry(
            task="lms_pages.tasks.sweep_publishings",
            every=60,
            description="Starts the publishing of courses that no message woke, and marks those whose worker died.",
        )
