"""All of it made anew from the site's own database."""

from django.db import transaction

from analytics.models import DATABASE, ActivityFact, EventFact, Rollup, StalePeriod, ViewFact
from analytics.periods import Grain
from analytics.rollups import MEASURES, Feed
from analytics.selectors.feeds import Batch
from analytics.services.adding_up import STEP, add_up_some
from analytics.services.folding import BATCH, fold_batch, hold, make_states, note_stale, start_again


def rebuild() -> int:
    """Throw away facts and rollups and make them again; returns how many rows were read.

    Page views stay, since what they were made of goes after a month: they are added up again as far as they are there, and
    what was added up of older ones stays, too. In one transaction: until its end readers have what was there before, and
    where it breaks off nothing has changed.
    """
    make_states()
    with transaction.atomic(using=DATABASE):
        for feed in Feed:
            hold(feed, wait=True)
        for model in (EventFact, ActivityFact, StalePeriod):
            model.objects.all().delete()
        Rollup.objects.exclude(measure__in=[key for key, one in MEASURES.items() if one.feed == Feed.VIEWS]).delete()
        # The oldest day may be there in part.
        days = list(ViewFact.objects.order_by("day").values_list("day", flat=True).distinct())
        note_stale(Feed.VIEWS, days[1:])
        read = 0
        for feed in Feed:
            start_again(feed)
            place = Batch()
            while True:
                place = fold_batch(feed, place)
                read += len(place.facts)
                if len(place.facts) < BATCH:
                    break
            for grain in Grain:
                while add_up_some(feed, grain) == STEP:
                    pass
    return read
