"""What became of background work, and another try for what failed."""

import json

import pytest
from django.urls import reverse
from django_celery_results.models import TaskResult
from wagtail.models import ModelLogEntry

from tests.factories.accounts import make_person
from tests.factories.operations import make_entry, make_result

pytestmark = pytest.mark.django_db
SEND = "notifications.tasks.send_mail"
INDEX = "django_celery_results_taskresult_modeladmin_index"


@pytest.fixture
def administrator(client):
    person = make_person("Ada Admin", roles=("administrator",))
    client.force_login(person)
    return person


@pytest.fixture
def calls(monkeypatch):
    found = []
    monkeypatch.setattr(
        "operations.services.background.enqueue", lambda task, *args: found.append((task.name, args)) or True
    )
    return found


def inspect(row) -> str:
    return reverse("django_celery_results_taskresult_modeladmin_inspect", args=[row.pk])


def repeat(client, row):
    return client.post(reverse("operations_repeat", args=[row.pk]), follow=True)


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_results_are_listed_with_why_they_failed(client, administrator):
    make_result(task=SEND, status="FAILURE", why="no such row <b>")
    text = client.get(reverse(INDEX)).content.decode()
    assert "Hand one mail over to the mail server" in text
    assert "ValueError: no such row &lt;b&gt;" in text
    assert "Try again" in text


def test_filters(client, administrator):
    entry = make_entry("Tidy up")
    make_result(task=SEND, status="FAILURE")
    make_result(periodic_task_name="Tidy up")

    def count(**query):
        return client.get(reverse(INDEX), query).context["result_count"]

    assert [count(state="FAILURE"), count(task=SEND), count(entry=entry.pk), count(done="today")] == [1, 1, 1, 2]
    assert [count(state="nonsense"), count(entry="0"), count(q="Tidy up")] == [2, 2, 1]


def test_a_result_says_what_it_was_given_and_shows_the_trace(client, administrator):
    row = make_result(task=SEND, status="FAILURE", args=(7,), traceback="Traceback <script>")
    response = client.get(inspect(row))
    facts = {str(field["label"]): str(field["value"]) for field in response.context["fields"]}
    assert facts["Given"] == "(7,)"
    assert facts["Why"] == "ValueError"
    assert "Traceback &lt;script&gt;" in response.content.decode()


def test_a_worker_that_died_left_no_reason(client, administrator):
    row = make_result(status="FAILURE")
    TaskResult.objects.filter(pk=row.pk).update(result=None)
    assert "left no reason" in client.get(reverse(INDEX)).content.decode()


def test_trying_again_hands_over_what_it_was_given(client, administrator, calls):
    row = make_result(task=SEND, status="FAILURE", args=(7,))
    response = repeat(client, row)
    assert messages_of(response) == ["“Hand one mail over to the mail server” was handed to a worker once more."]
    assert calls == [(SEND, (7,))]
    assert ModelLogEntry.objects.get(action="operations.repeat").user == administrator


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"task_args": json.dumps("(7, ...")}, "cannot be read any more"),
        ({"task_args": json.dumps("__import__('os').system('true')")}, "cannot be read any more"),
        ({"task_args": "not json"}, "cannot be read any more"),
        ({"task_args": json.dumps("7")}, "cannot be read any more"),
        ({"task_kwargs": json.dumps("{'a': 1}")}, "cannot be read any more"),
        ({"task_name": "os.system"}, "has no task “os.system”"),
        ({"status": "SUCCESS"}, "this one did not fail"),
    ],
)
def test_what_cannot_be_tried_again_says_why(client, administrator, calls, fields, sentence):
    row = make_result(task=SEND, status="FAILURE", args=(7,))
    TaskResult.objects.filter(pk=row.pk).update(**fields)
    assert sentence in messages_of(repeat(client, row))[0]
    assert calls == []


def test_results_are_only_read(client, administrator):
    row = make_result()
    for action in ("edit", "delete"):
        client.post(reverse(f"django_celery_results_taskresult_modeladmin_{action}", args=[row.pk]))
    assert client.get(reverse("operations_repeat", args=[row.pk])).status_code == 405
    assert TaskResult.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("role", ["report_administrator", "manager", "instructor", "content_editor"])
def test_other_roles_reach_none_of_it(client, role, calls):
    client.force_login(make_person(roles=(role,)))
    row = make_result(task=SEND, status="FAILURE", args=(7,))
    assert client.get(reverse(INDEX)).status_code == 302
    assert client.get(inspect(row)).status_code == 302
    assert client.post(reverse("operations_repeat", args=[row.pk])).status_code in (302, 403)
    assert calls == []
