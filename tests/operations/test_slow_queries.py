"""Slow queries are in the log with the request they belong to, and never with a value."""

import logging
import re

import pytest
from django.db import DatabaseError, connection
from django.http import HttpResponse

from accounts.models import User
from operations.middleware import HEADER, RequestIdMiddleware
from operations.slow_queries import on_connection_created, watch
from workbench.tracing import TraceFilter, new_trace, trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def slow(settings):
    settings.SLOW_QUERY_MS = 0.000_001
    connection.ensure_connection()
    assert watch in connection.execute_wrappers


def test_a_slow_query_names_its_request_and_no_value(slow, rf, caplog):
    def answer(request):
        list(User.objects.filter(email="secret@example.com"))
        return HttpResponse("done")

    response = RequestIdMiddleware(answer)(rf.get("/"))
    (record,) = [record for record in caplog.records if record.name == "operations.slow_queries"]
    message = record.getMessage()
    assert re.match(r"slow query: \d+ ms on default for [0-9a-f]{32}: SELECT", message)
    assert response[HEADER] in message
    assert "secret" not in message and '"accounts_user"."email" = %s' in message


def test_a_quick_one_is_not_written(settings, caplog):
    settings.SLOW_QUERY_MS = 60_000
    User.objects.count()
    assert not [record for record in caplog.records if record.name == "operations.slow_queries"]


def test_what_belongs_to_no_request_may_take_its_time(slow, caplog):
    trace.set("")
    User.objects.count()
    assert caplog.records == []


def test_one_that_fails_is_written_too_and_fails_all_the_same(slow, caplog):
    new_trace()
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")
    assert "SELECT nothing FROM nowhere" in caplog.text


def test_a_connection_is_watched_once(settings):
    class Link:
        execute_wrappers: list = []

    settings.SLOW_QUERY_MS = 0
    on_connection_created(sender=None, connection=Link)
    assert Link.execute_wrappers == []
    settings.SLOW_QUERY_MS = 200
    on_connection_created(sender=None, connection=Link)
    on_connection_created(sender=None, connection=Link)
    assert Link.execute_wrappers == [watch]


@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize("given", ["a" * 32, "", "x' OR 1", "A" * 32, "a" * 33])
def test_only_a_trusted_proxy_names_a_request(settings, rf, trusted, given):
    settings.TRUST_REQUEST_ID = trusted
    name = RequestIdMiddleware(lambda request: HttpResponse(trace.get()))(rf.get("/", headers={HEADER: given}))[HEADER]
    assert (name == given) is (trusted and given == "a" * 32)
    assert re.fullmatch("[0-9a-f]{32}", name)


def test_each_line_of_the_log_has_the_name():
    record = logging.LogRecord("x", logging.INFO, "x", 1, "words", None, None)
    name = new_trace()
    assert TraceFilter().filter(record) and record.trace == name
    trace.set("")
    assert TraceFilter().filter(record) and record.trace == "-"
