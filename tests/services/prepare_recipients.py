"""Writes one switched-off schedule with its recipients into the database of DATABASE_URL; run as a script.

`crowd N` has N addresses, who all get the owner's rows; `rivals` two instructors, each with learners of their own.
"""

import sys

import django

django.setup()

from lms_pages.models import CourseStaff  # noqa: E402
from reports.models import Delivered, RunAs  # noqa: E402
from tests.factories.accounts import make_person  # noqa: E402
from tests.factories.learning import make_enrollment  # noqa: E402
from tests.factories.lms_pages import make_course  # noqa: E402
from tests.factories.reports import make_schedule  # noqa: E402
from tests.services.faults import LEARNERS  # noqa: E402


def crowd(size: int) -> None:
    addresses = [f"reader{number}@example.com" for number in range(size)]
    make_schedule(addresses=addresses, run_as=RunAs.OWNER, formats=["csv"], zone="UTC", is_enabled=False)


def rivals() -> None:
    people = []
    for email, learners in LEARNERS.items():
        person = make_person(f"{email.partition('@')[0].title()} Instructor", email=email, roles=("instructor",))
        course = make_course(f"Course of {person.first_name}", modules=1, lessons=1)
        CourseStaff.objects.create(course=course, user=person)
        for name in learners:
            make_enrollment(make_person(name), course)
        people.append(person)
    make_schedule(people=people, delivery=Delivered.ATTACH, zone="UTC", is_enabled=False)


if __name__ == "__main__":
    {"crowd": lambda: crowd(int(sys.argv[2])), "rivals": rivals}[sys.argv[1]]()
