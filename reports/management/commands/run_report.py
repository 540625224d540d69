"""`run_report KEY --format csv|pdf --output FILE [--as EMAIL]`: one report into one file, one JSON line about it."""

import json
import time
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from reports.exceptions import ReportError
from reports.registries import source_for, sources
from reports.services.files import write_report
from reports.viewers import OPERATOR


class Command(BaseCommand):
    help = "Write one report to a file and print one JSON line: rows shown, rows in all, queries, seconds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("report", help="The report's key, such as course-progress.")
        parser.add_argument("--format", choices=["csv", "pdf"], required=True)
        parser.add_argument("--output", required=True, help="The file to write. It appears whole or not at all.")
        parser.add_argument("--as", dest="email", help="Only the rows this person may open. Without it: every row.")
        parser.add_argument("--bom", action="store_true", help="Begin a CSV file with a byte order mark, for Excel.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            source = source_for(options["report"])
        except ReportError as error:
            raise CommandError(f"{error} There is: {', '.join(sorted(sources))}.") from None
        viewer = person(options["email"]) if options["email"] else OPERATOR
        started, queries = time.monotonic(), QueryCount()
        try:
            with connection.execute_wrapper(queries):
                shown, total = write_report(
                    source=source,
                    viewer=viewer,
                    kind=options["format"],
                    path=Path(options["output"]),
                    at=timezone.now(),
                    bom=options["bom"],
                )
        except OSError as error:
            raise CommandError(f"{options['output']} could not be written: {error.strerror}.") from None
        line = {
            "report": source.key,
            "format": options["format"],
            "output": options["output"],
            "rows_shown": shown,
            "rows_total": total,
            "queries": queries.count,
            "seconds": round(time.monotonic() - started, 3),
        }
        self.stdout.write(json.dumps(line))


class QueryCount:
    """Counts what is sent to the database while it is installed."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


def person(email: str) -> Any:
    found = get_user_model().objects.active().with_address(email).first()
    if found is None:
        raise CommandError(f"Nobody active has the address {email}. Check the spelling under People in the admin.")
    return found
