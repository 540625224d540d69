"""Why an answer, an attempt or a grade is refused; nothing was stored."""

from django.utils.translation import gettext as _

from learning.exceptions import LearningError


class NoSuchCheck(LearningError):
    """The lesson, as it is published now, has no such check or question."""

    status = 404

    def default(self) -> str:
        return _("This question is no longer part of the lesson. Load the page again.")


class CannotBegin(LearningError):
    """The quiz's rules allow no attempt now; the sentence says which, and when there will be one."""

    status = 403


class NothingToAsk(CannotBegin):
    def default(self) -> str:
        return _("This quiz has no published questions at the moment. Tell whoever teaches the course.")


class AttemptOver(LearningError):
    """It was handed in, or its time is over: what was saved before counts."""

    def default(self) -> str:
        return _("This attempt is over. What was saved before its end was handed in.")


class AlreadyChecked(LearningError):
    def default(self) -> str:
        return _("This question was checked already. Its answer stays as it is.")


class NoSuchQuestion(LearningError):
    status = 404

    def default(self) -> str:
        return _("This question is not part of the attempt. Load the page again.")


class NotHandedIn(LearningError):
    def default(self) -> str:
        return _("Nothing was changed: this attempt is still under way. It can be graded once it is handed in.")


class PointsOutside(LearningError):
    """Points below 0 or above what there are; the sentence names both."""


class ReasonNeeded(LearningError):
    def default(self) -> str:
        return _("Nothing was changed: say why. The reason stays on record.")


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
