"""Inviting people: a mail with a link that works once and for a limited time, with which they set a password."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.log_actions import log

from accounts.exceptions import InvitationRefused
from accounts.models import Invitation, InvitationQuerySet, hash_of_token
from workbench.journal import log_many
from workbench.letters import render_letter

VALID_FOR = timedelta(days=14)
AT_ONCE = 200


def invite_people(*, people: Iterable[Any], actor: Any = None) -> list[Invitation]:
    """Send each of ``people`` a link with which they set a password; returns what was sent.

    A link sent earlier stops working. Who has a password or may not sign in gets no mail and is not in the result.
    The mails wait in the outbox as soon as this returns; ``people`` are taken in transactions of 200.
    """
    keys = sorted({person.pk for person in people})
    chunks = [keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE)]
    return [invitation for chunk in chunks for invitation in invite_some(chunk, actor)]


@transaction.atomic
def invite_some(keys: list[int], actor: Any) -> list[Invitation]:
    # The lock keeps two administrators from inviting one person twice at the same moment.
    people = list(get_user_model().objects.invitable().filter(pk__in=keys).order_by("pk").select_for_update())
    now = timezone.now()
    earlier = Invitation.objects.pending().filter(person__in=people)
    earlier.update(revoked_at=now, is_replaced=True)
    tokens = [secrets.token_urlsafe(32) for _person in people]
    invitations = [
        Invitation(
            person=person,
            sent_to=person.email,
            language=person.language or settings.LANGUAGE_CODE,
            token_hash=hash_of_token(token),
            created_by=actor,
            created_at=now,
            expires_at=now + VALID_FOR,
        )
        for person, token in zip(people, tokens, strict=True)
    ]
    Invitation.objects.bulk_create(invitations)
    log_many(entries=((person, "accounts.invite", {}) for person in people), user=actor)
    mails = [letter_of(invitation, token) for invitation, token in zip(invitations, tokens, strict=True)]
    get_connection().send_messages(mails)
    return invitations


def letter_of(invitation: Invitation, token: str) -> EmailMultiAlternatives:
    """The mail of an invitation, in the person's language, with the link in the same language."""
    with translation.override(invitation.language):
        address = settings.WAGTAILADMIN_BASE_URL + reverse("accounts:invitation", args=[token])
    letter = render_letter(
        person=invitation.person, template="invitation", context={"invitation": invitation, "invitation_url": address}
    )
    mail = EmailMultiAlternatives(letter.subject, letter.text, to=[invitation.sent_to])
    mail.attach_alternative(letter.html, "text/html")
    return mail


def revoke_invitations(*, invitations: InvitationQuerySet, actor: Any = None) -> int:
    """Make the links of those among ``invitations`` that are still open useless; returns how many that were."""
    with transaction.atomic():
        pending = list(invitations.pending().select_related("person").order_by("pk").select_for_update(of=("self",)))
        Invitation.objects.filter(pk__in=[one.pk for one in pending]).update(revoked_at=timezone.now())
        log_many(entries=((one.person, "accounts.revoke_invitation", {}) for one in pending), user=actor)
    return len(pending)


def accept_invitation(*, invitation: Invitation, password: str) -> Any:
    """Set the person's first password; returns the person. InvitationRefused where the link was used meanwhile,
    is late, was revoked or went to an address the person no longer has: then nothing was changed.
    """
    with transaction.atomic():
        people = get_user_model().objects.invitable().select_for_update()
        person = people.with_address(invitation.sent_to).filter(pk=invitation.person_id).first()
        if person is None or not claim_invitation(invitation):
            raise InvitationRefused
        person.set_password(password)
        person.save(update_fields=["password"])
        log(instance=person, action="accounts.accept_invitation", user=person)
    return person


def claim_invitation(invitation: Invitation) -> bool:
    """Mark an open invitation as accepted. Of two requests with one link, only one changes the row."""
    return bool(Invitation.objects.usable().filter(pk=invitation.pk).update(accepted_at=timezone.now()))


def settle_invitation(*, person: Any) -> None:
    """Count an open invitation as accepted: the person has set a password in another way."""
    Invitation.objects.pending().filter(person=person).update(accepted_at=timezone.now())
