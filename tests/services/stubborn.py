"""A worker's application with two tasks more: one that a server never answers, one that sleeps. `celery -A tests.services.stubborn`."""

import time

from django.db import OperationalError

from cms.celery import app

app.loader.import_default_modules()


@app.task(name="tests.never_answered")
def never_answered(number):
    raise OperationalError(f"server {number} does not answer")


@app.task(name="tests.hang")
def hang(seconds):
    time.sleep(seconds)
