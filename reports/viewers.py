"""Who looks, where nobody is signed in."""

from typing import Any

from django.utils.translation import gettext as _


class Operator:
    """Whoever may type commands on the server reads the database anyway: every right, no account."""

    pk = None
    is_active = is_authenticated = is_superuser = True
    email = ""

    @property
    def name(self) -> str:
        return _("the server's operator")

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        return True


OPERATOR = Operator()
