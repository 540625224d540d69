"""The test databases on SQLite: migrated once for a given set of migrations, then copied into memory."""

import hashlib
import os
import sqlite3
import tempfile
from pathlib import Path

from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, connections

ALIASES = ("default", "analytics")


def fingerprint() -> str:
    """A name for the schema: every migration file of every app, ours and the libraries'."""
    digest = hashlib.sha256()
    for config in apps.get_app_configs():
        for path in sorted((Path(config.path) / "migrations").glob("*.py")):
            digest.update(f"{config.label}/{path.name}".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def stored_copy(alias: str = "default") -> Path:
    return Path(tempfile.gettempdir()) / "lectern-tests" / f"schema-{fingerprint()}-{alias}.sqlite3"


def can_copy() -> bool:
    return connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"])


def are_stored() -> bool:
    return all(stored_copy(alias).exists() for alias in ALIASES)


def restore(*aliases: str) -> None:
    """Replace the databases in memory (all, or those of ``aliases``) with the stored copies, then let the apps write what follows from code: roles, periodic tasks."""
    for alias in aliases or ALIASES:
        connections[alias].ensure_connection()
        source = sqlite3.connect(stored_copy(alias))
        try:
            source.backup(connections[alias].connection)
        finally:
            source.close()
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


def store() -> None:
    """Keep the migrated databases for the next run; several workers may do this at once."""
    for alias in ALIASES:
        copy = stored_copy(alias)
        copy.parent.mkdir(parents=True, exist_ok=True)
        draft = copy.with_suffix(f".{os.getpid()}")
        target = sqlite3.connect(draft)
        try:
            connections[alias].connection.backup(target)
        finally:
            target.close()
        draft.replace(copy)
