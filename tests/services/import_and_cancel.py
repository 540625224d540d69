"""An administrator in a process of their own: uploads people, cancels while a worker is at it; run as a script.

    python -m tests.services.import_and_cancel ROWS checking|writing

Everything goes through the admin's views. Prints what the import's page said, as JSON.
"""

import io
import json
import sys

import django

django.setup()

from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import Team  # noqa: E402
from accounts.roles import ADMINISTRATOR  # noqa: E402
from tests.factories.accounts import make_person  # noqa: E402
from tests.factories.imports import csv_bytes  # noqa: E402
from tests.services.processes import wait_until  # noqa: E402
from workbench.models import ImportBatch  # noqa: E402

HEADER = ["E-mail address", "First name", "Last name", "Team"]


def main(rows: int, stop_at: str) -> None:
    client = Client()
    client.force_login(make_person("Ada Admin", roles=(ADMINISTRATOR,)))
    Team.objects.create(name="North")
    content = csv_bytes([[f"p{n}@example.com", "Pat", f"No{n}", "North"] for n in range(rows)], header=HEADER)
    upload = io.BytesIO(content)
    upload.name = "people.csv"
    client.post(reverse("accounts_user_modeladmin_import"), {"file": upload})
    batch = ImportBatch.objects.get()

    def step(name: str, **data: str) -> None:
        response = client.post(reverse(f"workbench_importbatch_modeladmin_{name}", args=[batch.pk]), data)
        assert response.status_code == 302, (name, response.status_code)

    def progress() -> dict:
        return client.get(reverse("workbench_importbatch_modeladmin_progress", args=[batch.pk])).json()

    def seen(state: str) -> dict | None:
        """What the page says once the worker is in this state and has done some of its rows."""
        told = progress()
        return told if told["state"] == state and told["done"] else None

    step("columns", **{key: str(place) for key, place in batch.mapping.items()})
    if stop_at == "writing":
        wait_until(lambda: progress()["state"] == "checked", "the file is checked")
        step("write", invite="on")
    told = wait_until(lambda: seen(stop_at), f"some rows of the import that is {stop_at} are done")
    step("cancel")
    wait_until(lambda: not progress()["is_busy"], "the worker has stopped")
    json.dump({"done": told["done"], "total": told["total"], "state": progress()["state"]}, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
