"""`delivery_report [--schedule UUID] [--json]`: what became of each recipient of each run."""

import json
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.models import Run, Schedule
from reports.selectors.schedules import delivery_lines


class Command(BaseCommand):
    help = "Print every run and recipient of the report schedules as sent, unknown, missed, pending and so on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--schedule", help="Only the schedule with this UUID.")
        parser.add_argument("--json", action="store_true", help="One JSON object with all lines.")

    def handle(self, *args: Any, **options: Any) -> None:
        runs = Run.objects.all()
        if options["schedule"]:
            runs = runs.filter(schedule=schedule_named(options["schedule"]))
        lines = delivery_lines(runs=runs)
        if options["json"]:
            self.stdout.write(json.dumps({"deliveries": [line.as_dict() for line in lines]}))
            return
        for line in lines:
            reason = f"  ({line.reason})" if line.reason else ""
            self.stdout.write(f"{line.schedule}  {line.period}  {line.address or '-'}  {line.result}{reason}")
        if not lines:
            self.stdout.write("No report has been due yet.")


def schedule_named(text: str) -> Schedule:
    try:
        return Schedule.objects.get(uuid=uuid.UUID(text))
    except (ValueError, Schedule.DoesNotExist):
        raise CommandError(f"There is no schedule {text}. Its page in the admin shows the UUID.") from None
