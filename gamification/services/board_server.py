"""Leaderboards as Redis keeps them: a sorted set for each board, and one log of who has changed.

A board is made of `scores` when somebody first reads it. From then on, a read asks the log who has changed since the
board was brought up to date, sets these learners' scores as the tables have them, and only then answers. Nothing is
added to a score, so a change that is told twice, or late, does no harm. What cannot be known to be complete is made
anew: a log that was flushed has another epoch, one that was shortened begins later, and a board that lost members has
another size than it was left with.
"""

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from gamification.boards import Board, Place, Standings
from gamification.selectors.boards import Facts, facts_of, scores
from workbench.days import site_day, site_zone

PREFIX = "lectern:boards"
LOG = f"{PREFIX}:log"
# A board ends after a day at the latest, whatever was lost.
LIFETIME = 24 * 3600
# Longer than the largest board takes to make; after that somebody else may try.
MAKING = 120
# So many learners are set one by one; where more have changed, making the board anew is quicker.
MOST = 2_000
# So many learners the log remembers. A board that is further behind is made anew.
REMEMBERED = 50_000
BATCH = 5_000

# The log is one sorted set, so that it is lost as a whole or not at all: learners with the number of their last change,
# and the epoch before them all, with the number up to which changes are forgotten.
BEGIN = """
local log, fresh = KEYS[1], ARGV[1]
if not string.find(redis.call('ZRANGE', log, 0, 0)[1] or '', '^epoch:') then
  redis.call('DEL', log)
  redis.call('ZADD', log, 0, 'epoch:' .. fresh)
end
return {redis.call('ZRANGE', log, 0, 0)[1], redis.call('ZRANGE', log, -1, -1, 'WITHSCORES')[2]}
"""
# Without a log there is no board that could miss the change.
MARK = """
local log, most = KEYS[1], tonumber(ARGV[1])
local epoch = redis.call('ZRANGE', log, 0, 0)[1]
if not string.find(epoch or '', '^epoch:') then return 0 end
local number = tonumber(redis.call('ZRANGE', log, -1, -1, 'WITHSCORES')[2]) + 1
for place = 2, #ARGV do redis.call('ZADD', log, number, ARGV[place]) end
local over = redis.call('ZCARD', log) - 1 - most
if over > 0 then
  local last = redis.call('ZRANGE', log, over, over, 'WITHSCORES')[2]
  redis.call('ZADD', log, last, epoch)
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', log, '-inf', last)) do
    if member ~= epoch then redis.call('ZREM', log, member) end
  end
end
return number
"""
READ = """
local board, state, log = KEYS[1], KEYS[2], KEYS[3]
local learner, first, beside, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local begin = redis.call('ZRANGE', log, 0, 0, 'WITHSCORES')
local was = redis.call('HMGET', state, 'epoch', 'number', 'size')
local total = redis.call('ZCARD', board)
if not begin[1] or begin[1] ~= was[1] or tonumber(was[2]) < tonumber(begin[2]) or tonumber(was[3]) ~= total then
  return {'gone'}
end
local last = redis.call('ZRANGE', log, -1, -1, 'WITHSCORES')[2]
if tonumber(last) > tonumber(was[2]) then
  local changed = redis.call('ZRANGEBYSCORE', log, '(' .. was[2], '+inf')
  if #changed > most then return {'gone'} end
  return {'behind', was[1], was[2], last, changed}
end
local top = redis.call('ZRANGE', board, 0, first - 1, 'WITHSCORES')
local place = redis.call('ZRANK', board, learner)
if not place then return {'there', total, top} end
local from = math.max(place - beside, 0)
local around = redis.call('ZRANGE', board, from, place + beside, 'WITHSCORES')
return {'there', total, top, from, redis.call('ZCOUNT', board, '-inf', '(' .. around[2]), around}
"""
# Only from the very state that was read: who comes second reads again.
WRITE = """
local board, state = KEYS[1], KEYS[2]
local was = redis.call('HMGET', state, 'epoch', 'number', 'size')
if was[1] ~= ARGV[1] or was[2] ~= ARGV[2] or tonumber(was[3]) ~= redis.call('ZCARD', board) then return 0 end
for place = 4, #ARGV, 2 do
  if ARGV[place + 1] == '' then redis.call('ZREM', board, ARGV[place])
  else redis.call('ZADD', board, ARGV[place + 1], ARGV[place]) end
end
redis.call('HSET', state, 'number', ARGV[3], 'size', redis.call('ZCARD', board))
redis.call('EXPIRE', board, math.max(redis.call('TTL', state), 1))
return 1
"""
# A server that is short of memory may have dropped what was being made.
FINISH = """
local board, state, made, lock = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
if redis.call('GET', lock) == ARGV[1] then redis.call('DEL', lock) end
if redis.call('ZCARD', made) ~= tonumber(ARGV[4]) then return 0 end
redis.call('DEL', board)
if tonumber(ARGV[4]) > 0 then redis.call('RENAME', made, board) end
redis.call('HSET', state, 'epoch', ARGV[2], 'number', ARGV[3], 'size', ARGV[4])
redis.call('EXPIRE', board, ARGV[5])
redis.call('EXPIRE', state, ARGV[5])
return 1
"""


