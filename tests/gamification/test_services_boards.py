"""What Redis keeps says what the tables say, whatever happens to either."""

import functools
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import TeamMembership
from accounts.services import set_roles
from gamification.boards import Among, Board, Metric, Period
from gamification.models import GamificationSettings, LearnerProfile
from gamification.selectors import boards as tables
from gamification.services import board_server
from gamification.services.board_server import LOG, BoardServer, ranked
from gamification.services.boards import (
    board_slice,
    board_standings,
    mark_changed,
    mark_left_out,
    show_on_leaderboards,
    told,
)
from learning.models import CohortMembership
from lms_pages.models import CourseStaff
from tests.factories.accounts import make_person
from tests.factories.boards import complete, give_attempt, give_points, join, make_arena, many_with_points
from workbench.cache import redis_behind_cache

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
EVER = Board(period=Period.ALL)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def from_redis(board: Board, learner: int = 0, first: int = 20):
    """The answer of Redis; AssertionError where it comes from the tables."""
    keeps = BoardServer(redis_behind_cache())
    found = keeps.standings(board, learner, first=first, beside=2, facts=tables.facts_of(board))
    assert found is not None, "Redis did not answer"
    return found


def values(found) -> list[tuple[int, int, int]]:
    return [(one.learner, one.value, one.rank) for one in found.places]


# Equal to the tables ----------------------------------------------------------------------

PEOPLE, COURSES = st.integers(0, 5), st.integers(0, 2)
STEPS = st.one_of(
    st.tuples(st.just("points"), PEOPLE, COURSES, st.sampled_from([-20, -5, 5, 10, 10, 100])),
    st.tuples(st.just("complete"), PEOPLE, COURSES),
    st.tuples(st.just("attempt"), PEOPLE, COURSES, st.integers(0, 10)),
    st.tuples(st.just("show"), PEOPLE, st.booleans()),
    st.tuples(st.just("active"), PEOPLE, st.booleans()),
    st.tuples(st.just("teaches"), PEOPLE),
    st.tuples(st.just("team"), PEOPLE),
    st.tuples(st.just("cohort"), PEOPLE),
    st.tuples(st.just("staff_too"), st.booleans()),
    st.tuples(st.just("topic"), COURSES),
    st.tuples(st.just("hide"), COURSES, st.booleans()),
    st.tuples(st.just("twice"), PEOPLE),
    st.tuples(st.just("flush")),
    st.tuples(st.just("lose_log")),
    st.tuples(st.just("lose_board"), st.integers(0, 50)),
    st.tuples(st.just("next_day")),
)


class Play:
    """Does one thing after the other, as services and people do, and tells what services tell after their commit."""

    def __init__(self, arena, redis, traveller):
        self.arena, self.redis, self.clock = arena, redis, traveller
        self.now = NOW

    def step(self, what: str, *args) -> None:
        getattr(self, what)(*args)

    def person(self, number: int):
        return self.arena.people[number]

    def points(self, number, course, points):
        give_points(self.person(number), points, self.now, course=self.arena.courses[course])
        mark_changed([self.person(number).pk])

    def complete(self, number, course):
        complete(self.arena.run(self.person(number), course), self.now)
        mark_changed([self.person(number).pk])

    def attempt(self, number, course, score):
        run = self.arena.run(self.person(number), course)
        give_attempt(run, self.arena.quizzes[course], str(score), "10", self.now)
        mark_changed([self.person(number).pk])

    def show(self, number, shown):
        show_on_leaderboards(learner=self.person(number), shown=shown)
        mark_changed([self.person(number).pk])

    def active(self, number, is_active):
        get_user_model().objects.filter(pk=self.person(number).pk).update(is_active=is_active)
        mark_left_out()

    def teaches(self, number):
        CourseStaff.objects.get_or_create(course=self.arena.courses[2], user=self.person(number))
        mark_left_out()

    def team(self, number):
        """In or out; nobody tells."""
        mine = {"team": self.arena.team, "user": self.person(number)}
        if not TeamMembership.objects.filter(**mine).delete()[0]:
            TeamMembership.objects.create(**mine)

    def cohort(self, number):
        run = self.arena.run(self.person(number), 0)
        if not CohortMembership.objects.filter(enrollment=run).delete()[0]:
            join(run, self.arena.cohort)

    def staff_too(self, on):
        GamificationSettings.objects.update_or_create(defaults={"staff_on_leaderboards": on})

    def topic(self, course):
        page = self.arena.courses[course]
        topics = type(page).topics.through.objects
        if not topics.filter(coursepage=page).delete()[0]:
            topics.create(coursepage=page, topic=self.arena.topic)

    def hide(self, course, hidden):
        quiz = self.arena.quizzes[course]
        type(quiz).objects.filter(pk=quiz.pk).update(review_after_submission=[] if hidden else ["points"])

    def twice(self, number):
        mark_changed([self.person(number).pk])
        mark_changed([self.person(number).pk])

    def flush(self):
        for key in self.redis.keys("lectern:boards:*"):
            self.redis.delete(key)

    def lose_log(self):
        self.redis.delete(LOG)

    def lose_board(self, number):
        kept = sorted(self.redis.keys("lectern:boards:[bs]*"))
        if kept:
            self.redis.delete(kept[number % len(kept)])

    def next_day(self):
        self.now += timedelta(days=1)
        self.clock.move_to(self.now)


