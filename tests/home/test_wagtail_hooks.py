"""The admin's menu and home."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.admin.menu import admin_menu

from accounts import roles
from learning.services import request_enrollment
from lms_pages.models import CoursePage, CourseStaff
from tests.factories.accounts import make_person
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import catalog, lessons_of, make_course

pytestmark = pytest.mark.django_db

HOME = "/admin/"
CREATE = "home_create_course"


@pytest.fixture
def administrator(client):
    person = make_person("Ada Admin", roles=(roles.ADMINISTRATOR,))
    client.force_login(person)
    return person


@pytest.fixture
def editor(client):
    person = make_person("Emil Editor", roles=(roles.CONTENT_EDITOR,))
    client.force_login(person)
    return person


def menu(rf, person):
    request = rf.get(HOME)
    request.user = person
    return {item.name: item for item in sorted(admin_menu.menu_items_for_request(request), key=lambda item: item.order)}


def submenu(rf, person, name):
    request = rf.get(HOME)
    request.user = person
    return [str(item.label) for item in menu(rf, person)[name].menu.menu_items_for_request(request)]


def test_the_menu_has_exactly_six_entries(rf):
    items = menu(rf, make_person(roles=(roles.ADMINISTRATOR,)))
    names = ["Courses", "Questions", "People", "Gamification", "Reports", "Settings"]
    assert [str(item.label) for item in items.values()] == names


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (roles.CONTENT_EDITOR, ["courses", "questions", "gamification"]),
        (roles.INSTRUCTOR, ["courses", "people", "gamification", "reports"]),
        (roles.MANAGER, ["people", "gamification", "reports"]),
        (roles.REPORT_ADMINISTRATOR, ["people", "gamification", "reports"]),
    ],
)
def test_a_role_sees_the_entries_it_can_use(rf, role, names):
    assert list(menu(rf, make_person(roles=(role,)))) == names


def test_what_stands_under_courses_and_people(rf):
    administrator = make_person(roles=(roles.ADMINISTRATOR,))
    assert set(submenu(rf, administrator, "courses")) == {
        "All courses", "Course staff", "Images", "Documents", "Media", "Topics", "Skills",
        "Item analysis", "Scores by lesson",
    }  # fmt: skip
    assert {"Enrollments", "People", "Teams", "Team members"} <= set(submenu(rf, administrator, "people"))
    assert "Users" not in submenu(rf, administrator, "settings")


def test_the_home_greets_and_offers_a_course(client, editor):
    text = client.get(HOME).content.decode()
    assert "Emil" in text
    assert "Create a course" in text
    assert "import_course" in text
    for default in ("Your most recent edits", "editor guide", "Wagtail 8"):
        assert default not in text


def test_creating_a_course_lands_in_its_editor_with_drafts(client, editor):
    response = client.post(reverse(CREATE), {"title": "Fire drills", "catalog": catalog().pk})
    course = CoursePage.objects.get()
    assert response.url == reverse("wagtailadmin_pages:edit", args=[course.pk])
    assert (course.title, course.live, course.owner) == ("Fire drills", False, editor)
    assert len(lessons_of(course)) == 1
    assert client.get(response.url).status_code == 200


@pytest.mark.parametrize("title", ["", "   ", "x" * 256])
def test_a_title_that_cannot_be_makes_nothing_and_says_so(client, editor, title):
    response = client.post(reverse(CREATE), {"title": title}, follow=True)
    assert "No course was made" in response.content.decode()
    assert not CoursePage.objects.exists()


@pytest.mark.parametrize("role", [roles.INSTRUCTOR, roles.MANAGER, roles.REPORT_ADMINISTRATOR])
def test_those_who_may_not_add_pages_neither_see_nor_reach_it(client, role):
    client.force_login(make_person(roles=(role,)))
    assert "Create a course" not in client.get(HOME).content.decode()
    client.post(reverse(CREATE), {"title": "Fire drills"})
    assert not CoursePage.objects.exists()


def test_only_a_post_makes_a_course(client, editor):
    assert client.get(reverse(CREATE)).status_code == 405
    assert not CoursePage.objects.exists()


def test_courses_are_listed_with_their_state_and_figures(client, editor):
    live, draft = make_course("Live course"), make_course("Draft course")
    draft.unpublish()
    newer = make_course("Newer draft")
    newer.title = "Renamed"
    newer.save_revision()
    make_enrollment(course=live)
    make_completed(course=live)
    text = " ".join(client.get(HOME).content.decode().split())
    assert "Live, with a newer draft" in text
    assert "1 (50 %)" in text
    assert text.index("Renamed") < text.index("Live course")


def test_requests_wait_for_those_who_may_decide(client):
    course = make_course(enrollment_policy="request")
    instructor, other = (make_person(roles=(roles.INSTRUCTOR,)) for _ in range(2))
    CourseStaff.objects.create(course=course, user=instructor)
    for number in range(5):
        request_enrollment(learner=make_person(f"Asker {number}"), course=course)

    client.force_login(instructor)
    text = client.get(HOME).content.decode()
    assert "5 people wait for your decision" in " ".join(text.split())
    assert "and 2 more" in text
    client.force_login(other)
    assert "for your decision" not in client.get(HOME).content.decode()


def test_the_home_costs_the_same_for_two_and_for_ten_courses(client, administrator):
    def queries():
        client.get(HOME)
        with CaptureQueriesContext(connection) as captured:
            client.get(HOME)
        return len(captured)

    for _number in range(2):
        make_enrollment(course=make_course(modules=1, lessons=1, with_check=False))
    before = queries()
    for _number in range(8):
        make_enrollment(course=make_course(modules=1, lessons=1, with_check=False))
    assert queries() == before


def test_the_list_of_courses_opens_the_catalog(client, editor):
    assert client.get(reverse("home_courses")).url == reverse("wagtailadmin_explore", args=[catalog().pk])
