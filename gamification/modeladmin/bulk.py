"""What may be done with one or many things that people asked for."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gamification.exceptions import GamificationError
from gamification.forms.rewards import HandOverForm, NothingForm, ReasonForm
from gamification.models import Redemption, RedemptionState
from gamification.policies import may_settle
from gamification.selectors.rewards import WAITING
from gamification.services.rewards import (
    approve_redemption,
    cancel_redemption,
    decline_redemption,
    fulfil_redemption,
    hold_redemptions,
)
from notifications.tasks import sweep_mail
from workbench.modeladmin import BulkAction
from workbench.queue import enqueue_on_commit


class SettleAction(BulkAction):
    """A step for redemptions of other people that stand in one of ``states``."""

    states: ClassVar[tuple[RedemptionState, ...]] = (RedemptionState.REQUESTED,)

    def may(self, user):
        return user.has_perm("gamification.change_redemption")

    def refusal(self, user, row):
        if row.learner_id == user.pk:
            return _("You asked for this yourself, so somebody else has to decide.")
        if row.state not in self.states:
            return self.why_not(row)
        return ""

    def why_not(self, row: Redemption) -> str:
        return _("Decided already: %s.") % row.get_state_display().lower()

    def take(self, row: Redemption, actor: Any, data: dict[str, Any]) -> None:
        raise NotImplementedError

    def told(self, count: int) -> str:
        raise NotImplementedError

    def run(self, *, rows, actor, data):
        done = 0
        for row in hold_redemptions(rows):
            try:
                self.take(row, actor, data)
            except GamificationError:
                continue
            done += 1
        enqueue_on_commit(sweep_mail)
        left = len(rows) - done
        if not left:
            return self.told(done)
        more = ngettext("%d was left alone: settled meanwhile.", "%d were left alone: settled meanwhile.", left) % left
        return f"{self.told(done)} {more}"


class Approve(SettleAction):
    name = "approve"
    label = gettext_lazy("Approve…")
    confirm_label = gettext_lazy("Approve")
    form_class = NothingForm

    def question(self, count):
        return ngettext("Approve this reward?", "Approve %(count)d rewards?", count) % {"count": count}

    def explanation(self):
        return _("Whoever asked for it gets a mail. Then it has to be handed over.")

    def take(self, row, actor, data):
        approve_redemption(redemption=row, actor=actor)

    def told(self, count):
        return ngettext("%d reward is approved.", "%d rewards are approved.", count) % count


class Decline(SettleAction):
    name = "decline"
    label = gettext_lazy("Decline…")
    confirm_label = gettext_lazy("Decline")
    is_grave = True
    form_class = ReasonForm

    def question(self, count):
        return ngettext("Decline this reward?", "Decline %(count)d rewards?", count) % {"count": count}

    def explanation(self):
        return _("Points and stock go back. Whoever asked for it gets a mail with the reason.")

    def take(self, row, actor, data):
        decline_redemption(redemption=row, actor=actor, reason=data["reason"])

    def told(self, count):
        return ngettext("%d reward is declined.", "%d rewards are declined.", count) % count


class HandOver(SettleAction):
    name = "hand-over"
    label = gettext_lazy("Hand over…")
    confirm_label = gettext_lazy("Hand over")
    states = (RedemptionState.APPROVED,)
    form_class = HandOverForm

    def why_not(self, row):
        if row.state == RedemptionState.REQUESTED:
            return _("Nobody has approved this yet.")
        return super().why_not(row)

    def question(self, count):
        return ngettext("Hand over this reward?", "Hand over %(count)d rewards?", count) % {"count": count}

    def explanation(self):
        return _("The points are spent then. Whoever asked for it gets a mail with the message.")

    def take(self, row, actor, data):
        fulfil_redemption(redemption=row, actor=actor, message=data["message"])

    def told(self, count):
        return ngettext("%d reward is handed over.", "%d rewards are handed over.", count) % count


class Cancel(SettleAction):
    name = "cancel"
    label = gettext_lazy("Cancel…")
    confirm_label = gettext_lazy("Cancel and give points back")
    is_grave = True
    states = WAITING
    form_class = ReasonForm

    def question(self, count):
        return ngettext("Cancel this reward?", "Cancel %(count)d rewards?", count) % {"count": count}

    def explanation(self):
        return _("Points and stock go back. Whoever asked for it gets a mail with the reason.")

    def take(self, row, actor, data):
        cancel_redemption(redemption=row, actor=actor, reason=data["reason"])

    def told(self, count):
        return ngettext("%d reward is cancelled.", "%d rewards are cancelled.", count) % count


# In the order in which they are offered.
ACTIONS: tuple[type[SettleAction], ...] = (Approve, HandOver, Decline, Cancel)


def may_take(action: type[SettleAction], user: Any, row: Redemption) -> bool:
    return may_settle(user, row) and row.state in action.states
