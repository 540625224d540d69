"""Every combination of filters says what SQL written by hand says, and nobody stands there who should not."""

from datetime import date, timedelta

import pytest
import time_machine

from accounts.models import TeamMembership
from assessment.models import AttemptState
from gamification.boards import Among, Board, Metric, Period, Place, Standings
from gamification.models import EntryKind, GamificationSettings, LearnerProfile
from gamification.selectors.boards import Facts, facts_of, people_on_boards, scores, standings
from gamification.selectors.site import switches
from learning.models import CohortMembership
from lms_pages.models import CourseStaff
from tests.factories.accounts import make_person
from tests.factories.boards import complete, give_attempt, give_points, give_run, make_arena, many_with_points, scatter
from tests.gamification.boards_by_hand import NOW, OWN_DATES, by_hand, placed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def evening_in_berlin(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    with time_machine.travel(NOW, tick=False):
        yield


def with_neighbors(rows: list[tuple[int, int]], learner: int, first: int) -> Standings:
    places = placed(rows)
    mine = next((place.place for place in places if place.learner == learner), -9)
    return Standings(tuple(one for one in places if one.place <= first or abs(one.place - mine) <= 2), len(rows))


def boards_of(arena) -> list[Board]:
    scopes = [
        (Among.SITE, None),
        *((Among.COURSE, course.translation_key) for course in arena.courses),
        (Among.TOPIC, arena.topic.pk),
        (Among.COHORT, arena.cohort.uuid),
        (Among.TEAM, arena.team.uuid),
    ]
    return [
        Board(metric, among, key, period, **(OWN_DATES if period == Period.DATES else {}))
        for metric in Metric
        for among, key in scopes
        for period in Period
    ]


@pytest.fixture
def arena():
    """Eighteen people, of whom each kind that is left out is one, with what they did."""
    arena = make_arena(18)
    scatter(arena, NOW, seed=7, count=900)
    everybody = arena.people
    LearnerProfile.objects.create(learner=everybody[1], on_leaderboards=False)
    LearnerProfile.objects.create(learner=everybody[2], on_leaderboards=True)
    CourseStaff.objects.create(course=arena.courses[2], user=everybody[3])
    type(everybody[0]).objects.filter(pk=everybody[4].pk).update(is_superuser=True)
    type(everybody[0]).objects.filter(pk=everybody[6].pk).update(is_active=False)
    editor = make_person("Ed Editor", roles=("content_editor",))
    give_points(editor, 500, NOW, course=arena.courses[0])
    TeamMembership.objects.filter(user=everybody[7]).update(since=date(2026, 1, 1), until=date(2026, 11, 25))
    TeamMembership.objects.filter(user=everybody[8]).update(since=date(2026, 11, 27))
    CohortMembership.objects.filter(enrollment__learner=everybody[9]).update(until=date(2026, 11, 26))
    return arena


def test_every_combination_of_filters_is_what_sql_by_hand_says(arena):
    shared, several = 0, 0
    for with_staff in (False, True):
        GamificationSettings.objects.update_or_create(defaults={"staff_on_leaderboards": with_staff})
        for board in boards_of(arena):
            expected = by_hand(board, with_staff=with_staff)
            assert sorted(scores(board)) == sorted(expected), board
            for learner in (arena.people[0].pk, arena.people[10].pk):
                assert standings(board, learner, first=3) == with_neighbors(expected, learner, 3), board
            several += len(expected) > 5
            shared += len({value for _person, value in expected}) < len(expected)
    # The comparison is worth something only where boards are full and have ties.
    assert several > 100
    assert shared > 50


def test_of_some_learners_it_is_the_same_as_of_all(arena):
    some = [person.pk for person in arena.people[:9]]
    for board in boards_of(arena):
        assert dict(scores(board, some)) == {one: value for one, value in scores(board) if one in some}
        assert list(scores(board, [])) == []


# Single rules -----------------------------------------------------------------------------


def ranked(board: Board, learner: int = 0, **options) -> list[tuple[int, int, int]]:
    return [(one.learner, one.value, one.rank) for one in standings(board, learner, **options).places]


def test_ties_share_a_rank_and_the_next_one_is_skipped():
    people = [make_person() for _number in range(5)]
    for person, points in zip(people, [10, 30, 20, 20, 5], strict=True):
        give_points(person, points, NOW)
    a, b, c, d, e = (person.pk for person in people)
    assert ranked(Board()) == [(b, 30, 1), (c, 20, 2), (d, 20, 2), (a, 10, 4), (e, 5, 5)]


def test_far_down_one_sees_two_neighbors_on_each_side_and_near_the_top_each_row_once():
    people = [make_person() for _number in range(10)]
    for number, person in enumerate(people):
        give_points(person, 100 - number, NOW)
    found = standings(Board(), people[6].pk, first=2)
    assert [place.place for place in found.places] == [1, 2, 5, 6, 7, 8, 9]
    assert found.total == 10
    assert found.of(people[6].pk) == Place(people[6].pk, 94, 7, 7)
    assert [place.place for place in standings(Board(), people[2].pk, first=2).places] == [1, 2, 3, 4, 5]
    assert [place.place for place in standings(Board(), people[9].pk, first=2).places] == [1, 2, 8, 9, 10]
    assert [place.place for place in standings(Board(), 0, first=2).places] == [1, 2]


def test_nobody_is_there_for_nothing_or_less():
    person = make_person()
    give_points(person, 10, NOW)
    give_points(person, -10, NOW, kind=EntryKind.REVERSED)
    assert standings(Board(), person.pk) == Standings()
    assert list(scores(Board())) == []


def test_spending_and_expiry_take_nothing_away():
    person = make_person()
    give_points(person, 10, NOW)
    for kind in (EntryKind.HELD, EntryKind.SPENT, EntryKind.EXPIRED):
        give_points(person, -10, NOW, kind=kind)
    assert ranked(Board()) == [(person.pk, 10, 1)]


def test_a_course_completed_twice_is_one_course():
    arena = make_arena()
    person = arena.people[0]
    complete(arena.run(person, 0), NOW)
    complete(give_run(person, arena.courses[0], run=2), NOW)
    assert ranked(Board(Metric.COMPLETIONS)) == [(person.pk, 1, 1)]


def test_of_each_quiz_the_best_graded_attempt_counts_in_whole_percent():
    arena = make_arena()
    person, other = arena.people[:2]
    run = arena.run(person, 0)
    give_attempt(run, arena.quizzes[0], "0.57", "1", NOW)
    give_attempt(run, arena.quizzes[0], "0.29", "1", NOW)
    give_attempt(run, arena.quizzes[0], "1", "1", NOW, state=AttemptState.SUBMITTED)
    give_attempt(run, arena.quizzes[0], "0", "0", NOW)
    complete(run, NOW)
    give_attempt(give_run(person, arena.courses[0], run=2), arena.quizzes[0], "0.579", "1", NOW)
    give_attempt(arena.run(person, 1), arena.quizzes[1], "2", "3", NOW)
    give_attempt(arena.run(other, 0), arena.quizzes[0], "0.29", "1", NOW)
    assert ranked(Board(Metric.QUIZ)) == [(person.pk, 57 + 66, 1), (other.pk, 29, 2)]


def test_a_quiz_counts_in_the_days_it_was_handed_in_however_late_it_is_graded():
    arena = make_arena()
    run = arena.run(arena.people[0], 0)
    give_attempt(run, arena.quizzes[0], "1", "1", NOW - timedelta(days=40), graded_at=NOW)
    assert ranked(Board(Metric.QUIZ, period=Period.MONTH)) == []
    assert ranked(Board(Metric.QUIZ, period=Period.ALL)) == [(arena.people[0].pk, 100, 1)]


def test_a_quiz_that_hides_its_points_counts_only_once_it_shows_them():
    arena = make_arena()
    quiz = arena.quizzes[0]
    quiz.review_after_submission, quiz.review_after_close = ["verdict"], ["points"]
    quiz.closes_at = NOW + timedelta(minutes=5)
    quiz.save()
    give_attempt(arena.run(arena.people[0], 0), quiz, "1", "1", NOW)
    board = Board(Metric.QUIZ, period=Period.ALL)
    assert facts_of(board).hidden == (quiz.translation_key,)
    assert ranked(board) == []
    with time_machine.travel(quiz.closes_at, tick=False):
        assert facts_of(board).hidden == ()
        assert ranked(board) == [(arena.people[0].pk, 100, 1)]


def test_what_makes_another_board_are_its_facts():
    arena = make_arena()
    everybody = [person.pk for person in arena.people]
    assert facts_of(Board()) == Facts()
    assert facts_of(Board(among=Among.TEAM, key=arena.team.uuid)) == Facts(people=tuple(everybody[:3]))
    assert facts_of(Board(among=Among.COHORT, key=arena.cohort.uuid)) == Facts(
        courses=(arena.courses[0].translation_key,), people=tuple(everybody[:4])
    )
    keys = tuple(sorted(course.translation_key for course in arena.courses[:2]))
    assert tuple(sorted(facts_of(Board(among=Among.TOPIC, key=arena.topic.pk)).courses)) == keys


def test_people_on_boards_are_everybody_but_those_left_out(arena):
    left_out = {arena.people[number].pk for number in (1, 3, 4, 6)}
    on = set(people_on_boards(with_staff=False).values_list("pk", flat=True))
    assert on == {person.pk for person in arena.people} - left_out
    on = set(people_on_boards(with_staff=True).values_list("pk", flat=True))
    assert {person.pk for person in arena.people} - on == {arena.people[1].pk, arena.people[6].pk}


@pytest.mark.parametrize("count", [10, 1_000])
def test_it_takes_two_queries_at_any_size(count, committed, django_assert_num_queries):
    people = many_with_points(count, NOW)
    GamificationSettings.load()
    committed()
    switches()
    with django_assert_num_queries(2):
        found = standings(Board(), people[0].pk)
    assert found.total == count
    assert found.of(people[0].pk).rank == count - count // 50 + 1 if count >= 50 else count
