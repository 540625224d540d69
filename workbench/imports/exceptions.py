"""Why an import or an undo did not happen. Each text is a sentence for the person; nothing was changed."""


class ImportRefused(Exception):
    """The step was not taken; nothing was written."""


class Cancelled(Exception):
    """Somebody asked to stop, and the work stopped without a trace."""


class FenceLost(Exception):
    """Somebody else holds the batch by now; whoever raised this stops without a trace."""
