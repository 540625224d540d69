"""Queries that took long, in the log: with the request or task they belong to, and never with a value in them."""

import logging
import time
from typing import Any

from django.conf import settings

from workbench.tracing import trace

log = logging.getLogger(__name__)

MOST_LETTERS = 2000


def watch(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """An ``execute_wrapper``. A query of SLOW_QUERY_MS or more is a warning; one that fails after so long is one too.

    Only those of requests and tasks: a migration may take its time. Only the statement is written, since names and
    answers stand in its values. Reading the rows is not counted.
    """
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        took = (time.perf_counter() - began) * 1000
        if took >= settings.SLOW_QUERY_MS and (whose := trace.get()):
            log.warning(
                "slow query: %.0f ms on %s for %s: %s", took, context["connection"].alias, whose, shortened(sql)
            )


def shortened(sql: Any) -> str:
    text = " ".join(str(sql).split())
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"


def on_connection_created(sender: Any, connection: Any, **kwargs: Any) -> None:
    if settings.SLOW_QUERY_MS and watch not in connection.execute_wrappers:
        connection.execute_wrappers.append(watch)
