"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    name = "home"
    verbose_name = _("Home")

    def ready(self):
        from home.models import HomePage
        from home.selectors import overdue_people
        from workbench.kept import watch
        from workbench.matters import matters

        watch("content", HomePage)
        matters["overdue"] = overdue_people
