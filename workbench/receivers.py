"""The list of periodic tasks follows the code after every migrate."""

from django.apps import apps
from django.db import connections
from django.db.models.signals import post_migrate
from django_celery_beat.models import PeriodicTask

from workbench.periodic import sync_periodic_tasks


def on_post_migrate(sender, using, **kwargs):
    # A migrate of one app alone may come before the table does.
    if using == "default" and PeriodicTask._meta.db_table in connections[using].introspection.table_names():
        sync_periodic_tasks()


def connect() -> None:
    beat = apps.get_app_config("django_celery_beat")
    post_migrate.connect(on_post_migrate, sender=beat, dispatch_uid="workbench.sync_periodic_tasks")
