"""Which request or task the code at hand works for, so that a line of the log can be followed through all of them."""

import logging
import re
from contextvars import ContextVar
from uuid import uuid4

# Empty where nothing is being served.
trace: ContextVar[str] = ContextVar("trace", default="")

GIVEN = re.compile(r"[0-9a-f]{32}")


def new_trace(given: str = "") -> str:
    """Set and return the name of what is served from now on: ``given`` where it has the form of one, else a new one."""
    name = given if GIVEN.fullmatch(given) else uuid4().hex
    trace.set(name)
    return name


class TraceFilter(logging.Filter):
    """Gives each line the name of the request or task it was written in, as ``trace``."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.trace = trace.get() or "-"
        return True
