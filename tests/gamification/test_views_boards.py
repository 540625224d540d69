"""The leaderboard as people see it: filters in the address, who may see which, and what is said."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.models import TeamMembership
from gamification.boards import Metric
from gamification.models import GamificationSettings, LearnerProfile
from gamification.services.board_server import BoardServer
from learning.models import Enrollment, EnrollmentStatus
from lms_pages.models import CourseStaff
from tests.factories.accounts import make_person, make_team
from tests.factories.boards import complete, crowd, give_points, make_arena, many_with_points
from tests.home.test_query_counts import CEILING

pytestmark = pytest.mark.django_db


def page(client, person, query: str = ""):
    client.force_login(person)
    return client.get(reverse("gamification:leaderboard") + (f"?{query}" if query else ""))


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_it_is_for_people_who_are_signed_in(client):
    response = client.get(reverse("gamification:leaderboard"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_names_places_and_ones_own_place_in_words(client):
    first, second, third = (
        make_person("Ada Able"),
        make_person("Bo <b>Bold", email="bo@example.com"),
        make_person("Cy Clear"),
    )
    now = timezone.now()
    for person, points in ((first, 1200), (second, 40), (third, 40)):
        give_points(person, points, now)
    response = page(client, third)
    assert response.status_code == 200
    slice = response.context["slice"]
    assert [(row.person, row.place.rank, row.is_reader) for row in slice.rows] == [
        (first, 1, False), (second, 2, False), (third, 2, True)
    ]  # fmt: skip
    shown = text(response)
    assert "You are at place 2 of 3." in shown
    assert "1,160 points behind place 1." in shown
    assert "3 people take part" in shown
    assert "Points that were earned, less what was taken back." in shown
    assert "Bo &lt;b&gt;Bold" in shown
    assert "<b>Bold" not in shown


def test_an_empty_board_says_what_to_do(client, learner):
    shown = text(page(client, learner, "period=day"))
    assert "Nobody is on this board yet" in shown
    assert "You have nothing here yet for these days." not in shown


@pytest.mark.parametrize("query", ["metric=money", "scope=course", "from=yesterday", "from=2026-02-02&to=2026-02-01"])
def test_what_is_no_board_is_said_in_a_sentence(client, learner, query):
    response = page(client, learner, query)
    assert response.status_code == 400
    assert response.context["sentence"] in response.content.decode()
    assert reverse("gamification:leaderboard") in response.content.decode()


def test_filters_stay_as_they_are_beside_the_one_that_changes(client):
    arena = make_arena()
    person = arena.people[0]
    complete(arena.run(person, 0), timezone.now())
    key = arena.courses[0].translation_key
    response = page(client, person, f"metric=completions&scope=course:{key}&period=week")
    assert response.context["slice"].reader.place.value == 1
    metrics = {label: (query, at_hand) for label, query, at_hand in response.context["metrics"]}
    assert metrics["Points"] == (f"metric=points&scope=course%3A{key}&period=week", False)
    assert metrics["Courses completed"][1] is True
    shown = response.content.decode()
    assert f'<option value="course:{key}" selected>' in shown
    assert '<input type="hidden" name="period" value="week">' in shown


def test_own_dates_come_back_in_the_form(client, learner):
    response = page(client, learner, "from=2026-03-01&to=2026-03-31")
    shown = text(response)
    assert 'name="from" value="2026-03-01"' in shown
    assert "1 March 2026 – 31 March 2026" in shown
    assert "board-more" in shown
    assert " open>" in shown
    assert 'name="period"' not in shown


def test_the_filter_offers_what_one_may_see_and_no_more(client):
    arena = make_arena()
    offered = {
        value for group in page(client, arena.people[0]).context["groups"] for value, _label, _at_hand in group.choices
    }
    assert offered == {
        f"course:{arena.courses[0].translation_key}", f"topic:{arena.topic.pk}",
        f"cohort:{arena.cohort.uuid}", f"team:{arena.team.uuid}",
    }  # fmt: skip
    outside = make_person()
    offered = [value for group in page(client, outside).context["groups"] for value, _label, _at_hand in group.choices]
    assert offered == [f"topic:{arena.topic.pk}"]


def scopes(arena) -> dict[str, str]:
    return {
        "course": f"scope=course:{arena.courses[0].translation_key}",
        "cohort": f"scope=cohort:{arena.cohort.uuid}",
        "team": f"scope=team:{arena.team.uuid}",
        "topic": f"scope=topic:{arena.topic.pk}",
    }


def opens(client, person, arena) -> set[str]:
    statuses = {name: page(client, person, query).status_code for name, query in scopes(arena).items()}
    assert set(statuses.values()) <= {200, 404}
    return {name for name, status in statuses.items() if status == 200}


def test_who_may_see_which(client):
    arena = make_arena()
    in_team, on_course, outside = arena.people[0], arena.people[3], arena.people[5]
    assert opens(client, in_team, arena) == {"course", "cohort", "team", "topic"}
    assert opens(client, on_course, arena) == {"course", "cohort", "topic"}
    assert opens(client, outside, arena) == {"topic"}
    teacher, manager, other_manager = make_person(), make_person(), make_person()
    CourseStaff.objects.create(course=arena.courses[0], user=teacher)
    arena.team.managers.add(manager)
    make_team(managers=[other_manager])
    assert opens(client, teacher, arena) == {"course", "cohort", "topic"}
    assert opens(client, manager, arena) == {"cohort", "team", "topic"}
    assert opens(client, other_manager, arena) == {"topic"}
    assert opens(client, make_person(roles=("report_administrator",)), arena) == {"course", "cohort", "team", "topic"}


def test_who_left_sees_it_no_more(client):
    arena = make_arena()
    person = arena.people[0]
    TeamMembership.objects.filter(user=person).delete()
    Enrollment.objects.filter(learner=person).update(status=EnrollmentStatus.WITHDRAWN)
    assert "course" not in opens(client, person, arena)
    assert "team" not in opens(client, person, arena)


@pytest.mark.parametrize("kind", ["course", "cohort", "team"])
def test_what_is_not_there_is_404(client, learner, kind):
    assert page(client, learner, f"scope={kind}:{uuid.uuid4()}").status_code == 404
    assert page(client, learner, "scope=topic:999999").status_code == 404


def test_a_switched_off_board_is_not_there(client, learner):
    GamificationSettings.objects.update_or_create(defaults={"leaderboards": False})
    assert page(client, learner).status_code == 404
    assert client.post(reverse("gamification:leaderboard_presence"), {"shown": "no"}).status_code == 404
    assert not LearnerProfile.objects.exists()


def test_taking_oneself_off_and_coming_back(client):
    person, other = make_person("Ada Able"), make_person("Bo Bold")
    for one in (person, other):
        give_points(one, 10, timezone.now())
    client.force_login(person)
    address = reverse("gamification:leaderboard_presence") + "?metric=points&period=day"
    assert client.get(address).status_code == 405
    response = client.post(address, {"shown": "no"}, follow=True)
    assert response.redirect_chain == [("/leaderboard/?metric=points&scope=site&period=day", 302)]
    shown = text(response)
    assert "You are off all leaderboards. Your points stay yours." in shown
    assert "You took yourself off leaderboards" in shown
    assert [row.person for row in response.context["slice"].rows] == [other]
    assert "Ada Able" not in text(page(client, other))
    client.force_login(person)
    response = client.post(address, {"shown": "yes"}, follow=True)
    assert [row.person for row in response.context["slice"].rows] == [person, other]


def test_staff_are_told_why_they_are_not_there(client):
    teacher = make_person(roles=("instructor",))
    give_points(teacher, 10, timezone.now())
    assert "those who teach or work in the admin are left out" in text(page(client, teacher))


def test_a_profile_is_linked_only_where_it_may_be_opened(client):
    from gamification.services.boards import board_slice
    from tests.gamification.test_services_boards import EVER

    first, second = make_person(), make_person()
    for person in (first, second):
        give_points(person, 10, timezone.now())
    rows = board_slice(board=EVER, viewer=second, profiles=lambda viewer, people: {first.pk}).rows
    assert [row.has_profile for row in rows] == [True, False]


def test_far_down_the_neighbors_and_the_gap_are_shown(client):
    people = many_with_points(60, timezone.now() - timedelta(minutes=1))
    shown = text(page(client, people[4]))
    assert "You are at place 51 of 60." in shown
    assert "28 people between" in shown


@pytest.mark.parametrize("count", [10, 1_000])
def test_queries_do_not_grow(client, count, django_assert_max_num_queries):
    people = many_with_points(count, timezone.now())
    make_arena()
    page(client, people[0])
    with django_assert_max_num_queries(25):
        response = page(client, people[0])
    assert response.context["slice"].total == count


@pytest.mark.services
@pytest.mark.parametrize("kept", [True, False])
def test_every_kind_of_board_costs_ten_thousand_learners_what_it_costs_ten(client, board_redis, settings, kept):
    """As Redis keeps it, and as the tables say it."""
    if not kept:
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    arena, now = make_arena(), timezone.now()
    client.force_login(arena.people[0])

    def queries(people: int) -> dict[tuple[str, str], int]:
        found = {}
        for name, scope in {**scopes(arena), "site": "scope=site"}.items():
            for metric in Metric:
                address = f"{reverse('gamification:leaderboard')}?{scope}&metric={metric}&period=all"
                assert client.get(address).context["slice"].total == people
                with CaptureQueriesContext(connection) as asked:
                    client.get(address)
                found[name, metric] = len(asked)
        return found

    crowd(arena, 10, now)
    few = queries(10)
    assert len(few) == 15
    assert max(few.values()) <= CEILING
    crowd(arena, 9_990, now)
    BoardServer(board_redis).forget()
    assert queries(10_000) == few


def test_long_names_are_shown_whole(client):
    person = make_person(
        "Wolfeschlegelsteinhausenbergerdorff " + "Keihanaikukauakahihuliheekahaunaele" * 2, email="wolfe@example.com"
    )
    give_points(person, 10, timezone.now())
    assert escape(person.name) in text(page(client, person))
