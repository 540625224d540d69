"""Accounts that became one are one in the facts, too."""

from django.contrib.auth import get_user_model
from django.db import transaction

from analytics.models import DATABASE, FollowedMerge
from analytics.rollups import Feed
from analytics.services.adding_up import FACTS
from analytics.services.folding import hold, make_states, note_stale

# A page view is nobody's.
OF_PEOPLE = {feed: model for feed, model in FACTS.items() if feed != Feed.VIEWS}


def follow_merges() -> int:
    """Let facts of accounts that were merged since the last time be of the account that stayed; returns how many accounts
    those were. What is taken in afterwards comes with the right account already. `Held`: then none, or some."""
    merged = get_user_model().objects.filter(merged_into__isnull=False).order_by("pk")
    known = set(FollowedMerge.objects.values_list("learner", flat=True))
    pairs = [pair for pair in merged.values_list("uuid", "merged_into__uuid") if pair[0] not in known]
    make_states()
    for gone, stays in pairs:
        with transaction.atomic(using=DATABASE):
            for feed, model in OF_PEOPLE.items():
                hold(feed)
                facts = model._default_manager.filter(learner=gone)
                note_stale(feed, set(facts.values_list("day", flat=True)))
                facts.update(learner=stays)
            FollowedMerge.objects.get_or_create(learner=gone)
    return len(pairs)
