"""Make all facts and rollups anew from the site's own database."""

from django.core.management.base import BaseCommand

from analytics import services


class Command(BaseCommand):
    help = (
        "Throw away all facts and rollups and make them again from learning events and activity. Until it ends, readers "
        "see what was there before; where it breaks off, nothing has changed."
    )

    def handle(self, *args, **options):
        read = services.rebuild()
        found = services.reconcile()
        self.stdout.write(f"{read:,} rows taken in.")
        if found.is_well:
            self.stdout.write(f"Compared with the source on {found.days:,} days: no difference.")
            return
        for day, what, name, should, is_now in found.drifts:
            self.stderr.write(f"{day} {what}: {name} {is_now:,} instead of {should:,}")
