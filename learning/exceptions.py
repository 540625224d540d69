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


class QuizOpen(LearningError):
    def default(self) -> str:
        return _("A quiz is done by taking it. Begin an attempt on its page.")


class LessonsMissing(LearningError):
    def default(self) -> str:
        return _("Some lessons of this course are not done yet. Go on with the next one.")


class CannotLeave(LearningError):
    def default(self) -> str:
        return _("A completed course stays in your record.")


class RunIsOver(CannotLeave):
    def default(self) -> str:
        return _("This is over already: you left, or your request was declined. Nothing was changed.")


class RecordIsFinal(LearningError):
    """What is refused depends on how the run ended: the sentence comes from the service."""


class NotDone(LearningError):
    def default(self) -> str:
        return _("Nothing was changed: this lesson is not done.")


class ReasonMissing(LearningError):
    def default(self) -> str:
        return _("Nothing was changed: say why. The reason stays on record.")


class AlreadyReminded(LearningError):
    def default(self) -> str:
        return _("No mail was sent: a reminder about this course went to this person today already.")


class CannotRemind(LearningError):
    def default(self) -> str:
        return _("No mail was sent: this person is not on the course any more, or has no address that takes mail.")


class CohortFull(LearningError):
    def default(self) -> str:
        return _("Nothing was changed: all places of this cohort are taken.")


class CohortTooSmall(LearningError):
    def default(self) -> str:
        return _("Nothing was changed: more people are in this cohort than it would have places.")


class NotForThisCohort(LearningError):
    def default(self) -> str:
        return _("Nothing was changed: only people who are on the cohort's course can be in it.")


class InviteClosed(LearningError):
    """An invitation link that opens no more; the sentence says why and what to do."""

    status = 410
