"""Every task tries again where a server did not answer, and only there."""

import pytest
from django.db import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerError

from cms.celery import app
from workbench.queue import PatientTask


def tried(error: Exception) -> tuple[int, list[int]]:
    """How often a task that meets ``error`` is run, and what each run says of itself."""
    seen = []
    # A try that fails comes again, as with a worker, instead of failing its caller.
    app.conf.task_eager_propagates = False

    @app.task(bind=True, name="tests.meets", shared=False, lazy=False)
    def meets(self):
        seen.append(self.request.meta["tries"])
        raise error

    assert isinstance(meets, PatientTask)
    try:
        meets.apply()
    finally:
        app.conf.task_eager_propagates = True
        app.tasks.pop("tests.meets")
    return len(seen), seen


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed"), BrokerError("gone")])
def test_a_server_that_does_not_answer_is_asked_four_times(error):
    assert tried(error) == (4, [1, 2, 3, 4])


def test_any_other_error_ends_it_at_once():
    assert tried(ValueError("wrong")) == (1, [1])
