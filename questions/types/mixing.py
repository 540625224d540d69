"""An order for what is shown that tells nothing about the right one, and names for it that tell nothing either.

Both come from a keyed hash: whoever knows the seed and the ids, which for imported questions can be worked out, still
cannot compute them.
"""

from collections.abc import Iterable

from django.utils.crypto import salted_hmac


def token(key: str) -> str:
    """A name for ``key`` that only the server can trace back; the same each time."""
    return salted_hmac("questions.token", key).hexdigest()[:16]


def mixed(keys: Iterable[str], seed: str) -> list[str]:
    """``keys`` in an order of ``seed``, whatever order they come in."""
    return sorted(keys, key=lambda key: salted_hmac(f"questions.order:{seed}", key).digest())
