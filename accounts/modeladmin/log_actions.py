"""What Wagtail's log says of people, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import LogFormatter

from accounts.roles import ROLES


class Deactivated(LogFormatter):
    label = gettext_lazy("Deactivate")
    message = gettext_lazy("Deactivated")


class Returned(LogFormatter):
    label = gettext_lazy("Let return")
    message = gettext_lazy("May sign in again")


class Invited(LogFormatter):
    label = gettext_lazy("Invite")
    message = gettext_lazy("Invited")


class InvitationAccepted(LogFormatter):
    label = gettext_lazy("Accept an invitation")
    message = gettext_lazy("Accepted the invitation")


class InvitationRevoked(LogFormatter):
    label = gettext_lazy("Revoke an invitation")
    message = gettext_lazy("Invitation revoked")


class Merged(LogFormatter):
    label = gettext_lazy("Merge accounts")
    message = gettext_lazy("Took over another account of the same person")


class MergedInto(LogFormatter):
    label = gettext_lazy("Merge into another account")
    message = gettext_lazy("Merged into another account of the same person")


class MovedToTeam(LogFormatter):
    label = gettext_lazy("Move to a team")

    def format_message(self, log_entry):
        return _("Moved to the team %s") % log_entry.data.get("team", "–")


class RolesSet(LogFormatter):
    label = gettext_lazy("Change roles")

    def format_message(self, log_entry):
        labels = {role.name: str(role.label) for role in ROLES}

        def names(key):
            return ", ".join(labels.get(name, name) for name in log_entry.data.get(key, []))

        sentences = {"given": _("Role given: %s"), "taken": _("Role taken away: %s")}
        return "; ".join(words % names(key) for key, words in sentences.items() if log_entry.data.get(key))


# Name in the log -> how it is told.
ACTIONS: dict[str, type[LogFormatter]] = {
    "accounts.deactivate": Deactivated,
    "accounts.return": Returned,
    "accounts.invite": Invited,
    "accounts.accept_invitation": InvitationAccepted,
    "accounts.revoke_invitation": InvitationRevoked,
    "accounts.merge": Merged,
    "accounts.merged_into": MergedInto,
    "accounts.move_to_team": MovedToTeam,
    "accounts.set_roles": RolesSet,
}
