"""Files of questions in the admin: looked through first, imported after, exported with what is lost."""

import re

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.roles import CONTENT_EDITOR, INSTRUCTOR
from questions.models import Question
from tests.factories.accounts import make_person
from tests.factories.imports import upload

pytestmark = pytest.mark.django_db

GIFT = "::Fat::What is meant for burning fat?{=Class F ~Water}\n\n::Lift::Elevators may be used.{F}\n"


def said(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def editor(client):
    person = make_person("Edda Editor", email="edda@example.com", roles=(CONTENT_EDITOR,))
    client.force_login(person)
    return person


def look(client, content: str | bytes = GIFT, name: str = "fire.gift", **data):
    content = content.encode() if isinstance(content, str) else content
    page = client.get(reverse("questions_import"))
    form = page.context["form"]
    data = {"collection": form.fields["collection"].initial.pk, **data} if "collection" in form.fields else data
    return client.post(reverse("questions_import"), {"file": upload(content, name), **data})


def hidden(response) -> dict[str, str]:
    return dict(
        re.findall(r'type="hidden" name="(digest|format|collection)" value="([^"]*)"', response.content.decode())
    )


def test_a_file_is_looked_through_and_then_imported(client, editor):
    seen = look(client)
    text = text_of(seen)
    assert "“fire.gift” was read as GIFT, UTF-8." in text
    assert "would create 2 questions and change 0" in text
    assert not Question.objects.exists()
    done = client.post(reverse("questions_import"), hidden(seen))
    assert done.status_code == 302
    assert "2 created, 0 changed, 0 unchanged" in said(done)
    assert sorted(Question.objects.values_list("title", flat=True)) == ["Fat", "Lift"]
    assert all(question.live for question in Question.objects.all())
    assert "changes nothing" in text_of(look(client))


def test_errors_are_numbered_and_nothing_can_be_imported(client, editor):
    seen = look(client, GIFT + "\nBroken {=a\n")
    text = text_of(seen)
    assert "Line 5:" in text
    assert "Errors (1)" in text
    assert "Import these questions" not in text
    assert hidden(seen) == {}
    assert not Question.objects.exists()


def test_another_file_than_the_one_that_was_seen(client, editor):
    first = hidden(look(client))
    look(client, "::Other::So?{T}")
    done = client.post(reverse("questions_import"), first)
    assert "not the one you looked at" in said(done)
    assert not Question.objects.exists()


def test_a_confirmation_counts_once(client, editor):
    fields = hidden(look(client))
    client.post(reverse("questions_import"), fields)
    again = client.post(reverse("questions_import"), fields)
    assert "not the one you looked at" in said(again)
    assert Question.objects.count() == 2


def test_a_file_too_large_for_a_page(client, editor):
    seen = look(client, "\n\n".join(f"Ready {number}?{{T}}" for number in range(501)))
    assert "more than 500 questions" in text_of(seen)
    assert hidden(seen) == {}


def test_no_file(client, editor):
    assert "Choose a file first." in text_of(client.post(reverse("questions_import"), {}))


def test_names_from_a_file_are_escaped(client, editor):
    text = text_of(look(client, "::<script>alert(1)</script>::So?{T}"))
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_an_export_says_what_it_does_not_hold(client, editor):
    client.post(reverse("questions_import"), hidden(look(client)))
    url = reverse("questions_export")
    page = text_of(client.get(url, {"format": "aiken"}))
    assert "The file holds 1 question." in page
    assert "<strong>Lift:</strong>" in page
    file = client.get(url, {"format": "aiken", "download": "1"})
    assert file["Content-Disposition"] == 'attachment; filename="questions.txt"'
    assert file.content.decode().endswith("ANSWER: A")


@pytest.mark.parametrize("format", ["gift", "moodle-xml", "aiken", "csv", "xlsx"])
def test_templates(client, editor, format):
    file = client.get(reverse("questions_export"), {"format": format, "template": "1"})
    assert 'filename="template.' in file["Content-Disposition"]
    count = {"gift": 8, "moodle-xml": 9, "aiken": 1, "csv": 10, "xlsx": 10}[format]
    assert f"would create {count} questions" in text_of(look(client, file.content, "template"))


def test_the_list_leads_to_both(client, editor):
    text = client.get(reverse(Question.snippet_viewset.get_url_name("list"))).content.decode()
    assert reverse("questions_import") in text
    assert reverse("questions_export") in text


@pytest.mark.parametrize("name", ["questions_import", "questions_export"])
def test_who_may_not(client, name):
    client.force_login(make_person("Ina Instructor", roles=(INSTRUCTOR,)))
    assert client.get(reverse(name)).status_code == 302
    client.post(reverse(name), {"file": upload(GIFT.encode(), "fire.gift")})
    assert not Question.objects.exists()
