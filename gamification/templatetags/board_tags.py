"""Leaderboards inside pages."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django import template
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import TeamMembership
from gamification.boards import Among, Board, Metric, Period, Place
from gamification.selectors.board_choices import counted_words, days_words, name_of_scope
from gamification.selectors.site import switches
from gamification.services.boards import BoardSlice, Row, board_slice
from learning.models import CohortMembership

register = template.Library()


@dataclass(frozen=True)
class BlockView:
    """A board for one block: its rows, or a sentence in their place."""

    title: str
    anchor: str
    counted: str
    days: str
    slice: BoardSlice | None = None
    sentence: str = ""
    needs_sign_in: bool = False


@register.simple_tag(takes_context=True)
def leaderboard_block(context, value) -> BlockView | None:
    """The board that a block of `lms_pages` names, for whoever reads; None where leaderboards are switched off.

    Nobody sees names who is not signed in, nor those of a course, cohort or team that is not theirs to see.
    """
    if not switches().leaderboards:
        return None
    request = context["request"]
    metric, period = value.get("metric") or Metric.POINTS, value.get("period") or Period.MONTH
    wanted = Board(Metric(metric), period=Period(period))
    words = {
        "title": value.get("title") or _("Leaderboard"),
        "anchor": str(context.get("block_id") or ""),
        "counted": counted_words(wanted),
        "days": capfirst(days_words(wanted)) + ".",
    }
    if not request.user.is_authenticated:
        return BlockView(**words, sentence=_("Sign in to see who is ahead."), needs_sign_in=True)
    scope = scope_of(value.get("among") or Among.COURSE, request)
    if isinstance(scope, str):
        return BlockView(**words, sentence=scope)
    board = wanted.but(among=scope[0], key=scope[1])
    if name_of_scope(request.user, board) is None:
        return BlockView(**words, sentence=_("This leaderboard is for people on the course."))
    return BlockView(**words, slice=board_slice(board=board, viewer=request.user, first=value.get("rows") or 5))


def scope_of(among: str, request: Any) -> tuple[Among, Any] | str:
    """Among whom a block's board is for the reader, or a sentence that says why there is none."""
    view = getattr(request, "learner_view", None)
    if among == Among.SITE:
        return Among.SITE, None
    if among == Among.TEAM:
        teams = TeamMembership.objects.current().filter(user=request.user).order_by("-is_primary", "-since")
        team = teams.values_list("team__uuid", flat=True).first()
        return (Among.TEAM, team) if team else _("You are in no team, so there is no board of yours.")
    if view is None or view.course is None:
        return _("The leaderboard of the course stands here.")
    key = view.course.translation_key
    if among == Among.COURSE:
        return Among.COURSE, key
    own = CohortMembership.objects.filter(
        enrollment__learner=request.user, enrollment__course_key=key, until=None
    ).order_by("-since")
    cohort = own.values_list("cohort__uuid", flat=True).first()
    return (
        (Among.COHORT, cohort) if cohort else _("You are in no cohort of this course, so there is no board of yours.")
    )


@register.simple_tag
def sample_board() -> list[Row]:
    """Rows for the preview of the block, of nobody in particular."""
    people = [("Amara", "A", 420, 1), ("Jonas", "J", 360, 2), (_("You"), "Y", 360, 2)]
    return [
        Row(SimpleNamespace(name=name, initials=initials), Place(0, value, rank, number), is_reader=number == 3)
        for number, (name, initials, value, rank) in enumerate(people, 1)
    ]
