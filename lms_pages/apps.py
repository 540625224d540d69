"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# Columns of a page that only its editors see; its key is named by every statement that writes several pages at once.
OF_DRAFTS = {
    "id",
    "draft_title",
    "latest_revision",
    "latest_revision_created_at",
    "has_unpublished_changes",
    "locked",
    "locked_at",
    "locked_by",
}


class LmsPagesConfig(AppConfig):
    name = "lms_pages"
    verbose_name = _("Courses")

    def ready(self):
        from wagtail.models import Locale, Page, PageViewRestriction, Site

        from accounts.registries import Move, Stay, merges
        from lms_pages.models import (
            CatalogPage,
            CoursePage,
            CourseStaff,
            GradingCategory,
            LessonPage,
            ModulePage,
            QuizPage,
        )
        from lms_pages.selectors.publishings import publishings_state
        from operations.registries import task_words, work
        from workbench.kept import watch
        from workbench.periodic import PeriodicEntry, periodic_tasks

        # Saving a draft changes nothing that a learner sees.
        shown = [field.name for field in Page._meta.local_concrete_fields if field.name not in OF_DRAFTS]
        watch("content", Page, only=shown)
        watch("content", CatalogPage, CoursePage, ModulePage, LessonPage, QuizPage, GradingCategory, CourseStaff)
        watch("content", Site, Locale, PageViewRestriction)
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
