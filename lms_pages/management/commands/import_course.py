"""`manage.py import_course`: an Open edX course from its export."""

import json
import logging
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from lms_pages.exceptions import CourseRefused
from lms_pages.services import import_course

# A summary names this many entries of a kind; --json has them all.
SHOWN = 20


class Command(BaseCommand):
    help = "Import an Open edX course (OLX): the .tar.gz that Studio exports, a .zip, or a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH", help="The export, or the folder it unpacks to.")
        parser.add_argument("--parent", default="", metavar="SLUG", help="The catalog to put the course in.")
        parser.add_argument("--update", action="store_true", help="Bring a course that was imported before up to date.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be imported and change nothing.")
        parser.add_argument("--json", action="store_true", help="Print the whole report as one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verbosity"] < 2:
            # A line for each page and question says nothing that the report does not.
            for name in ("wagtail", "django_tasks"):
                logging.getLogger(name).setLevel(logging.WARNING)
        try:
            report = import_course(
                path=options["path"],
                parent_slug=options["parent"],
                update=options["update"],
                dry_run=options["dry_run"],
            )
        except CourseRefused as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
        else:
            self.summary(report.as_dict(), options["dry_run"])

    def summary(self, report: dict[str, Any], dry_run: bool) -> None:
        self.stdout.write(f"{report['title']} ({report['course_id']})")
        self.stdout.write(
            _(
                "%(modules)d modules, %(sections)d sections, %(lessons)d lessons, %(questions)d questions, %(media)d files"
            )
            % report
        )
        for type, count in report["blocks"].items():
            self.stdout.write("  " + _("%(type)s: %(imported)d of %(found)d imported") % {"type": type, **count})
        for key, heading in (
            ("skipped", _("Not imported, or mended:")),
            ("notes", _("Works differently here:")),
            ("drafts", _("Unpublished drafts in the export, left out:")),
            ("removed", _("No longer in the export:")),
        ):
            entries = report[key]
            if not entries:
                continue
            self.stdout.write(f"\n{heading}")
            for entry in entries[:SHOWN]:
                self.stdout.write("  {type} · {name} · {place}: {reason}".format(**entry))
            if len(entries) > SHOWN:
                self.stdout.write(
                    "  "
                    + _("Showing %(shown)d of %(total)d. Add --json to see them all.")
                    % {"shown": SHOWN, "total": len(entries)}
                )
        if dry_run:
            self.stdout.write("\n" + _("This was a dry run: nothing was changed."))
