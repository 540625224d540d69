"""`manage.py export_questions`: the question bank, or a part of it, as GIFT, Moodle XML, Aiken, CSV or XLSX."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from library.models import Topic
from questions.formats import FORMATS, Written, parse, write
from questions.formats.examples import examples
from questions.formats.summary import summary
from questions.models import Question
from questions.services import exported_questions

SHOWN = 20


class Command(BaseCommand):
    help = "Write questions into a file that import_questions, Moodle or a spreadsheet program reads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=list(FORMATS), required=True, help="The format of the file.")
        parser.add_argument("--output", type=Path, metavar="FILE", help="Where to write; else the file is printed.")
        parser.add_argument("--topic", "--category", dest="topic", default="", metavar="NAME", help="Only this topic.")
        parser.add_argument("--template", action="store_true", help="Write one example of each kind instead.")
        parser.add_argument("--json", action="store_true", help="Print what was written as one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        written = write(examples(), options["format"]) if options["template"] else self.export(options)
        output: Path | None = options["output"]
        if output:
            try:
                output.write_bytes(written.content)
            except OSError as error:
                raise CommandError(
                    _("“%(path)s” cannot be written: %(reason)s. Check the path.")
                    % {"path": output, "reason": error.strerror or error}
                ) from None
        if options["json"]:
            self.stdout.write(json.dumps(self.report(written)))
        elif output:
            self.summary(written, output)
        elif options["format"] == "xlsx":
            raise CommandError(_("A workbook cannot be printed. Name a file with --output."))
        else:
            self.stdout.write(written.content.decode("utf-8-sig"), ending="")
            for lost in written.lost[:SHOWN]:
                self.stderr.write(f"{lost.title}: {lost.what}")

    def export(self, options: dict[str, Any]) -> Written:
        questions = Question.objects.prefetch_related("topics", "skills")
        if name := options["topic"]:
            topic = Topic.objects.filter(name__iexact=name).first() or Topic.objects.filter(slug=name).first()
            if topic is None:
                raise CommandError(_("There is no topic “%(name)s”. Check its name in the library.") % {"name": name})
            questions = questions.filter(topics=topic)
        return exported_questions(questions=questions, format=options["format"])

    def report(self, written: Written) -> dict[str, Any]:
        """As import_questions would tell the file."""
        parsed = parse(written.content, format=written.format)
        return {
            "format": written.format,
            "encoding": parsed.encoding or "UTF-8",
            "questions": [summary(question) for question in parsed.questions] if written.count else [],
            "errors": [],
            "written": written.count,
            "lost": [lost.as_dict() for lost in written.lost],
        }

    def summary(self, written: Written, output: Path) -> None:
        self.stdout.write(_("%(count)d questions were written to %(path)s.") % {"count": written.count, "path": output})
        for heading, skipped in ((_("Left out:"), True), (_("Not written whole:"), False)):
            entries = [lost for lost in written.lost if lost.skipped == skipped]
            if not entries:
                continue
            self.stdout.write(f"\n{heading}")
            for lost in entries[:SHOWN]:
                self.stdout.write(f"  {lost.title}: {lost.what}")
            if len(entries) > SHOWN:
                self.stdout.write(
                    "  "
                    + _("Showing %(shown)d of %(total)d. Add --json to see them all.")
                    % {"shown": SHOWN, "total": len(entries)}
                )
