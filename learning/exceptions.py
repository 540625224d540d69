"""Why a learning action is refused. Each text is a sentence for the person; nothing was changed."""

from django.utils.translation import gettext as _


class LearningError(Exception):
    """Base: a refusal with a sentence and an HTTP status."""

    status = 409

    def __init__(self, sentence: str = ""):
        super().__init__(sentence or str(self.default()))

    def default(self) -> str:
        return _("This cannot be done now.")


class NotEnrolled(LearningError):
    status = 403

    def default(self) -> str:
        return _("You are not enrolled in this course. Enroll on the course page, then come back.")


class AlreadyEnrolled(LearningError):
    def default(self) -> str:
        return _("You are already enrolled in this course.")


class AlreadyRequested(LearningError):
    def default(self) -> str:
        return _("You have asked for this course already. You will get a mail when somebody has decided.")


class AlreadyDecided(LearningError):
    def default(self) -> str:
        return _("Nothing was changed: this request has been decided or taken back meanwhile.")


class EnrollmentClosed(LearningError):
    status = 403

    def default(self) -> str:
        return _("People are assigned to this course. Ask your manager or your training team.")


class LessonLocked(LearningError):
    """In-order courses: an earlier lesson is not done."""

    status = 403


class ChecksOpen(LearningError):
    """The lesson is done by answering its checks, and some are not answered right yet."""

    def default(self) -> str:
        return _("This lesson is done when all its knowledge checks are answered right.")


class LessonsMissing(LearningError):
    def default(self) -> str:
        return _("Some lessons of this course are not done yet. Go on with the next one.")


class CannotLeave(LearningError):
    def default(self) -> str:
        return _("A completed course stays in your record.")


class RunIsOver(CannotLeave):
    def default(self) -> str:
        return _("This is over already: you left, or your request was declined. Nothing was changed.")
