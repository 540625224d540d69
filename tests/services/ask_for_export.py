"""Somebody in a process of their own: has many learners, and asks for a report of them; run as a script.

python -m tests.services.ask_for_export ROWS FORMAT
"""

import sys

import django

django.setup()

from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.roles import REPORT_ADMINISTRATOR  # noqa: E402
from learning.models import Enrollment  # noqa: E402
from tests.factories.accounts import make_person  # noqa: E402
from tests.factories.learning import make_enrollment  # noqa: E402


def main(rows: int, kind: str) -> None:
    client = Client()
    client.force_login(make_person("Ada Admin", roles=(REPORT_ADMINISTRATOR,)))
    first = make_enrollment()
    people = [
        User(email=f"p{number}@example.com", first_name="Pat", last_name=f"No{number}") for number in range(1, rows)
    ]
    User.objects.bulk_create(people)
    Enrollment.objects.bulk_create(copy(first, person) for person in people)
    response = client.post(reverse("reports_report_file", args=["course-progress", kind]))
    assert response.status_code == 302, response.status_code


def copy(first: Enrollment, person: User) -> Enrollment:
    names = [
        field.attname for field in Enrollment._meta.concrete_fields if field.attname not in ("id", "uuid", "learner_id")
    ]
    return Enrollment(learner=person, **{name: getattr(first, name) for name in names})


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
