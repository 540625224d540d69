"""How often what was kept could be taken."""

from django.core.management.base import BaseCommand, CommandError

from workbench.cache import unreachable
from workbench.kept import rates


class Command(BaseCommand):
    help = "Prints, for each kind of thing that is kept, how often it was taken, made, or passed by, and the hit rate."

    def handle(self, *args, **options):
        try:
            found = rates()
        except unreachable() as error:
            raise CommandError(
                f"The cache cannot be reached ({type(error).__name__}). Pages are made anew each time until it can; "
                "see REDIS_URL, or `make doctor`."
            ) from error
        if not found:
            self.stdout.write("Nothing was asked for yet. Open a page, then look again.")
            return
        width = max(len(rate.name) for rate in found)
        self.stdout.write(f"{'':{width}}  {'taken':>9} {'made':>9} {'passed by':>9} {'hit rate':>8}")
        for rate in found:
            percent = "–" if rate.percent is None else f"{rate.percent} %"
            self.stdout.write(f"{rate.name:{width}}  {rate.hits:>9} {rate.misses:>9} {rate.passed:>9} {percent:>8}")
        hits, asked = sum(rate.hits for rate in found), sum(rate.hits + rate.misses for rate in found)
        if asked:
            self.stdout.write(f"In all {hits * 100 // asked} % of {asked}.")
