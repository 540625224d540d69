"""Agreeing to be told of, and taking that back."""

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from tracking.models import Consent, Dispatch, DispatchState


def agree(*, person: Any = None) -> str:
    """Note that ``person``, or a visitor who is not signed in, agrees; returns the pseudonym they have from now on.

    Who agreed before keeps the one they have.
    """
    with transaction.atomic():
        if person is not None:
            row = Consent.objects.select_for_update().filter(person=person).first()
            if row is not None and row.agreed:
                return str(row.pseudonym)
        pseudonym = uuid.uuid4().hex
        values = {"agreed": True, "pseudonym": pseudonym, "decided_at": timezone.now()}
        if person is None:
            Consent.objects.create(**values)
        else:
            Consent.objects.update_or_create(person=person, defaults=values)
    return pseudonym


def decline(*, person: Any = None, pseudonym: str = "") -> None:
    """Note that somebody does not agree, or does no longer: what waits of them is not sent, and the pseudonym is gone."""
    with transaction.atomic():
        if person is not None:
            row = Consent.objects.select_for_update().filter(person=person).first()
            pseudonym = (row.pseudonym or "") if row else ""
            values = {"agreed": False, "pseudonym": None, "decided_at": timezone.now()}
            Consent.objects.update_or_create(person=person, defaults=values)
        elif pseudonym:
            Consent.objects.filter(person=None, pseudonym=pseudonym).delete()
        if pseudonym:
            Dispatch.objects.filter(pseudonym=pseudonym, state=DispatchState.WAITING).delete()
