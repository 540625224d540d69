"""Making an account alone, where the site allows it: an invitation that somebody sends to themselves."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from accounts.services.invitations import invite_people
from accounts.services.people import create_person


def sign_up_person(*, email: str, first_name: str, last_name: str, language: str = "") -> Any:
    """Make the account if nobody has that address, and send it the link to set a password.

    Returns the person who has the address: for one with a password, or who may not sign in, nothing is sent or changed.
    """
    person = get_user_model().objects.with_address(email).first()
    with transaction.atomic():
        if person is None:
            person = create_person(email=email, first_name=first_name, last_name=last_name)
            person.language = language
            person.save(update_fields=["language"])
        invite_people(people=[person])
    return person
