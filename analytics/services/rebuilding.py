"""All of it made anew from the site's own database."""

from django.db import transaction

from analytics.models import DATABASE, ActivityFact, EventFact, Rollup, StalePeriod
from analytics.periods import Grain
from analytics.rollups import Feed
from analytics.selectors.feeds import Batch
from analytics.services.adding_up import STEP, add_up_some
from analytics.services.folding import BATCH, fold_batch, hold, make_states, start_again


def rebuild() -> int:
    """Throw away all facts and rollups and make them again; returns how many rows were read.

    In one transaction: until its end readers have what was there before, and where it breaks off nothing has changed.
    """
    make_states()
    with transaction.atomic(using=DATABASE):
        for feed in Feed:
            hold(feed, wait=True)
        for model in (EventFact, ActivityFact, Rollup, StalePeriod):
            model.objects.all().delete()
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
