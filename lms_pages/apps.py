"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LmsPagesConfig(AppConfig):
    name = "lms_pages"
    verbose_name = _("Courses")
