"""Reading leaderboards, and keeping those in Redis in step with the tables."""

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef

from gamification.boards import Board, Period, Place, Standings
from gamification.models import LearnerProfile
from gamification.selectors import boards as tables
from gamification.selectors.boards import Facts, facts_of, people_on_boards
from gamification.selectors.site import switches
from gamification.services.board_server import BATCH, PREFIX, BoardServer, batches
from workbench.cache import redis_behind_cache, unreachable

log = logging.getLogger(__name__)

FIRST, BESIDE = 20, 2
LEFT_OUT = f"{PREFIX}:left-out"


@dataclass
class Told:
    """Whether a change could not be told to Redis, so that its boards may miss it once it answers again."""

    missed: bool = False


told = Told()


def server() -> BoardServer | None:
    """The Redis behind the cache; None where the cache is in this process. Boards that miss a change are forgotten."""
    redis = redis_behind_cache()
    if redis is None:
        return None
    found = BoardServer(redis)
    if told.missed:
        found.forget()
        told.missed = False
    return found


def mark_changed(learners: Collection[int]) -> None:
    """Note that these learners' places have to be asked for anew. Called after the commit; without Redis it is nothing."""
    try:
        if learners and (keeps := server()):
            keeps.mark(learners)
    except unreachable() as error:
        if not told.missed:
            log.warning("leaderboards not told of changes until Redis answers: %s", type(error).__name__)
        told.missed = True


def mark_left_out() -> int:
    """Tell the boards of those who may stand on them since the last call, or no longer; returns how many. Run by beat.

    Whether somebody is active, works in the admin or teaches is decided in apps that know nothing of leaderboards.
    """
    try:
        keeps = server()
        if keeps is None:
            return 0
        redis, now = keeps.redis, f"{LEFT_OUT}:now"
        people = get_user_model().objects.order_by()
        on = people_on_boards(with_staff=switches().staff_on_leaderboards)
        redis.delete(now)
        for some in batches(people.exclude(pk__in=on.values("pk")).values_list("pk", flat=True).iterator(BATCH)):
            redis.sadd(now, *some)
        changed = [int(one) for one in (*redis.sdiff(now, LEFT_OUT), *redis.sdiff(LEFT_OUT, now))]
        keeps.mark(changed)
        # Only now: whoever dies before tells of them again.
        redis.delete(LEFT_OUT)
        if redis.exists(now):
            redis.rename(now, LEFT_OUT)
        return len(changed)
    except unreachable() as error:
        log.warning("leaderboards not told who is left out: %s", type(error).__name__)
        return 0


def show_on_leaderboards(*, learner: Any, shown: bool) -> None:
    """Put ``learner`` on leaderboards or take them off, as they wish; from the next look on."""
    with transaction.atomic():
        LearnerProfile.objects.get_or_create(learner=learner)
        LearnerProfile.objects.filter(learner=learner).update(on_leaderboards=shown)
        transaction.on_commit(lambda: mark_changed([learner.pk]))


# Reading --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One line of a board as it is shown. ``skipped`` says how many people stand between it and the line above."""

    person: Any
    place: Place
    is_reader: bool = False
    skipped: int = 0
    has_profile: bool = False


@dataclass(frozen=True)
class BoardSlice:
    """The first of a board, the reader with neighbors, and how many take part; ``absence`` says why the reader is not
    there: "off" for who took themselves off, "staff", or "none" for who has nothing to count yet."""

    board: Board
    rows: tuple[Row, ...]
    total: int
    reader: Row | None
    absence: str = ""

    @property
    def most(self) -> int:
        return self.rows[0].place.value if self.rows else 0

    @property
    def above(self) -> Row | None:
        """The next one who is better than the reader, where they are shown."""
        if self.reader is None:
            return None
        better = [row for row in self.rows if row.place.value > self.reader.place.value]
        above = better[-1] if better else None
        # With a gap between them somebody else may be nearer.
        return (
            above
            if above and all(not row.skipped for row in self.rows if row.place.place > above.place.place)
            else None
        )

    @property
    def behind(self) -> int:
        """How much is missing to the next one."""
        return self.above.place.value - self.reader.place.value if self.reader and self.above else 0


Profiles = Callable[[Any, Iterable[Any]], Collection[int]]


def board_standings(board: Board, learner: int, *, first: int = FIRST, facts: Facts | None = None) -> Standings:
    """The first of a board, and the learner with two neighbors on each side: from Redis, else from the tables.

    Own dates always come from the tables: there are too many of them to keep a board for each.
    """
    facts = facts or facts_of(board)
    found = None
    if board.period != Period.DATES:
        try:
            keeps = server()
            found = keeps.standings(board, learner, first=first, beside=BESIDE, facts=facts) if keeps else None
        except unreachable() as error:
            log.warning("leaderboard read from the tables: %s", type(error).__name__)
    return found or tables.standings(board, learner, first=first, beside=BESIDE, facts=facts)


def board_slice(*, board: Board, viewer: Any, first: int = FIRST, profiles: Profiles | None = None) -> BoardSlice:
    """A board as ``viewer`` is shown it. Whoever may not stand on it is not shown, whatever Redis keeps.

    ``profiles`` names those of some people whose profile the viewer may open. At most eight queries, at any size.
    """
    facts = facts_of(board)
    found = board_standings(board, viewer.pk, first=first, facts=facts)
    people = shown_people(found, facts)
    if gone := {place.learner for place in found.places} - people.keys():
        # They left since the boards were last told: now they are.
        mark_changed(gone)
        found = board_standings(board, viewer.pk, first=first, facts=facts)
        people = shown_people(found, facts)
    places = [place for place in found.places if place.learner in people]
    visible = set(profiles(viewer, people.values())) if profiles else set()
    rows: list[Row] = []
    for place in places:
        before = rows[-1].place.place if rows else 0
        rows.append(
            Row(
                person=people[place.learner],
                place=place,
                is_reader=place.learner == viewer.pk,
                skipped=place.place - before - 1 if rows else 0,
                has_profile=place.learner in visible,
            )
        )
    reader = next((row for row in rows if row.is_reader), None)
    absence = "" if reader else absence_of(viewer, facts)
    return BoardSlice(board, tuple(rows), found.total, reader, absence)


def shown_people(found: Standings, facts: Facts) -> dict[int, Any]:
    people = people_on_boards(with_staff=facts.with_staff)
    return people.in_bulk([place.learner for place in found.places])


def absence_of(viewer: Any, facts: Facts) -> str:
    off = LearnerProfile.objects.filter(learner=OuterRef("pk"), on_leaderboards=False)
    listed = people_on_boards(with_staff=facts.with_staff).filter(pk=OuterRef("pk"))
    is_off, is_listed = get_user_model().objects.values_list(Exists(off), Exists(listed)).get(pk=viewer.pk)
    if is_off:
        return "off"
    return "none" if is_listed else "staff"
