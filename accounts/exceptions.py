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
