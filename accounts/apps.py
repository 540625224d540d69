"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self):
        from accounts.models import User
        from accounts.receivers import connect
        from accounts.selectors import logged_moments, person_moments
        from workbench.records import timelines

        connect()
        timelines.setdefault(User, []).extend([person_moments, logged_moments])
