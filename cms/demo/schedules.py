"""Two report schedules people would really have, and a first run by hand."""

from datetime import time

from cms.demo.people import Company
from reports.models import Days, Format, RunAs, Schedule
from reports.services import request_run, set_recipients


def plan_reports(company: Company) -> list[Schedule]:
    """A weekly report for the training team and a monthly one for the manager. The next sweep makes the first run."""
    accounts = company.accounts
    weekly = Schedule.objects.create(
        title="Course progress, every Monday",
        owner=accounts.reporter,
        run_as=RunAs.RECIPIENT,
        days=Days.WEEKLY,
        weekdays=[0],
        time=time(8, 0),
        zone="Europe/Berlin",
        formats=[Format.PDF],
    )
    set_recipients(
        schedule=weekly, addresses=[accounts.administrator.email, accounts.reporter.email, accounts.instructor.email]
    )
    monthly = Schedule.objects.create(
        title="Your team's progress, once a month",
        owner=accounts.administrator,
        run_as=RunAs.RECIPIENT,
        days=Days.MONTHLY,
        month_day=1,
        time=time(7, 30),
        zone="Europe/Berlin",
        formats=[Format.PDF, Format.CSV],
    )
    set_recipients(schedule=monthly, addresses=[accounts.manager.email])
    request_run(schedule=weekly, person=accounts.administrator)
    return [weekly, monthly]
