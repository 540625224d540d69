"""Invitation links: joining a course, and a cohort, by an address that was passed on."""

from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from learning.exceptions import CohortFull, InviteClosed
from learning.models import Enrollment, InviteLink
from learning.services.cohorts import place_in_cohort
from learning.services.enrollment import enroll
from workbench.days import site_day


def join_by_link(*, link: InviteLink, learner: Any) -> Enrollment:
    """Put ``learner`` on the link's course, whatever its policy, and into the link's cohort; the link counts one use.

    InviteClosed, with why and what to do, for a link that was revoked, has expired or is used up, for a course that is
    not published and for a cohort that is over or full. AlreadyEnrolled for somebody who is on the course: no use is counted.
    """
    with transaction.atomic():
        # Asks and counts at once: of two people after the last use, one finds it.
        today = site_day()
        opens = (
            Q(revoked_at=None)
            & (Q(expires_on=None) | Q(expires_on__gte=today))
            & (Q(limit=None) | Q(used__lt=F("limit")))
        )
        counted = InviteLink.objects.filter(opens, pk=link.pk).update(used=F("used") + 1)
        link.refresh_from_db()
        if not counted:
            raise InviteClosed(why_closed(link))
        if nothing_to_join := why_nothing_to_join(link):
            raise InviteClosed(nothing_to_join)
        enrollment = enroll(learner=learner, course=link.course, source="invite", via=link)
        if link.cohort is not None:
            try:
                place_in_cohort(enrollment=enrollment, cohort=link.cohort)
            except CohortFull:
                raise InviteClosed(full(link)) from None
    return enrollment


def revoke_link(*, link: InviteLink) -> bool:
    """Close a link for good. False when it was revoked before."""
    return bool(InviteLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()))


def full(link: InviteLink) -> str:
    return _("All places of “%(cohort)s” are taken. Ask whoever sent you this link about another cohort.") % {
        "cohort": link.cohort
    }


def why_closed(link: InviteLink) -> str:
    """Why a link opens no more and what to do, as a sentence; empty for a link that opens."""
    if link.revoked_at is not None:
        return _("This invitation link was withdrawn. Ask whoever sent it to you for a new one.")
    if link.has_expired:
        return _("This invitation link has expired. Ask whoever sent it to you for a new one.")
    if link.is_used_up:
        return _("This invitation link has been used as often as it may be. Ask whoever sent it to you for a new one.")
    if nothing_to_join := why_nothing_to_join(link):
        return nothing_to_join
    return full(link) if link.cohort is not None and link.cohort.places_left == 0 else ""


def why_nothing_to_join(link: InviteLink) -> str:
    if not link.course.live:
        return _("The course of this invitation link is not published now. Ask whoever sent it to you.")
    if link.cohort is not None and link.cohort.is_over:
        return _("The cohort “%(cohort)s” is over. Ask whoever sent you this link about the next one.") % {
            "cohort": link.cohort
        }
    return ""
