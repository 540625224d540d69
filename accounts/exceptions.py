"""What can be wrong about a person."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class UnknownTimezone(ValidationError):
    def __init__(self, value: str):
        super().__init__(
            _("“%(value)s” is not a time zone. Choose one by its region and city, such as Europe/Berlin."),
            params={"value": value},
            code="unknown_timezone",
        )


class InvitationRefused(Exception):
    """The link of an invitation does not open the account any more: it was used, is late, or was revoked."""


class MergeRefused(Exception):
    """Two accounts cannot be merged; its sentences say why, and nothing was changed."""

    def __init__(self, sentences: list[str]):
        super().__init__(" ".join(sentences))
        self.sentences = sentences