def some_boards(arena) -> list[Board]:
    return [
        Board(metric, among, key, period)
        for metric, period in (
            (Metric.POINTS, Period.ALL), (Metric.POINTS, Period.DAY), (Metric.COMPLETIONS, Period.ALL),
            (Metric.QUIZ, Period.WEEK),
        )
        for among, key in (
            (Among.SITE, None), (Among.COURSE, arena.courses[0].translation_key), (Among.TOPIC, arena.topic.pk),
            (Among.COHORT, arena.cohort.uuid), (Among.TEAM, arena.team.uuid),
        )
    ]  # fmt: skip


@pytest.fixture
def arena():
    return make_arena(6)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=4, max_size=9))
def test_redis_says_what_the_tables_say_after_whatever_happens(arena, board_redis, steps):
    with transaction.atomic(), time_machine.travel(NOW, tick=False) as clock:
        play = Play(arena, board_redis, clock)
        play.flush()
        mark_left_out()
        for place, step in enumerate(steps):
            play.step(*step)
            # A few boards after each step, so that they fall behind by one step or by several; in the end all.
            checked = some_boards(arena)
            if place < len(steps) - 1:
                checked = checked[place % 4 :: 4]
            for number, board in enumerate(checked):
                learner = play.person(number % 6).pk
                expected = tables.standings(board, learner, first=2)
                assert from_redis(board, learner, first=2) == expected, (step, board)
        # Rolled back, so that each example begins with the arena as it was made.
        transaction.set_rollback(True)
    arena.runs.clear()
    arena.runs.update({(run.learner_id, 0): run for run in arena.courses[0].enrollments.all()})


def test_a_board_is_made_once_and_then_only_those_who_changed_are_asked_for(board_redis, monkeypatch):
    people = [make_person() for _number in range(4)]
    for number, person in enumerate(people):
        give_points(person, 10 * (number + 1), NOW)
    asked: list[list[int] | None] = []

    def counted(board, learners=None, **options):
        asked.append(learners)
        return tables.scores(board, learners, **options)

    monkeypatch.setattr(board_server, "scores", counted)
    a, b, c, d = (person.pk for person in people)
    assert values(from_redis(EVER)) == [(d, 40, 1), (c, 30, 2), (b, 20, 3), (a, 10, 4)]
    assert values(from_redis(EVER))[0] == (d, 40, 1)
    assert asked == [None]
    give_points(people[0], 30, NOW)
    mark_changed([a])
    assert values(from_redis(EVER)) == [(a, 40, 1), (d, 40, 1), (c, 30, 3), (b, 20, 4)]
    assert values(from_redis(EVER))[0] == (a, 40, 1)
    assert asked == [None, [a]]


def test_what_nobody_told_is_not_seen_so_the_tests_above_mean_something(board_redis):
    person = make_person()
    give_points(person, 10, NOW)
    assert values(from_redis(EVER)) == [(person.pk, 10, 1)]
    give_points(person, 5, NOW)
    assert values(from_redis(EVER)) == [(person.pk, 10, 1)]
    mark_changed([person.pk])
    assert values(from_redis(EVER)) == [(person.pk, 15, 1)]


def test_a_log_that_forgot_makes_boards_anew(board_redis, monkeypatch):
    monkeypatch.setattr(board_server, "REMEMBERED", 3)
    people = [make_person() for _number in range(6)]
    for person in people:
        give_points(person, 10, NOW)
    assert from_redis(EVER).total == 6
    for person in people:
        give_points(person, 1, NOW)
        mark_changed([person.pk])
    assert board_redis.zcard(LOG) == 4
    assert [one.value for one in from_redis(EVER).places] == [11] * 6


def test_too_many_changes_make_the_board_anew(board_redis, monkeypatch):
    monkeypatch.setattr(board_server, "MOST", 2)
    people = [make_person() for _number in range(4)]
    assert from_redis(EVER).total == 0
    for person in people:
        give_points(person, 10, NOW)
    mark_changed([person.pk for person in people])
    assert from_redis(EVER).total == 4


