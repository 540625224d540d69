"""`manage.py import_questions`: questions from a GIFT, Moodle XML, Aiken, CSV or XLSX file."""

import json
import logging
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from questions.formats import FORMATS, Parsed, Remark
from questions.formats.texts import MAX_BYTES
from questions.services import Imported, import_questions

# A summary names this many entries of a kind; --json has them all.
SHOWN = 20


class Command(BaseCommand):
    help = (
        "Import questions from a file: all of them, or with an error in it none. The same file again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="The file; its format is found by what it holds.")
        parser.add_argument("--format", choices=list(FORMATS), default="", help="Read it as this format.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be imported and change nothing.")
        parser.add_argument("--json", action="store_true", help="Print everything as one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verbosity"] < 2:
            for name in ("wagtail", "django_tasks"):
                logging.getLogger(name).setLevel(logging.WARNING)
        path: Path = options["file"]
        try:
            with path.open("rb") as stream:
                # One byte more than is read, so that a larger file is told as such.
                data = stream.read(MAX_BYTES + 1)
        except OSError as error:
            what = _("“%(path)s” cannot be read: %(reason)s.") % {"path": path, "reason": error.strerror or error}
            if not options["json"]:
                raise CommandError(f"{what} {_('Check the path.')}") from None
            unread = Parsed(options["format"], errors=[Remark(0, what, _("Check the path."))])
            imported = Imported(unread, options["dry_run"])
        else:
            imported = import_questions(data=data, name=path.name, format=options["format"], dry_run=options["dry_run"])
        if options["json"]:
            # Escaped, so that any terminal and any pipe takes it.
            self.stdout.write(json.dumps(imported.as_dict()))
        else:
            self.summary(imported.as_dict())
        if imported.refused:
            raise SystemExit(1)

    def summary(self, report: dict[str, Any]) -> None:
        self.stdout.write(
            _("%(questions)d questions in %(format)s, read as %(encoding)s")
            % {
                "questions": len(report["questions"]),
                "format": FORMATS[report["format"]].label,
                "encoding": report["encoding"] or "–",
            }
        )
        self.remarks(_("Errors:"), report["errors"])
        self.remarks(_("Left out, or to be looked at:"), report["notes"])
        drafts = [
            {"line": draft["line"], "what": draft["title"], "mend": " ".join(draft["problems"])}
            for draft in report["drafts"]
        ]
        self.remarks(_("Kept as drafts until they are finished:"), drafts)
        if report["errors"]:
            self.stdout.write("\n" + _("Nothing was imported. Mend the errors, then import the file again."))
            return
        counts = _("%(created)d created, %(changed)d changed, %(unchanged)d unchanged") % report
        self.stdout.write(f"\n{counts}")
        if report["dry_run"]:
            self.stdout.write(_("This was a dry run: nothing was changed."))

    def remarks(self, heading: str, remarks: list[dict[str, Any]]) -> None:
        if not remarks:
            return
        self.stdout.write(f"\n{heading}")
        for remark in remarks[:SHOWN]:
            place = _("Line %(line)d") % remark if remark["line"] else _("The file")
            self.stdout.write(f"  {place}: {remark['what']} {remark['mend']}".rstrip())
        if len(remarks) > SHOWN:
            self.stdout.write(
                "  "
                + _("Showing %(shown)d of %(total)d. Add --json to see them all.")
                % {"shown": SHOWN, "total": len(remarks)}
            )
