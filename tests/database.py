"""The test database on SQLite: migrated once for a given set of migrations, then copied into memory."""

import hashlib
import os
import sqlite3
import tempfile
from pathlib import Path

from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection


def fingerprint() -> str:
    """A name for the schema: every migration file of every app, ours and the libraries'."""
    digest = hashlib.sha256()
    for config in apps.get_app_configs():
        for path in sorted((Path(config.path) / "migrations").glob("*.py")):
            digest.update(f"{config.label}/{path.name}".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def stored_copy() -> Path:
    return Path(tempfile.gettempdir()) / "lectern-tests" / f"schema-{fingerprint()}.sqlite3"


def can_copy() -> bool:
    return connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"])


def restore(copy: Path) -> None:
    """Replace the database in memory with the stored copy, then let the apps write what follows from code: roles, periodic tasks."""
    connection.ensure_connection()
    source = sqlite3.connect(copy)
    try:
        source.backup(connection.connection)
    finally:
        source.close()
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


def store(copy: Path) -> None:
    """Keep the migrated database for the next run; several workers may do this at once."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    draft = copy.with_suffix(f".{os.getpid()}")
    target = sqlite3.connect(draft)
    try:
        connection.connection.backup(target)
    finally:
        target.close()
    draft.replace(copy)
