"""Prepares the database of the floor and says, as JSON, where its page is and how many queries a visit takes."""

import json
import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.floor.settings"
django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up first.
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from wagtail.models import Page, Site  # noqa: E402

from benchmarks.floor.models import FloorPage  # noqa: E402
from benchmarks.words import rich_text  # noqa: E402

PATH = "/page/"


def prepare() -> None:
    """Home, of the same type as a new project's home page is of its own, and below it the page."""
    call_command("migrate", verbosity=0)
    if FloorPage.objects.exists():
        return
    root = Page.objects.get(depth=1)
    home = root.add_child(instance=FloorPage(title="Home", slug="floor", body=rich_text()))
    home.add_child(instance=FloorPage(title="Page", slug=PATH.strip("/"), body=rich_text()))
    Site.objects.update(root_page=home)


def queries() -> int:
    """Of the second visit; the first one fills the caches of this process."""
    client = Client(headers={"host": "127.0.0.1"})
    for _visit in range(2):
        with CaptureQueriesContext(connection) as captured:
            response = client.get(PATH)
        assert response.status_code == 200
    return len(captured)


if __name__ == "__main__":
    prepare()
    print(json.dumps({"path": PATH, "queries": queries()}))