def test_while_somebody_makes_a_board_others_read_the_tables(board_redis, caplog):
    person = make_person()
    give_points(person, 10, NOW)
    keys = board_server.keys_of(EVER, tables.facts_of(EVER))
    board_redis.set(keys["lock"], "somebody else")
    assert values(board_standings(EVER, person.pk)) == [(person.pk, 10, 1)]
    assert board_redis.exists(keys["board"]) == 0
    assert board_redis.get(keys["lock"]) == b"somebody else"
    board_redis.delete(keys["lock"])
    assert values(board_standings(EVER, person.pk)) == [(person.pk, 10, 1)]
    assert board_redis.exists(keys["board"], keys["lock"]) == 1
    assert not caplog.records


def test_a_board_that_was_written_from_another_state_is_left_alone(board_redis):
    """Two readers find the same change; the slower one must not put what it read before over what is there."""
    person = make_person()
    give_points(person, 10, NOW)
    from_redis(EVER)
    facts = tables.facts_of(EVER)
    keys, keeps = board_server.keys_of(EVER, facts), BoardServer(board_redis)
    give_points(person, 1, NOW)
    mark_changed([person.pk])
    epoch, number = board_redis.hmget(keys["state"], "epoch", "number")
    late = functools.partial(
        keeps.run, board_server.WRITE, [keys["board"], keys["state"]], epoch, number, b"1", f"{person.pk:012d}", -10
    )
    assert values(from_redis(EVER)) == [(person.pk, 11, 1)]
    assert late() == 0
    assert values(from_redis(EVER)) == [(person.pk, 11, 1)]


def test_own_dates_are_read_from_the_tables_and_kept_nowhere(board_redis):
    give_points(make_person(), 10, NOW)
    assert board_standings(Board(period=Period.DATES, first=NOW.date()), 0).total == 1
    assert board_redis.keys("lectern:boards:*") == []


def test_equal_width_keeps_ties_in_the_order_of_the_numbers():
    assert sorted(map(board_server.member, [10, 9, 100])) == [f"{9:012d}", f"{10:012d}", f"{100:012d}"]


def test_ranks_of_rows_in_the_middle():
    rows = [b"000000000007", b"-30", b"000000000008", b"-30", b"000000000009", b"-20"]
    assert [(one.place, one.rank) for one in ranked(rows, start=10, better=7)] == [(11, 8), (12, 8), (13, 13)]


# Redis gone -----------------------------------------------------------------------------------


@pytest.fixture
def no_redis(settings):
    settings.CACHES = {
        "default": {"BACKEND": "workbench.cache.ForgivingRedisCache", "LOCATION": "unix:///nowhere/redis.sock"}
    }
    yield
    told.missed = False


def test_without_redis_the_tables_answer_and_a_line_says_so(no_redis, caplog):
    person = make_person()
    give_points(person, 10, NOW)
    for _again in range(3):
        mark_changed([person.pk])
    assert mark_left_out() == 0
    assert values(board_standings(EVER, person.pk)) == [(person.pk, 10, 1)]
    assert [record.message for record in caplog.records] == [
        "leaderboards not told of changes until Redis answers: ConnectionError",
        "leaderboards not told who is left out: ConnectionError",
        "leaderboard read from the tables: ConnectionError",
    ]


def test_what_could_not_be_told_makes_boards_anew_once_redis_is_back(board_redis, settings):
    person = make_person()
    give_points(person, 10, NOW)
    assert values(board_standings(EVER, 0)) == [(person.pk, 10, 1)]
    there = settings.CACHES
    settings.CACHES = {"default": {**there["default"], "LOCATION": "unix:///nowhere/redis.sock"}}
    give_points(person, 5, NOW)
    mark_changed([person.pk])
    settings.CACHES = there
    assert values(board_standings(EVER, 0)) == [(person.pk, 15, 1)]


# Nobody is shown who should not be ----------------------------------------------------------------


@pytest.mark.parametrize("way", ["off", "inactive", "superuser", "teaches", "editor"])
def test_who_left_is_not_shown_though_nobody_told_redis(board_redis, way):
    people = [make_person() for _number in range(3)]
    for person in people:
        give_points(person, 10, NOW)
    first, second, third = people
    assert [row.person for row in board_slice(board=EVER, viewer=third).rows] == people
    match way:
        case "off":
            LearnerProfile.objects.create(learner=first, on_leaderboards=False)
        case "inactive":
            get_user_model().objects.filter(pk=first.pk).update(is_active=False)
        case "superuser":
            get_user_model().objects.filter(pk=first.pk).update(is_superuser=True)
        case "teaches":
            CourseStaff.objects.create(course=make_arena().courses[0], user=first)
        case "editor":
            set_roles(user=first, roles=("content_editor",))
    found = board_slice(board=EVER, viewer=third)
    assert [(row.person, row.place.rank) for row in found.rows] == [(second, 1), (third, 1)]
    assert (found.total, found.reader.place.place) == (2, 2)


