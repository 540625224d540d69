"""What the reader of a page decided about being told of."""

import re
from dataclasses import dataclass

from django.http import HttpRequest

from tracking.models import Consent
from tracking.pages import wants_privacy
from tracking.selectors.site import accounts
from workbench.kept import kept

COOKIE = "lectern_usage"
DECLINED = "no"
PSEUDONYM = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Choice:
    """``agreed`` is None before anybody was asked. ``pseudonym`` is empty unless it is true."""

    agreed: bool | None = None
    pseudonym: str = ""


def choice_of(request: HttpRequest) -> Choice:
    """The choice of whoever is signed in, else of this browser."""
    person = getattr(request, "user", None)
    if person is not None and person.is_authenticated:
        return kept("consents", person.pk, lambda: stored_choice(person=person.pk), of=("consents",))
    cookie = request.COOKIES.get(COOKIE, "")
    if cookie == DECLINED:
        return Choice(agreed=False)
    if not PSEUDONYM.fullmatch(cookie):
        return Choice()
    return kept("consents", cookie, lambda: stored_choice(pseudonym=cookie, person=None), of=("consents",))


def stored_choice(**which: int | str | None) -> Choice:
    row = Consent.objects.filter(**which).values("agreed", "pseudonym").first()
    return Choice(row["agreed"], row["pseudonym"] or "") if row else Choice()


def is_to_be_asked(request: HttpRequest) -> bool:
    """Whether there is something to agree to, and nobody has said yet. A browser that asks for privacy has said."""
    return bool(accounts()) and not wants_privacy(request) and choice_of(request).agreed is None


def may_tell(request: HttpRequest) -> Choice | None:
    """The choice, where what happens on this request may be told to services; else None."""
    if not accounts() or wants_privacy(request):
        return None
    choice = choice_of(request)
    return choice if choice.agreed else None
