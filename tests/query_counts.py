"""Each answer of the site under test says in X-Query-Count how many queries it took."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.db import connections
from django.http import HttpRequest, HttpResponse

HEADER = "X-Query-Count"


class QueryCountMiddleware:
    """Counts on all databases, from the first middleware to the last. What a streamed answer asks later is not counted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        count = 0

        def one_more(execute: Any, *args: Any) -> Any:
            nonlocal count
            count += 1
            return execute(*args)

        with ExitStack() as wrapped:
            for connection in connections.all():
                wrapped.enter_context(connection.execute_wrapper(one_more))
            response = self.get_response(request)
        response[HEADER] = str(count)
        return response
