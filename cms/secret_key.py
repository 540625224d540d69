"""A secret key that is made once and kept in a file only its owner can read."""

import os
import secrets
from pathlib import Path


def secret_key_from(path: Path) -> str:
    """The key in ``path``; the first caller makes it. Safe when several processes start at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(50)
        file.write(key)
    return key
