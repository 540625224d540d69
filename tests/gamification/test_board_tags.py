"""The leaderboard as a block of a lesson."""

from types import SimpleNamespace

import pytest
from django.utils import timezone

from gamification.boards import Among, Board, Metric, Period
from gamification.models import GamificationSettings
from gamification.selectors.board_choices import days_words
from lms_pages.blocks.boards import LeaderboardBlock
from lms_pages.models import Visibility
from tests.factories.accounts import make_person
from tests.factories.boards import give_points, make_arena, many_with_points
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import lessons_of, make_course, make_lesson, make_module

pytestmark = pytest.mark.django_db


def board_block(**value) -> dict:
    value = {"title": "", "metric": "points", "among": "course", "period": "all", "rows": 3, **value}
    return {"type": "leaderboard", "id": "b0a4d", "value": value}


def lesson_with(course=None, **value):
    course = course or make_course(modules=0, visibility=Visibility.PUBLIC)
    return make_lesson(make_module(course), body=[board_block(**value)]), course


def draw(rf, user, value: dict, course=None) -> str:
    request = rf.get("/")
    request.user = user
    request.learner_view = SimpleNamespace(course=course) if course else None
    block = LeaderboardBlock()
    context = {"request": request, "block_id": "b0a4d"}
    return " ".join(str(block.render(block.to_python(value), context)).split())


def test_its_words_are_those_of_an_address():
    children = LeaderboardBlock().child_blocks
    words = {name: {value for value, _label in children[name].field.choices if value} for name in ("metric", "among", "period")}  # fmt: skip
    assert words["metric"] == set(Metric.values)
    assert words["among"] == set(Among.values) - {Among.TOPIC}
    assert words["period"] == set(Period.values) - {Period.DATES}


def test_it_names_its_days_as_they_are_written(rf):
    words = days_words(Board(period=Period.QUARTER))
    shown = draw(rf, make_person(), {"metric": "points", "among": "site", "period": "quarter"})
    assert f" {words}." in shown


def test_it_is_drawn_in_a_lesson_for_those_on_the_course(client):
    lesson, course = lesson_with(title="Ahead in this course")
    person, other = make_person("Ada Able"), make_person("Bo Bold")
    for one, points in ((person, 10), (other, 30)):
        make_enrollment(one, course)
        give_points(one, points, timezone.now(), course=course)
    client.force_login(person)
    shown = " ".join(client.get(lesson.get_url()).content.decode().split())
    assert "Ahead in this course" in shown
    assert "You are at place 2 of 2." in shown
    block = shown.split('class="board-block"')[1]
    assert block.index("Bo Bold") < block.index("Ada Able")
    assert f"?metric=points&amp;scope=course%3A{course.translation_key}&amp;period=all" in shown


def test_visitors_see_no_names(rf, anonymous):
    arena = make_arena()
    give_points(arena.people[0], 10, timezone.now(), course=arena.courses[0])
    shown = draw(rf, anonymous, board_block(among="site")["value"])
    assert "Sign in to see who is ahead." in shown
    assert arena.people[0].name not in shown


def test_who_is_not_on_the_course_sees_no_names(rf):
    arena = make_arena()
    give_points(arena.people[0], 10, timezone.now(), course=arena.courses[0])
    outside = arena.people[5]
    shown = draw(rf, outside, board_block()["value"], arena.courses[0])
    assert "This leaderboard is for people on the course." in shown
    assert arena.people[0].name not in shown
    assert arena.people[0].name in draw(rf, arena.people[1], board_block()["value"], arena.courses[0])


def test_a_team_and_a_cohort_are_the_readers_own(rf):
    arena = make_arena()
    for person in arena.people:
        give_points(person, 10, timezone.now(), course=arena.courses[0])
    member, outside = arena.people[0], arena.people[5]
    shown = draw(rf, member, board_block(among="team", rows=20)["value"])
    assert [person.name in shown for person in arena.people] == [True, True, True, False, False, False]
    shown = draw(rf, member, board_block(among="cohort", rows=20)["value"], arena.courses[0])
    assert [person.name in shown for person in arena.people] == [True, True, True, True, False, False]
    assert "You are in no team" in draw(rf, outside, board_block(among="team")["value"])
    assert "You are in no cohort" in draw(rf, outside, board_block(among="cohort")["value"], arena.courses[0])


def test_a_switched_off_board_is_not_drawn(rf, learner):
    GamificationSettings.objects.update_or_create(defaults={"leaderboards": False})
    assert draw(rf, learner, board_block(among="site")["value"]) == ""


@pytest.mark.parametrize("count", [10, 1_000])
def test_queries_do_not_grow(rf, count, django_assert_num_queries):
    course = lessons_of(make_course())[0].get_parent().get_parent().specific
    people = many_with_points(count, timezone.now(), course_key=course.translation_key)
    make_enrollment(people[0], course)
    with django_assert_num_queries(6):
        shown = draw(rf, people[0], board_block()["value"], course)
    assert f"of {count:,}." in shown