def test_beat_tells_of_those_who_came_or_went(board_redis):
    come, go, stays = make_person(), make_person(), make_person()
    everybody = get_user_model().objects
    everybody.filter(pk=come.pk).update(is_active=False)
    for person in (come, go, stays):
        give_points(person, 10, NOW)
    mark_left_out()
    assert values(from_redis(EVER)) == [(go.pk, 10, 1), (stays.pk, 10, 1)]
    everybody.filter(pk=come.pk).update(is_active=True)
    everybody.filter(pk=go.pk).update(is_active=False)
    assert mark_left_out() == 2
    assert values(from_redis(EVER)) == [(come.pk, 10, 1), (stays.pk, 10, 1)]
    assert mark_left_out() == 0


def test_taking_oneself_off_and_back(board_redis, django_capture_on_commit_callbacks):
    person = make_person()
    give_points(person, 10, NOW)
    assert board_slice(board=EVER, viewer=person).reader.place.rank == 1
    with django_capture_on_commit_callbacks(execute=True):
        show_on_leaderboards(learner=person, shown=False)
    found = board_slice(board=EVER, viewer=person)
    assert (found.rows, found.total, found.absence) == ((), 0, "off")
    with django_capture_on_commit_callbacks(execute=True):
        show_on_leaderboards(learner=person, shown=True)
    assert board_slice(board=EVER, viewer=person).reader.place.rank == 1


def test_why_the_reader_is_not_there():
    person, teacher = make_person(), make_person(roles=("instructor",))
    give_points(teacher, 10, NOW)
    assert board_slice(board=EVER, viewer=person).absence == "none"
    assert board_slice(board=EVER, viewer=teacher).absence == "staff"


def test_a_team_that_lost_somebody_is_another_board(board_redis, arena):
    board = Board(among=Among.TEAM, key=arena.team.uuid, period=Period.ALL)
    for person in arena.people:
        give_points(person, 10, NOW)
    assert [one.learner for one in from_redis(board).places] == [person.pk for person in arena.people[:3]]
    TeamMembership.objects.filter(user=arena.people[1]).delete()
    assert [one.learner for one in from_redis(board).places] == [arena.people[0].pk, arena.people[2].pk]


def test_a_slice_says_how_many_stand_between(board_redis):
    people = many_with_points(50, NOW)
    # Points go from 1 to 50: the first one has the least.
    found = board_slice(board=EVER, viewer=people[9], first=3)
    assert [(row.place.rank, row.skipped) for row in found.rows] == [
        (1, 0), (2, 0), (3, 0), (39, 35), (40, 0), (41, 0), (42, 0), (43, 0)
    ]  # fmt: skip
    assert (found.total, found.most, found.reader.place.value) == (50, 50, 10)
    assert (found.above.place.rank, found.above.place.value) == (40, 11)


def test_who_is_next_is_said_only_where_everybody_between_is_shown(board_redis):
    people = [make_person() for _number in range(9)]
    for number, person in enumerate(people):
        give_points(person, 50 if number == 0 else 10, NOW)
    assert board_slice(board=EVER, viewer=people[2], first=2).above.person == people[0]
    assert board_slice(board=EVER, viewer=people[0], first=2).above is None
    # Of eight with equal points the last sees two; whether somebody better is near is not known.
    assert board_slice(board=EVER, viewer=people[8], first=2).above is None


@pytest.mark.parametrize("count", [10, 1_000])
@pytest.mark.parametrize("kept", [True, False])
def test_a_slice_takes_as_many_queries_at_any_size(board_redis, settings, kept, count, django_assert_num_queries):
    if not kept:
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    people = many_with_points(count, NOW)
    board_slice(board=EVER, viewer=people[0])
    with django_assert_num_queries(1 if kept else 2):
        found = board_slice(board=EVER, viewer=people[0])
    assert (found.total, found.reader.place.value) == (count, 1)


@pytest.mark.services
@pytest.mark.parametrize("count", [10, 10_000])
def test_ten_thousand_learners_take_no_query_more(board_redis, count, django_assert_num_queries):
    people = many_with_points(count, NOW)
    expected = tables.standings(EVER, people[0].pk)
    assert board_slice(board=EVER, viewer=people[0]).total == count
    with django_assert_num_queries(1):
        board_slice(board=EVER, viewer=people[0])
    assert from_redis(EVER, people[0].pk) == expected


def test_a_course_board_counts_runs_of_its_course_alone(board_redis, arena):
    board = Board(Metric.COMPLETIONS, Among.COURSE, arena.courses[1].translation_key, Period.ALL)
    complete(arena.run(arena.people[0], 0), NOW)
    complete(arena.run(arena.people[1], 1), NOW)
    assert values(from_redis(board)) == [(arena.people[1].pk, 1, 1)]
