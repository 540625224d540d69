"""Which database a table is kept in."""

from typing import Any


class Router:
    """Everything is written to the first database; a replica is filled by its server alone."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "default"
