"""When a history first met a tree of criteria."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gamification.criteria import (
    BEGINNING,
    ActiveDay,
    Completion,
    CourseCompleted,
    CoursesCompleted,
    Gain,
    Group,
    History,
    PointsReached,
    QuizScore,
    QuizTaken,
    StreakReached,
    earned_at,
    leaves_of,
    points_allow,
    tree_from,
)

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
A, B, C = (UUID(int=number) for number in (1, 2, 3))
SAFETY, SALES = 7, 8


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


def day(number: int, at: int = 0) -> ActiveDay:
    moment = START + timedelta(days=number, hours=at)
    return ActiveDay(moment.date(), moment)


def completed(key: UUID, at: int, *topics: int) -> Completion:
    return Completion(hour(at), key, frozenset(topics))


def test_a_course_counts_from_its_first_completion():
    history = History(completions=[completed(B, 1), completed(A, 2), completed(A, 5)])
    assert earned_at(CourseCompleted(course_key=A), history) == hour(2)
    assert earned_at(CourseCompleted(course_key=C), history) is None


def test_the_same_course_twice_is_one_and_other_topics_do_not_count():
    history = History(completions=[completed(A, 1, SAFETY), completed(A, 2, SAFETY), completed(B, 3, SALES)])
    two_of_safety = CoursesCompleted(count=2, topic=SAFETY)
    assert earned_at(two_of_safety, history) is None
    assert earned_at(CoursesCompleted(count=2), history) == hour(3)
    more = History(completions=[*history.completions, completed(C, 9, SAFETY, SALES)])
    assert earned_at(two_of_safety, more) == hour(9)


def test_ninety_percent_is_ninety_percent():
    quiz = QuizScore(quiz_key=A, percent=Decimal(90))
    taken = [
        QuizTaken(hour(1), A, Decimal("89.99")),
        QuizTaken(hour(2), B, Decimal(100)),
        QuizTaken(hour(3), A, Decimal(90), 2),
    ]
    assert earned_at(quiz, History(quizzes=taken)) == hour(3)
    assert earned_at(QuizScore(quiz_key=A, percent=Decimal(90), first_try=True), History(quizzes=taken)) is None
    assert earned_at(QuizScore(percent=Decimal(90)), History(quizzes=taken)) == hour(2)


def test_a_streak_is_met_by_the_first_thing_done_on_its_last_day():
    three = StreakReached(days=3)
    assert earned_at(three, History(days=[day(0), day(1), day(3), day(4)])) is None
    assert earned_at(three, History(days=[day(0), day(1), day(2, at=5), day(2, at=2), day(3)])) == hour(50)


def test_points_are_met_by_the_gain_that_reaches_them():
    gains = [Gain(hour(1), 10), Gain(hour(2), 10), Gain(hour(3), 10)]
    assert earned_at(PointsReached(points=20), History(gains=gains)) == hour(2)
    assert earned_at(PointsReached(points=31), History(gains=gains)) is None


@pytest.mark.parametrize(
    ("match", "least", "expected"), [("all", 1, None), ("any", 1, 2), ("some", 2, 4), ("some", 3, None), ("some", 1, 2)]
)
def test_groups(match, least, expected):
    parts = (PointsReached(points=100), CourseCompleted(course_key=A), CourseCompleted(course_key=B))
    history = History(completions=[completed(A, 4), completed(B, 2)])
    at = earned_at(Group(match=match, least=least, parts=parts), history)
    assert at == (hour(expected) if expected else None)


def test_a_group_without_parts_or_with_too_few_of_them_is_no_criterion():
    for wrong in (
        {"match": "any", "parts": []},
        {"match": "some", "least": 2, "parts": [{"kind": "points", "points": 1}]},
    ):
        with pytest.raises(ValidationError):
            Group.model_validate(wrong)


def test_what_points_allow_takes_everything_else_for_done():
    tree = Group(match="all", parts=(PointsReached(points=20), CourseCompleted(course_key=A)))
    gains = [Gain(hour(1), 10), Gain(hour(2), 10)]
    assert points_allow(tree, gains) == hour(2)
    assert points_allow(tree, gains[:1]) is None
    assert points_allow(CourseCompleted(course_key=A), []) == BEGINNING


def test_a_tree_survives_being_stored():
    tree = Group(
        match="some",
        least=1,
        parts=(QuizScore(quiz_key=A, percent=Decimal("87.50")), CoursesCompleted(count=2, topic=3)),
    )
    assert tree_from(tree.model_dump(mode="json")) == tree
    assert tree_from({}) is None


# Whatever the history ------------------------------------------------------------------

keys = st.sampled_from((A, B, C))
moments = st.integers(0, 24 * 8).map(hour)
completions = st.builds(Completion, moments, keys, st.frozensets(st.sampled_from((SAFETY, SALES))))
quizzes = st.builds(QuizTaken, moments, keys, st.integers(0, 100).map(Decimal), st.integers(1, 3))
days = moments.map(lambda moment: ActiveDay(moment.date(), moment))
gains = st.builds(Gain, moments, st.integers(1, 30))
histories = st.builds(
    History,
    completions=st.lists(completions, max_size=6),
    quizzes=st.lists(quizzes, max_size=6),
    days=st.lists(days, max_size=10),
    gains=st.lists(gains, max_size=8),
)
leaves = st.one_of(
    st.builds(CourseCompleted, course_key=keys),
    st.builds(CoursesCompleted, count=st.integers(1, 3), topic=st.sampled_from((None, SAFETY, SALES))),
    st.builds(
        QuizScore,
        quiz_key=st.sampled_from((None, A, B)),
        percent=st.integers(0, 100).map(Decimal),
        first_try=st.booleans(),
    ),
    st.builds(StreakReached, days=st.integers(2, 5)),
    st.builds(PointsReached, points=st.integers(1, 100)),
)


@st.composite
def groups(draw, parts):
    chosen = tuple(draw(st.lists(parts, min_size=1, max_size=4)))
    match = draw(st.sampled_from(("all", "any", "some")))
    return Group(match=match, least=draw(st.integers(1, len(chosen))), parts=chosen)


trees = st.recursive(leaves, groups, max_leaves=12)


def joined(one: History, other: History) -> History:
    return History(
        [*one.completions, *other.completions],
        [*one.quizzes, *other.quizzes],
        [*one.days, *other.days],
        [*one.gains, *other.gains],
    )


@given(trees, histories, histories)
def test_more_history_is_never_later(tree, history, more):
    before, after = earned_at(tree, history), earned_at(tree, joined(history, more))
    assert before is None or (after is not None and after <= before)


@given(trees, histories, st.randoms(use_true_random=False))
def test_the_order_in_which_it_is_told_changes_nothing(tree, history, chance):
    def shuffled(rows):
        return chance.sample(list(rows), len(rows))

    told = History(*(shuffled(rows) for rows in (history.completions, history.quizzes, history.days, history.gains)))
    assert earned_at(tree, told) == earned_at(tree, history)


@given(trees, histories)
def test_told_twice_is_told_once_but_for_points(tree, history):
    once = History(history.completions, history.quizzes, history.days, ())
    assert earned_at(tree, joined(once, once)) == earned_at(tree, once)


@given(trees, histories)
def test_it_is_a_moment_at_which_something_was_done_and_never_before_points_allow_it(tree, history):
    at = earned_at(tree, history)
    if at is not None:
        rows = (*history.completions, *history.quizzes, *history.days, *history.gains)
        assert at in {row.at for row in rows}
        assert points_allow(tree, history.gains) <= at
        assert any(earned_at(leaf, history) == at for leaf in leaves_of(tree))
