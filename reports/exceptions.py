"""What can go wrong with a report. Each says what happened and what to do."""

from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _


class ReportError(Exception):
    """Base of all errors of reports; its text is a sentence for people."""


class UnknownReport(ReportError):
    def __init__(self, key: str):
        super().__init__(_("There is no report called “%(key)s”.") % {"key": key})


class UnknownSource(ReportError):
    def __init__(self, key: str):
        super().__init__(_("There is no source called “%(key)s”.") % {"key": key})


class InvalidSpec(ReportError):
    """A report that cannot run; ``problems`` are sentences, one for each thing to mend."""

    def __init__(self, problems: Sequence[str]):
        self.problems = tuple(str(problem) for problem in problems)
        super().__init__(" ".join(self.problems))


class WrongValue(ReportError):
    """A value that does not fit its column."""


class NotAFile(ReportError):
    """A report would be written over a folder or a device."""

    def __init__(self, path: Path):
        super().__init__(_("“%(path)s” is there and is no ordinary file. Choose another name.") % {"path": path})


class LostClaim(ReportError):
    """Another worker has taken this run over; what was made here must not be kept."""

    def __init__(self) -> None:
        super().__init__(_("Another worker has taken over this run."))


class NotYours(ReportError):
    """Whoever asked for an export may not have it any more."""

    def __init__(self) -> None:
        super().__init__(
            _("You may not open this report any more, or not as a file, so there is no file of it for you.")
        )


class Stopped(ReportError):
    """Somebody asked to stop, and the work stopped without a trace."""


class NoAddress(ReportError):
    def __init__(self) -> None:
        super().__init__(_("Your account has no e-mail address, so nothing can be sent to you."))


class TooManyRecipients(ReportError):
    def __init__(self, most: int):
        super().__init__(
            _(
                "More than %(most)d people would get this report, which is too many for one schedule. Nobody got it. "
                "Choose smaller audiences, or make several schedules."
            )
            % {"most": most}
        )


class BeyondReach(ReportError):
    """An audience that the schedule's owner may not name."""

    def __init__(self, audience: str):
        super().__init__(
            _("The schedule's owner may not send to this audience (any more): %(audience)s. Nobody got the report.")
            % {"audience": audience}
        )


class SavedMeanwhile(ReportError):
    """Somebody saved the report after it was opened. ``saves`` counts the saves by now."""

    def __init__(self, who: str, at: str, saves: int):
        self.who, self.at, self.saves = who, at, saves
        super().__init__(
            _("%(who)s saved this report on %(at)s, after you opened it. Nothing of either is lost yet.")
            % {"who": who, "at": at}
        )


class CannotShare(ReportError):
    """An audience that does not exist or is not said."""


class StillScheduled(ReportError):
    def __init__(self, titles: Sequence[str]):
        super().__init__(
            _(
                "The report is sent by: %(schedules)s. Give these schedules another report first; one that has never sent "
                "can be deleted instead."
            )
            % {"schedules": ", ".join(titles)}
        )
