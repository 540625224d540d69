"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    name = "home"
    verbose_name = _("Home")

    def ready(self):
        from home.selectors import overdue_people
        from workbench.matters import matters

        matters["overdue"] = overdue_people
