"""Which database a table is kept in."""

from typing import Any

from django.db.models import Model


class Router:
    """The tables of analytics lie in a database of their own, all others in the first; a replica is filled by its server
    alone."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return "analytics" if model._meta.app_label == "analytics" else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == ("analytics" if app_label == "analytics" else "default")
