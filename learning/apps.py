"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearningConfig(AppConfig):
    name = "learning"
    verbose_name = _("Learning")

    def ready(self):
        from learning.receivers import connect
        from learning.resources import CompletionResource, EnrollmentResource
        from learning.selectors import course_keys_of
        from lms_pages.registries import visibility
        from workbench.imports.resource import resources

        connect()
        visibility["learning"] = course_keys_of
        resources.update({kind.slug: kind for kind in (EnrollmentResource, CompletionResource)})
