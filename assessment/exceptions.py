"""Why an answer or a grade is refused; nothing was stored."""

from django.utils.translation import gettext as _

from learning.exceptions import LearningError


class NoSuchCheck(LearningError):
    """The lesson, as it is published now, has no such check or question."""

    status = 404

    def default(self) -> str:
        return _("This question is no longer part of the lesson. Load the page again.")


class NoSuchItem(LearningError):
    """The course, as it is published now, has no such graded item."""

    status = 404

    def default(self) -> str:
        return _("Nothing was changed: this lesson is not among the graded items of the course.")


class RunIsOver(LearningError):
    """Grades are set while somebody is on the course, or has completed it."""

    def default(self) -> str:
        return _("Nothing was changed: this person is not on the course now.")


class GradeInvalid(LearningError):
    """A score below 0 or above the points; the sentence names both."""

    status = 400
