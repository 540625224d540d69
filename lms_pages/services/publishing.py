"""Publishing a course, or a module, with everything in it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lms_pages.models import CoursePage, ModulePage
from lms_pages.selectors import Entry, publication
from lms_pages.selectors.publication import stays_below
from workbench.batches import one_batch


@dataclass(frozen=True)
class Published:
    """What went out, and what did not although it was picked, with the reason in words."""

    entries: tuple[Entry, ...]
    left: tuple[tuple[Entry, str], ...]


def publish_everything(
    *,
    root: CoursePage | ModulePage,
    user: Any,
    tokens: Collection[str] | None = None,
    tell: Callable[[int], None] = lambda done: None,
) -> Published:
    """Publish the newest revisions of ``root`` and the pages below it, in one transaction, parents first.

    ``tokens`` (`Entry.token`) are the pages a person picked, each with the revision that was
    shown; a page that was changed since is left alone. Without them, everything that
    `publication` proposes. Wagtail checks the right to publish each page and logs it. ``tell``
    hears after each page how many went out.
    """
    with transaction.atomic(), one_batch():
        plan = publication(root=root, user=user)
        if tokens is None:
            tokens = {entry.token for entry in plan.ready if entry.proposed}
        picked = {token.partition("-")[0] for token in tokens}
        published: list[Entry] = []
        left: list[tuple[Entry, str]] = []
        dark: dict[str, Entry] = {}
        for entry in plan.entries:
            page = entry.page
            above = dark.get(page.path[: -page.steplen])
            reason = ""
            if str(page.pk) in picked and entry.state:
                reason = " ".join(entry.reasons)
                if not reason and entry.held_by:
                    reason = stays_below(entry.held_by)
                if not reason and entry.token not in tokens:
                    reason = _("It was changed after you had looked at it.")
                if not reason and above is not None:
                    reason = stays_below(above.title)
                if not reason:
                    page.latest_revision.publish(user=user)
                    published.append(entry)
                    tell(len(published))
                    continue
                left.append((entry, reason))
            if not page.live:
                dark[page.path] = entry
        return Published(entries=tuple(published), left=tuple(left))
