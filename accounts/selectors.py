"""Reading people and teams."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import ModelLogEntry

from accounts.models import Invitation, Team, TeamMembership, hash_of_token
from accounts.policies import visible_to
from operations.models import SignUp
from operations.selectors.site import site_settings
from workbench.days import site_day
from workbench.matters import Matter
from workbench.records import Moment

# What a person's other rows tell already.
TOLD_ELSEWHERE = (
    "wagtail.create",
    "accounts.move_to_team",
    "accounts.invite",
    "accounts.accept_invitation",
    "accounts.revoke_invitation",
)


def primary_team(user: Any) -> Team | None:
    """The team a person belongs to today: the primary one, and of two on the day of a move the newer."""
    membership = (
        TeamMembership.objects.current()
        .filter(user=user)
        .order_by("-is_primary", "-since", "-pk")
        .select_related("team")
        .first()
    )
    return membership.team if membership else None


def people_matching(people: QuerySet, query: str) -> QuerySet:
    """``people`` whose names or address hold every word of ``query``."""
    for word in query.split():
        people = people.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word))
    return people


def invitation_by_token(token: str) -> Invitation | None:
    """The invitation whose link holds ``token``, with its person."""
    rows = Invitation.objects.select_related("person", "created_by")
    return rows.filter(token_hash=hash_of_token(token)).first()


def morning(day: date) -> datetime:
    """The first moment of ``day`` in the active zone: days have no hour, a timeline needs one."""
    return timezone.make_aware(datetime.combine(day, time.min))


def person_moments(viewer: Any, person: Any, limit: int) -> tuple[list[Moment], int]:
    """When a person was added, invited, signed in last, and came to and left teams; see `workbench.records.timelines`."""
    moments = [Moment(person.date_joined, _("Added"), icon="plus")]
    if person.last_login:
        moments.append(Moment(person.last_login, _("Signed in, the last time so far"), icon="key"))
    today = site_day()
    for row in visible_to(viewer, TeamMembership.objects.filter(user=person)).select_related("team"):
        url = reverse("accounts_team_modeladmin_inspect", args=[row.team_id])
        came = _("Came to the team %s") if row.is_primary else _("Came to the team %s as well")
        if row.since <= today:
            moments.append(Moment(morning(row.since), came % row.team.name, url, "group"))
        if row.until and row.until < today:
            moments.append(Moment(morning(row.until), _("Left the team %s") % row.team.name, url, "group"))
    for invitation in person.invitations.select_related("created_by"):
        who = invitation.created_by
        sent = _("Invited by %s") % who.name if who else _("Asked for a new invitation")
        moments.append(Moment(invitation.created_at, sent, icon="mail"))
        if invitation.accepted_at:
            moments.append(Moment(invitation.accepted_at, _("Accepted the invitation"), icon="check"))
        elif invitation.revoked_at and not invitation.is_replaced:
            moments.append(Moment(invitation.revoked_at, _("The invitation was revoked"), icon="cross"))
    moments.sort(key=lambda moment: moment.at, reverse=True)
    return moments[:limit], len(moments)


def logged_moments(viewer: Any, person: Any, limit: int) -> tuple[list[Moment], int]:
    """What others did to a person's account, from Wagtail's log, for those who may see all people."""
    if not viewer.has_perm("accounts.view_user"):
        return [], 0
    entries = ModelLogEntry.objects.for_instance(person).exclude(action__in=TOLD_ELSEWHERE)
    moments = []
    for entry in entries.select_related("user").order_by("-timestamp", "-pk")[:limit]:
        who = entry.user.name if entry.user else _("the system")
        words = _("%(what)s, by %(who)s") % {"what": entry.message, "who": who}
        moments.append(Moment(entry.timestamp, words))
    return moments, entries.count()


@dataclass(frozen=True)
class SignUpRule:
    """Who may make an account alone: nobody, or those with an address at one of ``domains`` (none named: anybody)."""

    is_open: bool = False
    domains: tuple[str, ...] = ()

    def admits(self, address: str) -> bool:
        domain = address.rpartition("@")[2].lower()
        return self.is_open and (not self.domains or domain in {name.lower() for name in self.domains})


def sign_up_rule() -> SignUpRule:
    """Who may make an account alone, as the site's settings say."""
    site = site_settings()
    return SignUpRule(site.sign_up != SignUp.CLOSED, site.domains if site.sign_up == SignUp.DOMAINS else ())


def invitations_pending(viewer: Any) -> Matter | None:
    """People who were invited and have not set a password yet, for those who may resend; see `workbench.matters`."""
    if not viewer.has_perm("accounts.view_invitation"):
        return None
    count = visible_to(viewer, Invitation.objects.pending()).count()
    words = ngettext("invitation is not accepted yet", "invitations are not accepted yet", count)
    return Matter(count, words, reverse("accounts_invitation_modeladmin_index"))
