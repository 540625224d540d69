"""Roles follow the code after every migrate; a password set by any way settles an invitation."""

from allauth.account.signals import password_reset, password_set
from django.apps import apps
from django.db.models.signals import post_migrate

from accounts.services import settle_invitation, sync_roles


def on_post_migrate(sender, using, **kwargs):
    if using == "default":
        sync_roles()


def on_password_set(sender, user, **kwargs):
    settle_invitation(person=user)


def connect() -> None:
    password_reset.connect(on_password_set, dispatch_uid="accounts.settle_invitation")
    password_set.connect(on_password_set, dispatch_uid="accounts.settle_invitation")
    # Permissions of an app are made after that app's own post_migrate, so the last app's turn comes when all exist.
    last = [config for config in apps.get_app_configs() if config.models_module is not None][-1]
    post_migrate.connect(on_post_migrate, sender=last, dispatch_uid="accounts.sync_roles")
