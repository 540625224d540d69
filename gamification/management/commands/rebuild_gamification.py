"""Make points, streaks and badges anew from the event log."""

from django.core.management.base import BaseCommand

from gamification.services.settling import rebuild


class Command(BaseCommand):
    help = "Settle every learner anew from the event log: the ledger's earned lines, streaks and badges. Tells nobody."

    def handle(self, *args, **options):
        done = rebuild()
        self.stdout.write(
            f"{done.learners:,} learners settled: {done.entries:,} ledger lines and {done.awards:,} badges were new or changed."
        )
