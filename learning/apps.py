"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearningConfig(AppConfig):
    name = "learning"
    verbose_name = _("Learning")

    def ready(self):
        from learning.receivers import connect
        from learning.selectors import course_keys_of
        from lms_pages.registries import visibility

        connect()
        visibility["learning"] = course_keys_of
