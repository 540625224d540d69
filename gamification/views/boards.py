"""The leaderboard, with its filters in the address."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gamification.boards import Board, Metric, Period
from gamification.exceptions import UnknownBoard
from gamification.selectors.board_choices import counted_words, days_words, scopes_for
from gamification.selectors.site import switches
from gamification.selectors.standing import open_profiles
from gamification.services.boards import board_slice, show_on_leaderboards


@login_required
def leaderboard(request) -> HttpResponse:
    """The board that the address names: 400 with a sentence for one that there is not, 404 for one of other people."""
    need_leaderboards()
    try:
        board = Board.read(request.GET)
    except UnknownBoard as error:
        return render(request, "gamification/board_unknown.html", {"sentence": error.args[0]}, status=error.status)
    name, groups = scopes_for(request.user, board)
    if name is None:
        raise Http404("No such leaderboard for this viewer.")
    at_hand = board.but(period=Period.MONTH, first=None, last=None) if board.period == Period.DATES else board
    context = {
        "board": board,
        "name": name,
        "slice": board_slice(board=board, viewer=request.user, profiles=open_profiles),
        "groups": groups,
        "metrics": [(one.label, board.but(metric=one).query, one == board.metric) for one in Metric],
        "periods": [
            (one.label, at_hand.but(period=one).query, one == board.period) for one in Period if one != Period.DATES
        ],
        "counted": counted_words(board),
        "days": days_words(board),
    }
    return render(request, "gamification/board.html", context)


@login_required
@require_POST
def presence(request) -> HttpResponse:
    """Put oneself on leaderboards, or take oneself off; back to the board that was looked at."""
    need_leaderboards()
    shown = request.POST.get("shown") == "yes"
    show_on_leaderboards(learner=request.user, shown=shown)
    if shown:
        messages.success(request, _("You are on leaderboards again."))
    else:
        messages.success(request, _("You are off all leaderboards. Your points stay yours."))
    try:
        query = Board.read(request.GET).query
    except UnknownBoard:
        query = ""
    return redirect(f"{reverse('gamification:leaderboard')}?{query}")


def need_leaderboards() -> None:
    if not switches().leaderboards:
        raise Http404("Leaderboards are off.")
