"""Publishing many pages in the background: one row of work, held by one worker at a time, whole or not at all."""

import logging
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from wagtail.actions.publish_page_revision import PublishPagePermissionError

from lms_pages.exceptions import PublishingLost
from lms_pages.models import BUSY, CoursePage, ModulePage, Publishing, PublishingState
from lms_pages.services.publishing import publish_everything
from workbench.background import claim, tell_progress

log = logging.getLogger(__name__)

# More pages than this are published by a worker.
IN_REQUEST = 20
# Rows of work that ended longer ago say nothing that the history of the pages does not.
KEPT = timedelta(days=30)


def request_publishing(*, root: CoursePage | ModulePage, user: Any, tokens: Collection[str]) -> tuple[Publishing, bool]:
    """Ask for what ``tokens`` name (see `publish_everything`) to be published; the row of that work, and whether it is new.

    While a course is being published already, that row is returned and nothing is written.
    """
    try:
        with transaction.atomic():
            values = {"tokens": sorted(tokens), "requested_by": user, "language": translation.get_language() or ""}
            return Publishing.objects.create(root_id=root.pk, **values), True
    except IntegrityError:
        return Publishing.objects.get(root_id=root.pk, state__in=BUSY), False


def run_publishing(*, publishing_id: int, task_id: str = "") -> str:
    """Do the work that waits, if it does; returns the state it is in afterwards.

    Safe to call any number of times from any number of workers. Must not run inside a
    transaction: the claim is committed before the work begins.
    """
    work = claim_publishing(publishing_id, task_id)
    if work is not None:
        with translation.override(work.language or None):
            try:
                publish(work)
            except PublishingLost:
                log.warning("publishing %s: somebody else holds it by now", work.pk)
            except ValidationError as error:
                fail(work, _("Nothing was published: %s") % " ".join(error.messages))
            except (PermissionDenied, PublishPagePermissionError):
                fail(work, _("Nothing was published: whoever asked for it may not publish this any more."))
            except Exception:
                log.exception("publishing %s stopped", work.pk)
                fail(
                    work,
                    _(
                        "Something went wrong on our side, and nothing was published. Try again, or tell whoever runs this site."
                    ),
                )
    return Publishing.objects.values_list("state", flat=True).get(pk=publishing_id)


def claim_publishing(publishing_id: int, task_id: str) -> Publishing | None:
    """The row, now ours alone, or None where there is nothing to do. Committed on return.

    A task that the broker hands out a second time under the same id has lost its first worker: it takes the work over.
    """
    work = Publishing.objects.get(pk=publishing_id)
    is_own = work.state == PublishingState.RUNNING and task_id and work.task_id == task_id
    if work.state != PublishingState.WAITING and not is_own:
        return None
    if not claim(work, state=PublishingState.RUNNING, task_id=task_id):
        return None
    return Publishing.objects.select_related("root", "requested_by").get(pk=work.pk)


def publish(work: Publishing) -> None:
    user = work.requested_by
    if user is None or not user.is_active:
        raise PermissionDenied
    with transaction.atomic():
        done = publish_everything(
            root=work.root.specific, user=user, tokens=work.tokens, tell=lambda count: tell_progress(work, count)
        )
        # In the transaction of the pages: what is written here is published, and the other way round.
        end(
            work,
            PublishingState.DONE,
            published=len(done.entries),
            left=[[entry.title, reason] for entry, reason in done.left],
        )


def end(work: Publishing, state: PublishingState, **values: Any) -> None:
    held = Publishing.objects.filter(pk=work.pk, state=PublishingState.RUNNING, fence=work.fence)
    if not held.update(state=state, lease_until=None, ended_at=timezone.now(), **values):
        raise PublishingLost


def fail(work: Publishing, sentence: str) -> None:
    try:
        end(work, PublishingState.FAILED, sentence=sentence)
    except PublishingLost:
        log.warning("publishing %s: somebody else holds it by now", work.pk)


def expire_publishings() -> int:
    """Say of those whose worker is gone that nothing was published. Returns how many there were."""
    now = timezone.now()
    Publishing.objects.filter(ended_at__lt=now - KEPT).delete()
    return Publishing.objects.filter(state=PublishingState.RUNNING, lease_until__lt=now).update(
        state=PublishingState.FAILED,
        fence=F("fence") + 1,
        lease_until=None,
        ended_at=now,
        sentence=_(
            "The worker stopped in the middle, so nothing was published. Look at the course and publish it again."
        ),
    )
