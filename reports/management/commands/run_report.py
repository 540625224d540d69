"""`run_report SLUG --format csv|xlsx|json|pdf --output FILE [--param name=value] [--as EMAIL]`: one report into one file,
and one JSON line about it. `--spec FILE` runs a spec from a JSON file, `--list` prints the shipped slugs."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils import timezone

from reports.definitions import Definition, shipped
from reports.exceptions import ReportError
from reports.models import Format
from reports.moments import Moment
from reports.selectors.reports import report_for
from reports.selectors.results import Prepared
from reports.services.files import write_report
from reports.spec import read_spec
from reports.viewers import OPERATOR
from workbench.days import site_zone

LARGEST_SPEC = 1_000_000


class Command(BaseCommand):
    help = "Write one report to a file and print one JSON line: rows shown, rows in all, queries, seconds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("report", nargs="?", help="The report's slug, such as course-progress.")
        parser.add_argument("--spec", help="Run the spec in this JSON file instead of a report that has a slug.")
        parser.add_argument("--list", action="store_true", help="Print the slugs of the shipped reports, one a line.")
        parser.add_argument("--format", choices=Format.values, help="What to write.")
        parser.add_argument("--output", help="The file to write. It appears whole or not at all.")
        parser.add_argument(
            "--param", action="append", default=[], metavar="NAME=VALUE", help="What the report asks for."
        )
        parser.add_argument("--as", dest="email", help="Only the rows this person may open. Without it: every row.")
        parser.add_argument("--bom", action="store_true", help="Begin a CSV file with a byte order mark, for Excel.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self.stdout.write("\n".join(sorted(shipped)))
            return
        if not options["format"] or not options["output"]:
            raise CommandError("Say what to write and where: --format csv --output report.csv.")
        if bool(options["report"]) == bool(options["spec"]):
            raise CommandError("Name a report by its slug, or a file by --spec; --list prints the slugs.")
        viewer = person(options["email"]) if options["email"] else OPERATOR
        started, queries = time.monotonic(), QueryCount()
        try:
            definition = spec_file(options["spec"]) if options["spec"] else report_for(options["report"])
            with queries.installed():
                prepared = Prepared(
                    definition=definition,
                    viewer=viewer,
                    moment=Moment(at=timezone.now(), zone=site_zone()),
                    given=params(options["param"]),
                )
                shown, total = write_report(
                    prepared=prepared, kind=options["format"], path=Path(options["output"]), bom=options["bom"]
                )
        except ReportError as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(
                f"{options['output']} could not be written: {error.strerror or error}. It is as it was before."
            ) from None
        line = {
            "report": definition.slug,
            "format": options["format"],
            "output": options["output"],
            "rows_shown": shown,
            "rows_total": total,
            "queries": queries.count,
            "seconds": round(time.monotonic() - started, 3),
        }
        self.stdout.write(json.dumps(line))


def spec_file(name: str) -> Definition:
    """The spec in a JSON file. CommandError where the file cannot be read, InvalidSpec where it is none."""
    try:
        text = Path(name).read_text(encoding="utf-8-sig")
        if len(text) > LARGEST_SPEC:
            raise CommandError(f"{name} is too large for a report's spec: {len(text):,} characters.")
        data = json.loads(text)
    except OSError as error:
        raise CommandError(f"{name} could not be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{name} is no JSON: {error}.") from None
    stem = Path(name).stem
    return Definition(slug=stem, title=stem, spec=read_spec(data))


def params(pairs: list[str]) -> dict[str, Any]:
    """Values by name. What looks like JSON (a list, an object) is read as such, all else is text."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise CommandError(f"--param takes NAME=VALUE, and “{pair}” has no “=”.")
        try:
            found[name] = json.loads(value) if value[:1] in ("[", "{") else value
        except ValueError as error:
            raise CommandError(f"--param {name}: the value is no JSON: {error}.") from None
    return found


class QueryCount:
    """Counts what is sent to the databases while it is installed."""

    def __init__(self) -> None:
        self.count = 0

    @contextmanager
    def installed(self) -> Iterator[None]:
        with ExitStack() as stack:
            # Reports may be read from databases of their own.
            for alias in connections:
                stack.enter_context(connections[alias].execute_wrapper(self))
            yield

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


def person(email: str) -> Any:
    found = get_user_model().objects.active().with_address(email).first()
    if found is None:
        raise CommandError(f"Nobody active has the address {email}. Check the spelling under People in the admin.")
    return found
