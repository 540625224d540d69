"""What each role sees and is refused: addresses by role, and the rows behind them."""

import pytest
from django.urls import reverse

from accounts import roles
from learning.models import Enrollment
from learning.services import request_enrollment
from lms_pages.models import CourseStaff, LessonPage
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import catalog, make_course
from tests.factories.questions import make_question

pytestmark = pytest.mark.django_db

ADMINISTRATOR, EDITOR, INSTRUCTOR = roles.ADMINISTRATOR, roles.CONTENT_EDITOR, roles.INSTRUCTOR
MANAGER, REPORTER = roles.MANAGER, roles.REPORT_ADMINISTRATOR
LEARNER, ANONYMOUS = "learner", "anonymous"
EVERY_ROLE = (ADMINISTRATOR, EDITOR, INSTRUCTOR, MANAGER, REPORTER, LEARNER, ANONYMOUS)


class World:
    """Two courses, two teams, one person of each role, and a learner inside and outside of each scope."""

    def __init__(self):
        self.people = {role: make_person(f"{role.title()} Person", roles=(role,)) for role in EVERY_ROLE[:5]}
        self.people[LEARNER] = make_person("Lea Learner")
        self.taught = make_course("Taught course", modules=1, lessons=1, enrollment_policy="request")
        self.other = make_course("Other course", modules=1, lessons=1)
        self.hidden = make_course("Hidden course", modules=1, lessons=1, visibility="hidden")
        self.inside = make_person("Ida Inside")
        self.outside = make_person("Otto Outside")
        self.team = make_team("Inside team", managers=[self.people[MANAGER]], members=[self.inside])
        self.other_team = make_team("Other team", members=[self.outside])
        CourseStaff.objects.create(course=self.taught, user=self.people[INSTRUCTOR])
        self.taught_run = make_enrollment(make_person("Tom Taught"), self.taught)
        self.team_run = make_enrollment(self.inside, self.other)
        self.outside_run = make_enrollment(self.outside, self.other)
        self.question = make_question()

    def sign_in(self, client, role):
        client.logout()
        if role != ANONYMOUS:
            client.force_login(self.people[role])
        return client


@pytest.fixture
def world():
    return World()


def addresses(world: World) -> dict[str, str]:
    return {
        "home": reverse("wagtailadmin_home"),
        "explorer": reverse("wagtailadmin_explore", args=[catalog().pk]),
        "course editor": reverse("wagtailadmin_pages:edit", args=[world.other.pk]),
        "questions": reverse(world.question.snippet_viewset.get_url_name("list")),
        "images": reverse("wagtailimages:index"),
        "topics": reverse("topics:index"),
        "people": reverse("accounts_user_modeladmin_index"),
        "a person": reverse("accounts_user_modeladmin_edit", args=[world.outside.pk]),
        "add a person": reverse("accounts_user_modeladmin_create"),
        "teams": reverse("accounts_team_modeladmin_index"),
        "course staff": reverse("lms_pages_coursestaff_modeladmin_index"),
        "enrollments": reverse("learning_enrollment_modeladmin_index"),
        "assign a course": reverse("learning_enrollment_modeladmin_create"),
        "roles": reverse("wagtailusers_groups:index"),
        "my learning": reverse("my_learning"),
        "a hidden course": world.hidden.get_url(),
    }


# 200: opened. 302: sent to sign in, or back to the admin's home with a sentence. 403, 404: refused.
ALLOWED = {
    "home": {ADMINISTRATOR, EDITOR, INSTRUCTOR, MANAGER, REPORTER},
    "explorer": {ADMINISTRATOR, EDITOR},
    "course editor": {ADMINISTRATOR, EDITOR},
    "questions": {ADMINISTRATOR, EDITOR},
    "images": {ADMINISTRATOR, EDITOR},
    "topics": {ADMINISTRATOR, EDITOR},
    "people": {ADMINISTRATOR, MANAGER},
    "a person": {ADMINISTRATOR},
    "add a person": {ADMINISTRATOR},
    "teams": {ADMINISTRATOR, MANAGER},
    "course staff": {ADMINISTRATOR},
    "enrollments": {ADMINISTRATOR, INSTRUCTOR, MANAGER, REPORTER},
    "assign a course": {ADMINISTRATOR},
    "roles": {ADMINISTRATOR},
    "my learning": {ADMINISTRATOR, EDITOR, INSTRUCTOR, MANAGER, REPORTER, LEARNER},
    "a hidden course": {ADMINISTRATOR, EDITOR},
}


def test_every_address_opens_for_those_who_may_and_for_nobody_else(client, world):
    wrong = []
    for role in EVERY_ROLE:
        world.sign_in(client, role)
        for name, address in addresses(world).items():
            status = client.get(address).status_code
            if (status == 200) != (role in ALLOWED[name]) or status >= 500:
                wrong.append(f"{role} at {name}: {status}")
    assert wrong == []


def test_a_refusal_in_the_admin_is_a_sentence_and_not_a_loop(client, world):
    world.sign_in(client, MANAGER)
    response = client.get(reverse("wagtailadmin_explore", args=[catalog().pk]), follow=True)
    assert response.redirect_chain == [(reverse("wagtailadmin_home"), 302)]
    assert "Sorry, you do not have permission to access this area." in response.content.decode()


