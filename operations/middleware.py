"""A name for each request, in its answer and in every line of the log that it caused."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from workbench.tracing import new_trace

HEADER = "X-Request-ID"


class RequestIdMiddleware:
    """Takes the proxy's name for the request where one is trusted (BEHIND_PROXY), else makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = new_trace(request.headers.get(HEADER, "") if settings.TRUST_REQUEST_ID else "")
        response = self.get_response(request)
        response[HEADER] = name
        return response
