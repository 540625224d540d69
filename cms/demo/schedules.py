"""The two schedules that are on from the first day, and a first run by hand."""

from datetime import time

from cms.demo.people import Company
from reports.models import Audience, Days, Format, RunAs, Schedule
from reports.services import request_run, set_audiences


def plan_reports(company: Company) -> list[Schedule]:
    """What happened last week to every instructor, what happened last month to the administrators."""
    accounts = company.accounts
    weekly = Schedule.objects.create(
        title="Your courses this week",
        report="your-courses-this-week",
        owner=accounts.reporter,
        run_as=RunAs.RECIPIENT,
        only_with_rows=True,
        days=Days.WEEKLY,
        weekdays=[0],
        time=time(8, 0),
        zone="Europe/Berlin",
        formats=[Format.PDF],
    )
    set_audiences(schedule=weekly, audiences=[(Audience.ROLE, "instructor")])
    monthly = Schedule.objects.create(
        title="Training this month",
        report="training-this-month",
        owner=accounts.reporter,
        run_as=RunAs.RECIPIENT,
        days=Days.MONTHLY,
        month_day=1,
        time=time(7, 30),
        zone="Europe/Berlin",
        formats=[Format.PDF, Format.XLSX],
    )
    set_audiences(schedule=monthly, audiences=[(Audience.ROLE, "administrator")])
    request_run(schedule=weekly, person=accounts.administrator)
    return [weekly, monthly]
