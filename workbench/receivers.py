"""The list of periodic tasks follows the code after every migrate."""

from django.db import connections
from django.db.models.signals import post_migrate
from django_celery_beat.models import PeriodicTask

from workbench.periodic import sync_periodic_tasks


def on_post_migrate(sender, using, **kwargs):
    # A partial migrate may come before the table does.
    if using == "default" and PeriodicTask._meta.db_table in connections[using].introspection.table_names():
        sync_periodic_tasks()


def connect(sender) -> None:
    post_migrate.connect(on_post_migrate, sender=sender, dispatch_uid="workbench.sync_periodic_tasks")
