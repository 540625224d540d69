"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearningConfig(AppConfig):
    name = "learning"
    verbose_name = _("Learning")

    def ready(self):
        from accounts.models import User
        from accounts.registries import Move, merges
        from learning.modeladmin.bulk import EnrollPeople
        from learning.models import ActivityDay, Enrollment, LearningEvent, LessonProgress
        from learning.receivers import connect
        from learning.resources import CohortResource, CompletionResource, EnrollmentResource
        from learning.selectors import course_keys_of, course_moments_of_person, courses_of_person, moments_of_run
        from learning.services.merging import MoveRuns
        from lms_pages.registries import visibility
        from operations.registries import Wear, hot_tables
        from workbench.imports.resource import resources
        from workbench.modeladmin.bulk import added
        from workbench.records import related, timelines

        connect()
        hot_tables.update(dict.fromkeys((Enrollment, ActivityDay), Wear.REWRITTEN))
        hot_tables.update(dict.fromkeys((LearningEvent, LessonProgress), Wear.GROWING))
        merges["learning.Enrollment.learner"] = MoveRuns(_("Enrollments"))
        merges["learning.LearningEvent.learner"] = Move(_("Entries of the learning record"))
        merges["learning.LearningEvent.actor"] = Move(_("Entries they made in learning records"))
        for name in ("Cohort", "InviteLink"):
            merges[f"learning.{name}.created_by"] = Move(_("Cohorts and links they made"))
        visibility["learning"] = course_keys_of
        resources.update({kind.slug: kind for kind in (CohortResource, EnrollmentResource, CompletionResource)})
        related.setdefault(User, []).append(courses_of_person)
        timelines.setdefault(User, []).append(course_moments_of_person)
        timelines.setdefault(Enrollment, []).append(moments_of_run)
        added.setdefault(User, []).append(EnrollPeople)
