"""Letters to learners about what they asked for. Each is written in the transaction of what it tells of, once."""

import logging

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from gamification.models import Redemption
from notifications.exceptions import MailRefused
from notifications.models import MailKind, OutboxMail
from notifications.services import queue_letter

log = logging.getLogger(__name__)


def write_letter(*, redemption: Redemption, step: str) -> OutboxMail | None:
    """Tell the person of a step: requested, approved, declined, fulfilled or cancelled. None for somebody who may not
    sign in or is gone, and for an address that takes no mail: the step is taken all the same."""
    person = redemption.learner
    if person is None or not person.is_active:
        return None
    with translation.override(person.language or settings.LANGUAGE_CODE):
        address = settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("gamification:rewards")
    try:
        return queue_letter(
            kind=MailKind.REWARD,
            person=person,
            template=f"reward_{step}",
            context={"redemption": redemption, "rewards_url": address},
            dedupe_key=f"reward:{redemption.uuid}:{step}",
        )
    except MailRefused:
        log.warning("no letter about redemption %s: the address takes no mail", redemption.uuid)
        return None
