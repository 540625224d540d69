"""What upper apps say about mail of their kind, filled in their ``ready()``."""

from collections.abc import Callable
from typing import Any

# Kind of mail -> asked just before the hand-over, with the OutboxMail. An empty string lets the mail go;
# a sentence holds it back for good and is shown as the reason. An exception postpones the mail.
mail_checks: dict[str, Callable[[Any], str]] = {}
