"""The door to what changes facts and rollups."""

from analytics.services.adding_up import add_up
from analytics.services.folding import fold
from analytics.services.forgetting import forget
from analytics.services.merging import follow_merges
from analytics.services.rebuilding import rebuild
from analytics.services.reconciling import reconcile

__all__ = ["add_up", "fold", "follow_merges", "forget", "rebuild", "reconcile"]