def listed(client) -> set[str]:
    response = client.get(reverse("learning_enrollment_modeladmin_index"))
    return {run.learner.name for run in response.context["object_list"]}


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (ADMINISTRATOR, {"Tom Taught", "Ida Inside", "Otto Outside"}),
        (REPORTER, {"Tom Taught", "Ida Inside", "Otto Outside"}),
        (INSTRUCTOR, {"Tom Taught"}),
        (MANAGER, {"Ida Inside"}),
    ],
)
def test_enrollments_are_those_in_scope(client, world, role, names):
    assert listed(world.sign_in(client, role)) == names


def test_a_manager_sees_the_people_of_their_team_and_themselves(client, world):
    world.sign_in(client, MANAGER)
    people = client.get(reverse("accounts_user_modeladmin_index")).context["object_list"]
    assert {person.name for person in people} == {"Ida Inside", "Manager Person"}
    teams = client.get(reverse("accounts_team_modeladmin_index")).context["object_list"]
    assert [team.name for team in teams] == ["Inside team"]


@pytest.mark.parametrize("role", [INSTRUCTOR, MANAGER])
def test_rows_outside_the_scope_are_not_found(client, world, role):
    world.sign_in(client, role)
    run = world.outside_run
    inspect = reverse("learning_enrollment_modeladmin_inspect", args=[run.pk])
    edit = reverse("learning_enrollment_modeladmin_edit", args=[run.pk])
    assert client.get(inspect).status_code == 404
    assert client.get(edit).status_code == 404
    assert client.post(edit, {"due_on": "2030-01-01"}).status_code == 404
    assert client.post(reverse("learning_approve", args=[run.uuid])).status_code == 404
    run.refresh_from_db()
    assert run.due_on is None


def test_a_person_outside_the_scope_is_not_found(client, world):
    world.sign_in(client, MANAGER)
    assert client.get(reverse("accounts_user_modeladmin_inspect", args=[world.outside.pk])).status_code == 404
    assert client.get(reverse("accounts_user_modeladmin_inspect", args=[world.inside.pk])).status_code == 200
    assert client.get(reverse("person_chooser:chosen", args=[world.outside.pk])).status_code == 404


def test_a_listing_answers_only_to_the_filters_it_shows(client, world):
    """ModelAdmin hands query parameters to the ORM; a hash could be read letter by letter."""
    world.sign_in(client, INSTRUCTOR)
    index = reverse("learning_enrollment_modeladmin_index")
    everything = client.get(index).context["result_count"]
    for probe in ("learner__password__startswith=x", "course__owner__email=x", "nonsense=1"):
        response = client.get(f"{index}?{probe}")
        assert (response.status_code, response.context["result_count"]) == (200, everything)


def test_an_instructor_decides_on_requests_of_their_courses_only(client, world):
    asked = request_enrollment(learner=make_person("Rita Request"), course=world.taught)
    world.sign_in(client, MANAGER)
    assert client.post(reverse("learning_approve", args=[asked.uuid])).status_code == 404
    asked.refresh_from_db()
    assert asked.status == "requested"

    world.sign_in(client, INSTRUCTOR)
    assert client.get(reverse("learning_approve", args=[asked.uuid])).status_code == 405
    client.post(reverse("learning_approve", args=[asked.uuid]))
    asked.refresh_from_db()
    assert asked.status == "active"


def test_a_learner_reaches_neither_the_rows_nor_the_names_of_others(client, world):
    world.sign_in(client, LEARNER)
    for name in ("enrollments", "people", "teams", "home"):
        response = client.get(addresses(world)[name], follow=True)
        assert response.status_code == 403
        assert "Ida Inside" not in response.content.decode()


def test_a_lesson_opens_for_staff_and_the_enrolled(client, world):
    lesson = LessonPage.objects.descendant_of(world.taught).get().get_url()
    expected = {
        ADMINISTRATOR: 200,
        EDITOR: 200,
        INSTRUCTOR: 200,
        REPORTER: 200,
        MANAGER: 403,
        LEARNER: 403,
        ANONYMOUS: 302,
    }
    statuses = {role: world.sign_in(client, role).get(lesson).status_code for role in EVERY_ROLE}
    assert statuses == expected


def test_nobody_deletes_people_or_runs(client, world):
    """Not even with every right: a person is made unable to sign in, a run is ended."""
    world.people[ADMINISTRATOR].is_superuser = True
    world.people[ADMINISTRATOR].save()
    world.sign_in(client, ADMINISTRATOR)
    client.post(reverse("accounts_user_modeladmin_delete", args=[world.inside.pk]))
    client.post(reverse("learning_enrollment_modeladmin_delete", args=[world.team_run.pk]))
    client.post(f"{reverse('wagtail_bulk_action', args=['accounts', 'user', 'delete'])}?id={world.inside.pk}")
    world.inside.refresh_from_db()
    assert Enrollment.objects.filter(pk=world.team_run.pk).exists()
