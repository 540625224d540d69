"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self):
        from accounts.models import User
        from accounts.receivers import connect
        from accounts.registries import merges
        from accounts.resources import PeopleResource, TeamResource
        from accounts.selectors import invitations_pending, logged_moments, person_moments
        from accounts.services.merging import OWN_MERGES
        from workbench.imports.resource import resources
        from workbench.kept import watch
        from workbench.matters import matters
        from workbench.records import timelines

        connect()
        # What people are called, and who is gone; nothing that was kept names somebody who is new.
        watch("names", User, only=("first_name", "last_name", "email", "is_active", "merged_into"), inserts=False)
        matters["invitations"] = invitations_pending
        resources.update({kind.slug: kind for kind in (PeopleResource, TeamResource)})

        merges.update(OWN_MERGES)
        timelines.setdefault(User, []).extend([person_moments, logged_moments])
