"""Writes people, a course and one switched-off schedule into the database of DATABASE_URL; run as a script."""

import datetime as dt

import django

django.setup()

from reports.models import Delivered, Format, Schedule  # noqa: E402
from reports.services import set_recipients  # noqa: E402
from tests.factories.accounts import make_person, make_team  # noqa: E402
from tests.factories.learning import make_enrollment  # noqa: E402
from tests.factories.lms_pages import make_course  # noqa: E402


def main() -> None:
    # No recipient, so that what a schedule's owner is told of a run that went wrong is never counted as a report.
    owner = make_person("Olga Owner", email="olga@example.com", roles=("report_administrator",))
    make_person("Rita Report", email="rita@example.com", roles=("report_administrator",))
    manager = make_person("Mona Manager", email="mona@example.com", roles=("manager",))
    course = make_course("Fire safety", modules=1, lessons=2)
    ada, ben = make_person("Ada Able", email="ada@example.com"), make_person("Ben Brook", email="ben@example.com")
    make_team("North", managers=[manager], members=[ada], since=dt.date(2026, 1, 1))
    make_enrollment(ada, course, done=2)
    make_enrollment(ben, course, done=1)
    schedule = Schedule.objects.create(
        owner=owner,
        title="Progress",
        time=dt.time(8),
        zone="UTC",
        weekdays=[0, 1, 2, 3, 4, 5, 6],
        formats=[Format.PDF],
        delivery=Delivered.ATTACH,
        is_enabled=False,
    )
    set_recipients(schedule=schedule, addresses=["rita@example.com", "mona@example.com", "board@example.com"])


if __name__ == "__main__":
    main()
