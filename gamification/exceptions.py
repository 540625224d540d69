"""What points, badges and rewards refuse, in words for the person who asked."""

from django.utils.translation import gettext as _


class GamificationError(Exception):
    """Its first argument is the sentence to show. ``status`` is what an HTTP answer says."""

    status = 409


class NotEnoughPoints(GamificationError):
    def __init__(self, cost: int, balance: int):
        sentence = _("This costs %(cost)d points and you have %(balance)d. Nothing was taken.")
        super().__init__(sentence % {"cost": cost, "balance": max(balance, 0)})


class SoldOut(GamificationError):
    def __init__(self) -> None:
        super().__init__(_("The last one has just gone. Your points are untouched."))


class LimitReached(GamificationError):
    def __init__(self, limit: int):
        super().__init__(
            _("Each person can have this %d times at most, and you have. Your points are untouched.") % limit
        )


class NotOnOffer(GamificationError):
    status = 404

    def __init__(self) -> None:
        super().__init__(_("This reward is not on offer for you at the moment. Your points are untouched."))


class PriceChanged(GamificationError):
    def __init__(self, cost: int):
        super().__init__(_("The price has changed to %d points meanwhile. Nothing was taken: look again.") % cost)


class NotApproved(GamificationError):
    def __init__(self) -> None:
        super().__init__(_("Nobody has approved this yet, so it was not handed over. Approve it first."))


class OwnRedemption(GamificationError):
    status = 403

    def __init__(self) -> None:
        super().__init__(_("You asked for this yourself, so somebody else has to decide. Nothing was changed."))


class StockChanged(GamificationError):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody has asked for this reward meanwhile, so fewer are left. Nothing was saved: enter the stock again."
            )
        )


class AlreadySettled(GamificationError):
    """Somebody has decided on a redemption meanwhile, or it was cancelled before."""

    def __init__(self, state: str):
        super().__init__(_("This is %s already, so nothing was changed.") % state)


class AlreadyRevoked(GamificationError):
    def __init__(self) -> None:
        super().__init__(_("This badge was taken back before, so nothing was changed."))


class ReasonMissing(GamificationError):
    status = 400

    def __init__(self) -> None:
        super().__init__(_("Say why in a few words: the person will read it. Nothing was changed."))


class UnknownBoard(GamificationError):
    """An address that names no leaderboard."""

    status = 400


class AlreadyHasBadge(GamificationError):
    def __init__(self) -> None:
        super().__init__(_("This person has the badge already, so nothing was changed."))


class BadgeNotPublished(GamificationError):
    def __init__(self) -> None:
        super().__init__(_("Only a published badge can be given. Publish it first; nothing was changed."))


class CannotBeEarned(GamificationError):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Nobody can meet these criteria: they are not complete, or name a course, quiz, topic or level that is gone. "
                "Nothing was changed."
            )
        )


class BadgesOff(GamificationError):
    def __init__(self) -> None:
        super().__init__(_("Badges are switched off in the settings of the site. Nothing was changed."))
