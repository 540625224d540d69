"""`manage.py load_demo`: the demo academy, for an empty site."""

from datetime import date

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from analytics.tasks import take_in_late
from cms.demo.load import load_demo
from cms.demo.office_work import do_office_work
from gamification.services.boards import told
from lms_pages.models import CoursePage


class Command(BaseCommand):
    help = "Load four courses and 200 learners with a year of history into an empty site. Same seed and day: same rows."

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--until", type=date.fromisoformat, default=None, help="Last day of the history (today).")
        parser.add_argument("--learners", type=int, default=200)

    def handle(self, *args, **options):
        if not settings.LECTERN_DEMO_ALLOWED:
            raise CommandError(
                "The demo academy is not loaded under production settings: its accounts have a known password."
            )
        if get_user_model().objects.exists() or CoursePage.objects.exists():
            raise CommandError(
                "The demo academy needs an empty site; this one has people or courses already. Nothing was changed."
            )
        # At the first start Redis does not run yet; leaderboards are made anew once it answers.
        told.missed = True
        with transaction.atomic():
            loaded = load_demo(
                seed=options["seed"],
                until=options["until"] or timezone.localdate(),
                learners=options["learners"],
                say=self.stdout.write,
            )
        # Imports commit as they go, so they cannot be part of the load.
        do_office_work(company=loaded.company)
        # The worker would do it within the hour.
        take_in_late()
        self.stdout.write(loaded.sentence())
