"""Facts and rollups as CSV or Parquet."""

import datetime as dt
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from analytics.exports import FORMATS, export


class Command(BaseCommand):
    help = "Write facts and rollups into a folder: events, activity and rollups, one file each."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument("--format", choices=sorted(FORMATS), default="csv")
        parser.add_argument("--since", type=dt.date.fromisoformat, help="The first day, such as 2026-01-01.")
        parser.add_argument("--until", type=dt.date.fromisoformat, help="The last day.")

    def handle(self, *args, folder, since, until, **options):
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder. Make it first, or name another.")
        if since and until and since > until:
            raise CommandError(f"{since} comes after {until}: there are no days between them.")
        form = options["format"]
        for kind, count in export(folder, form=form, since=since, until=until).items():
            self.stdout.write(f"{folder / kind}.{form}: {count:,} rows")
