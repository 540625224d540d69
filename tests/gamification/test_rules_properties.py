"""What holds for the points of a rule, whatever happened."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from gamification.rules import RESET, Award, Happening, Terms, awards_of_rule

START = datetime(2026, 3, 2, tzinfo=UTC)
DONE = "lesson:completed"
COURSES = tuple(UUID(int=number) for number in (1, 2))
LESSONS = {COURSES[0]: (UUID(int=11), UUID(int=12)), COURSES[1]: (UUID(int=21),)}


@st.composite
def happening_lists(draw, most=14):
    found = []
    for key in range(draw(st.integers(0, most))):
        course = draw(st.sampled_from(COURSES))
        at = START + timedelta(hours=draw(st.integers(0, 72)))
        found.append(
            Happening(
                at=at,
                key=key,
                verb=draw(st.sampled_from((DONE, DONE, RESET))),
                recorded_at=START + timedelta(hours=draw(st.integers(0, 72))),
                day=at.date(),
                run=COURSES.index(course),
                course_key=course,
                lesson_key=draw(st.sampled_from(LESSONS[course])),
                topics=frozenset({COURSES.index(course)}),
                percent=draw(st.sampled_from((None, Decimal(40), Decimal(90)))),
            )
        )
    return found


@st.composite
def rules(draw):
    """A rule that was edited once: its terms before and after."""
    edited = START + timedelta(hours=36)
    once = draw(st.sampled_from(("event", "lesson", "course")))
    values = {
        "points": st.integers(1, 20),
        "per_day": st.one_of(st.none(), st.integers(1, 30)),
        "per_course": st.one_of(st.none(), st.integers(1, 30)),
        "min_percent": st.sampled_from((None, None, Decimal(50))),
        "topic": st.sampled_from((None, None, 0)),
    }
    make = lambda key, **span: Terms(  # noqa: E731
        key=key, rule=1, verb=DONE, once_per=once, **span, **{name: draw(value) for name, value in values.items()}
    )
    return [make(1, until=edited), make(2, since=edited)]


def by_event(awards: list[Award]) -> dict[int, tuple[int, int]]:
    assert len({award.event for award in awards}) == len(awards)
    return {award.event: (award.terms, award.points) for award in awards}


def kept(awards: list[Award]) -> dict[int, Award]:
    return {award.event: award for award in awards if award.points > 0}


@given(happening_lists(), rules(), st.randoms(use_true_random=False))
def test_the_order_in_which_they_come_changes_nothing(happenings, versions, chance):
    shuffled = chance.sample(happenings, len(happenings))
    assert awards_of_rule(shuffled, versions, {}) == awards_of_rule(happenings, versions, {})


@given(happening_lists(), rules(), st.data())
def test_what_was_judged_on_the_way_ends_in_the_same(happenings, versions, data):
    """Settled after some of the events and then after all of them, or only once."""
    some = [one for one in happenings if data.draw(st.booleans())]
    on_the_way = awards_of_rule(some, versions, {})
    assert awards_of_rule(happenings, versions, kept(on_the_way)) == awards_of_rule(happenings, versions, {})


@given(happening_lists(), rules())
def test_no_cap_is_ever_exceeded_not_even_by_what_was_given_back(happenings, versions):
    terms, there = {one.key: one for one in versions}, {one.key: one for one in happenings}
    days, courses = defaultdict(int), defaultdict(int)
    most_of_day, most_of_course = defaultdict(int), defaultdict(int)
    for award in sorted(kept(awards_of_rule(happenings, versions, {})).values(), key=lambda one: there[one.event]):
        happening, rule = there[award.event], terms[award.terms]
        days[happening.day] += award.points
        courses[happening.course_key] += award.points
        assert 0 < award.points <= rule.points
        if rule.per_day is not None:
            most_of_day[happening.day] = max(most_of_day[happening.day], rule.per_day)
            assert days[happening.day] <= rule.per_day
        if rule.per_course is not None:
            most_of_course[happening.course_key] = max(most_of_course[happening.course_key], rule.per_course)
            assert courses[happening.course_key] <= rule.per_course


@given(happening_lists(), rules())
def test_a_reset_gives_back_what_its_lesson_earned_since_the_one_before(happenings, versions):
    awards = by_event(awards_of_rule(happenings, versions, {}))
    standing = defaultdict(int)
    for happening in sorted(happenings):
        place = (happening.run, happening.lesson_key)
        _terms, points = awards.get(happening.key, (0, 0))
        if happening.verb == RESET:
            assert points == -standing[place]
            standing[place] = 0
        else:
            assert points >= 0
            standing[place] += points
    assert all(points >= 0 for points in standing.values())


@given(happening_lists(), rules())
def test_nothing_is_given_twice_for_one_place_while_it_stands(happenings, versions):
    awards = by_event(awards_of_rule(happenings, versions, {}))
    once = versions[0].once_per
    standing: dict[tuple, UUID] = {}
    for happening in sorted(happenings):
        if happening.verb == RESET:
            standing = {place: lesson for place, lesson in standing.items() if lesson != happening.lesson_key}
        elif happening.key in awards and once != "event":
            place = (happening.run, happening.lesson_key if once == "lesson" else happening.course_key)
            assert place not in standing
            standing[place] = happening.lesson_key
