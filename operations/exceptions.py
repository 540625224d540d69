"""What this app refuses, as sentences for people."""

from django.utils.translation import gettext as _


class OperationsError(Exception):
    """Its text is a sentence that says what happened and what to do."""


class NotRunnable(OperationsError):
    def __init__(self, task: str):
        super().__init__(
            _("Nothing was started: this version of the site has no task “%(task)s”. Delete the entry.")
            % {"task": task}
        )


class NoWorker(OperationsError):
    def __init__(self) -> None:
        super().__init__(
            _("Nothing was started: the broker cannot be reached. Check the connections on the page Background work.")
        )


class NotRepeatable(OperationsError):
    def __init__(self) -> None:
        super().__init__(
            _("Nothing was started: what this task was given cannot be read any more. Start it where it came from.")
        )
