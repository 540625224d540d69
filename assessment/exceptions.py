"""Why an answer is refused; nothing was stored."""

from django.utils.translation import gettext as _

from learning.exceptions import LearningError


class NoSuchCheck(LearningError):
    """The lesson, as it is published now, has no such check or question."""

    status = 404

    def default(self) -> str:
        return _("This question is no longer part of the lesson. Load the page again.")