def member(learner: int) -> str:
    """Of equal width, so that the order of texts, which decides among equal scores, is that of numbers."""
    return f"{learner:012d}"


def score(value: int) -> int:
    """Sorted sets count upwards, boards downwards."""
    return -value


class BoardServer:
    """What one Redis keeps of leaderboards. Its errors are the caller's."""

    def __init__(self, redis: Any):
        self.redis = redis

    def run(self, script: str, keys: Sequence[str], *values: Any) -> Any:
        return self.redis.register_script(script)(keys=keys, args=values)

    def mark(self, learners: Collection[int]) -> None:
        """Note that these learners have changed, after what they did was committed."""
        for some in batches(sorted(set(learners))):
            self.run(MARK, [LOG], REMEMBERED, *map(member, some))

    def forget(self) -> None:
        """Begin another epoch: all boards are made anew when they are next read."""
        self.redis.delete(LOG)

    def standings(self, board: Board, learner: int, *, first: int, beside: int, facts: Facts) -> Standings | None:
        """What `selectors.boards.standings` says, or None while the board is being made by somebody else."""
        keys = keys_of(board, facts)
        for _turn in range(5):
            kind, *answer = self.run(READ, [keys["board"], keys["state"], LOG], member(learner), first, beside, MOST)
            if kind == b"there":
                return read_standings(answer)
            if kind == b"behind":
                self.catch_up(board, facts, keys, *answer)
            elif not self.make(board, facts, keys):
                return None
        return None

    def catch_up(
        self, board: Board, facts: Facts, keys: dict[str, str], epoch: bytes, number: bytes, last: bytes, changed: list
    ) -> None:
        """Set what the tables say of those who have changed up to ``last``; nothing where another reader did so."""
        learners = [int(one) for one in changed]
        values = dict(scores(board, learners, facts=facts))
        if facts_of(board) != facts:
            # What was read may be of another team or setting than the board is named after.
            self.redis.delete(keys["state"])
            return
        pairs = [part for one in learners for part in (member(one), score(values[one]) if one in values else "")]
        self.run(WRITE, [keys["board"], keys["state"]], epoch, number, last, *pairs)

    def make(self, board: Board, facts: Facts, keys: dict[str, str]) -> bool:
        """Make a board of all scores; False where somebody is at it, or it could not be kept."""
        token = secrets.token_hex(8)
        if not self.redis.set(keys["lock"], token, nx=True, ex=MAKING):
            return False
        made, size = f"{keys['board']}:{token}", 0
        # The log first: what is committed after this is told by it, what was before is in the tables.
        epoch, number = self.run(BEGIN, [LOG], token)
        for some in batches(scores(board, facts=facts)):
            self.redis.zadd(made, {member(learner): score(value) for learner, value in some})
            if not size:
                self.redis.expire(made, 2 * MAKING)
            size += len(some)
        if facts_of(board) != facts:
            self.redis.delete(made, keys["lock"])
            return False
        parts = [keys["board"], keys["state"], made, keys["lock"]]
        return bool(self.run(FINISH, parts, token, epoch, number, size, LIFETIME))


def batches(things: Iterable[Any]) -> Iterable[list[Any]]:
    rest = iter(things)
    while some := list(islice(rest, BATCH)):
        yield some


def keys_of(board: Board, facts: Facts) -> dict[str, str]:
    """The names under which a board is kept: all that decides what stands on it is in them."""
    today = site_day()
    words = [board.metric, board.scope, *board.days(today), site_zone().key, asdict(facts)]
    digest = hashlib.blake2b(json.dumps(words, default=str).encode(), digest_size=16).hexdigest()
    return {kind: f"{PREFIX}:{kind}:{digest}" for kind in ("board", "state", "lock")}


def read_standings(answer: list[Any]) -> Standings:
    """The script's answer as places: the first, and those around the learner that are not among them."""
    total, top, *around = answer
    places = ranked(top, start=0, better=0)
    if around:
        start, better, rows = around
        places += [one for one in ranked(rows, start=start, better=better) if one.place > len(places)]
    return Standings(tuple(places), total)


def ranked(rows: list[bytes], *, start: int, better: int) -> list[Place]:
    """Members and scores in a row, the first of them at place ``start`` (from 0) with so many ``better`` ones."""
    places: list[Place] = []
    for number, (learner, against) in enumerate(zip(rows[::2], rows[1::2], strict=True)):
        value, place = -int(float(against)), start + number + 1
        if not places:
            rank = better + 1
        else:
            rank = places[-1].rank if places[-1].value == value else place
        places.append(Place(int(learner), value, rank, place))
    return places
