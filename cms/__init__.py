"""Wiring: settings, addresses, Celery, and commands that span apps."""

from cms.celery import app as celery_app

__all__ = ["celery_app"]
