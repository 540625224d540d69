"""The list of periodic tasks follows the code after every migrate; what was kept ends when it is written to."""

from celery import signals
from django.apps import apps
from django.core.signals import request_finished
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django_celery_beat.models import PeriodicTask

from workbench.kept import on_connection_created, write_counts
from workbench.periodic import sync_periodic_tasks


def on_post_migrate(sender, using, **kwargs):
    # A migrate of one app alone may come before the table does.
    if using == "default" and PeriodicTask._meta.db_table in connections[using].introspection.table_names():
        sync_periodic_tasks()


def connect() -> None:
    beat = apps.get_app_config("django_celery_beat")
    post_migrate.connect(on_post_migrate, sender=beat, dispatch_uid="workbench.sync_periodic_tasks")
    connection_created.connect(on_connection_created, dispatch_uid="workbench.kept")
    request_finished.connect(write_counts, dispatch_uid="workbench.kept_counts")
    signals.task_postrun.connect(write_counts, dispatch_uid="workbench.kept_counts")
