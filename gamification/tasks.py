"""Work for the queues. Tasks may run any number of times, and change nothing the second time."""

from contextlib import suppress
from datetime import timedelta

from celery import shared_task
from django.contrib.auth import get_user_model
from django.utils import timezone

from gamification.exceptions import GamificationError
from gamification.models import Badge
from gamification.services.badges import give_to_all
from gamification.services.boards import mark_left_out
from gamification.services.expiry import expire_points
from gamification.services.settling import everybody, settle_behind, settle_learners
from workbench.queue import enqueue

User = get_user_model()

# Longer than a transaction may take to commit, and a worker to come back.
WINDOW = timedelta(hours=2)
# Learners in one task: well under its time limit.
STEP = 5_000


@shared_task(ignore_result=True)
def catch_up() -> None:
    """What beat says every minute: settle those whose events of the last two hours are not taken in."""
    settle_behind(since=timezone.now() - WINDOW)


@shared_task(ignore_result=True)
def catch_up_on_all() -> None:
    """What beat says every six hours: the same for all events, also those that count since a quiz shows its points."""
    settle_behind()


@shared_task(ignore_result=True)
def settle_all(after: int) -> None:
    """Settle everybody whose id is above ``after``, some thousands in one task; the rest in the next one.

    For a new rule that also counts for the past. Where a task is lost, the learners it had left keep what they had:
    `rebuild_gamification` settles them.
    """
    learners = everybody(after=after, limit=STEP)
    settle_learners(learner_ids=learners)
    if len(learners) == STEP:
        enqueue(settle_all, learners[-1])


@shared_task(ignore_result=True)
def expire_old_points() -> None:
    """What beat says every six hours: points older than the settings allow can no longer be spent."""
    expire_points()


@shared_task(ignore_result=True)
def tell_leaderboards() -> None:
    """What beat says every minute: tell the leaderboards who came to stand on them, or left, outside of this app."""
    mark_left_out()


@shared_task(ignore_result=True)
def give_badge_to_all(badge_id: int, actor_id: int) -> None:
    """Give a badge to all who have met its criteria. What became impossible since it was asked for is left undone."""
    badge, actor = Badge.objects.filter(pk=badge_id).first(), User.objects.filter(pk=actor_id).first()
    if badge is not None:
        with suppress(GamificationError):
            give_to_all(badge=badge, actor=actor)
