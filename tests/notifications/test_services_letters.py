"""Mail to a person from a pair of templates."""

import pytest

from notifications.models import OutboxMail
from notifications.services import queue_letter
from tests.factories.accounts import make_person

pytestmark = pytest.mark.django_db

TEMPLATES = {
    "emails/hello.txt": "{% load i18n %}{% autoescape off %}Hello {{ person.name }}\n\n{% translate 'Monday' %}, {{ at|date:'H:i' }}{% endautoescape %}",
    "emails/hello.html": "{% load i18n %}<h1>{{ subject }}</h1>{% translate 'Monday' %}",
}


@pytest.fixture(autouse=True)
def _templates(settings):
    engine = {**settings.TEMPLATES[0], "APP_DIRS": False}
    engine["OPTIONS"] = {"loaders": [("django.template.loaders.locmem.Loader", TEMPLATES)]}
    settings.TEMPLATES = [engine]


def test_a_letter_is_written_in_the_persons_language_and_zone():
    from datetime import UTC, datetime

    person = make_person("Lena O'Moreau", timezone_name="Europe/Berlin")
    person.language = "de"
    person.save()
    mail = queue_letter(
        kind="account", person=person, template="hello", context={"at": datetime(2026, 1, 5, 12, tzinfo=UTC)}
    )
    assert (mail.to_address, mail.recipient, mail.subject) == (person.email, person, "Hello Lena O'Moreau")
    assert mail.text == "Montag, 13:00\n"
    assert mail.html == "<h1>Hello Lena O&#x27;Moreau</h1>Montag"


def test_the_same_happening_is_told_once():
    person = make_person("Lena Moreau")
    for _again in range(2):
        queue_letter(kind="account", person=person, template="hello", dedupe_key="hello:1")
    assert OutboxMail.objects.count() == 1
