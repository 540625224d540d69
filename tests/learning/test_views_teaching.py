"""An instructor's desk: own courses only, lessons by hand with a reason, messages after a look."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from learning.models import LearningEvent, LessonProgress
from learning.services import place_in_cohort
from lms_pages.models import CourseStaff
from notifications.models import OutboxMail
from tests.factories.accounts import make_person
from tests.factories.learning import make_cohort, make_completed, make_enrollment
from tests.factories.lms_pages import lessons_of, make_course
from workbench.days import site_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def instructor(client, course):
    person = make_person("Ines Instructor")
    CourseStaff.objects.create(course=course, user=person)
    client.force_login(person)
    return person


@pytest.fixture
def run(learner, course):
    return make_enrollment(learner, course, done=1)


def address(name, course, **query):
    return reverse(f"learning:{name}", args=[course.translation_key])


def person_page(run):
    return reverse("learning:learner", args=[run.course_key, run.uuid])


def keys_of(course, *places):
    return [str(lessons_of(course)[place].translation_key) for place in places]


def test_the_desk_lists_own_courses_and_their_cohorts(client, instructor, course, run):
    make_course("Somebody else's")
    make_cohort(course, name="Spring group", capacity=5)
    text = client.get("/teaching/").content.decode()
    assert course.title in text
    assert "Spring group" in text
    assert "0 of 5 places taken" in text
    assert "Somebody else's" not in text


def test_who_teaches_nothing_reads_a_sentence(client, learner):
    client.force_login(learner)
    text = client.get("/teaching/").content.decode()
    assert "You do not teach a course" in text
    assert 'href="/teaching/"' not in text


@pytest.mark.parametrize("name", ["roster", "class", "message"])
def test_courses_of_others_are_not_found(client, instructor, name):
    other = make_course("Other")
    run = make_enrollment(course=other)
    assert client.get(address(name, other)).status_code == 404
    assert client.post(person_page(run), {"lessons": keys_of(other, 0), "reason": "x"}).status_code == 404
    assert not LessonProgress.objects.exists()


def test_a_run_of_another_course_is_not_found_below_ones_own(client, instructor, course):
    other = make_enrollment(course=make_course("Other"))
    page = reverse("learning:learner", args=[course.translation_key, other.uuid])
    assert client.get(page).status_code == 404


def test_a_cohort_of_another_course_is_not_found(client, instructor, course):
    other = make_cohort(make_course("Other"))
    for cohort in (other.uuid, "x"):
        assert client.get(address("roster", course), {"cohort": cohort}).status_code == 404


def test_the_roster_says_what_each_has_done(client, instructor, course, run):
    text = client.get(address("roster", course)).content.decode()
    assert "Lea Learner" in text
    assert text.count("not yet") == 3
    assert client.get(address("roster", course), {"q": "nobody"}).context["roster"].total == 0


def test_the_roster_of_a_cohort_has_its_people_only(client, instructor, course, run):
    cohort = make_cohort(course)
    make_enrollment(make_person("Otto Outside"), course)
    place_in_cohort(enrollment=run, cohort=cohort)
    rows = client.get(address("roster", course), {"cohort": cohort.uuid}).context["roster"].rows
    assert [row.enrollment for row in rows] == [run]


def test_the_roster_costs_the_same_for_few_and_for_many(client, instructor, course, run):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(address("roster", course))
        return len(captured)

    queries()
    before = queries()
    for _number in range(20):
        make_enrollment(course=course, done=2)
    assert queries() == before


def test_lessons_are_marked_done_with_a_day_and_a_reason(client, instructor, course, run):
    day = site_day() - timedelta(days=1)
    data = {"lessons": keys_of(course, 0, 1), "held_on": day, "reason": "Class in room 4", "action": "record"}
    text = client.post(person_page(run), data, follow=True).content.decode()
    assert "1 lesson was marked done." in text
    assert "1 was done already and stays as it was." in text
    assert "Ines Instructor marked the lesson" in text
    mark = LessonProgress.objects.get(rule="staff")
    assert (str(mark.lesson_key), mark.completed_at.date()) == (keys_of(course, 1)[0], day)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": " "}, "This field is required."),
        ({"held_on": "2999-01-01"}, "This day is still to come."),
        ({"held_on": "31.31."}, "Enter a valid date."),
        ({"lessons": []}, "Tick at least one lesson."),
        ({"lessons": ["nonsense"]}, "is not one of the available choices"),
    ],
)
def test_what_cannot_be_recorded_says_why(client, instructor, course, run, change, words):
    data = {"lessons": keys_of(course, 1), "held_on": site_day(), "reason": "Class", "action": "record", **change}
    assert words in client.post(person_page(run), data).content.decode()
    assert LessonProgress.objects.count() == 1


def test_lessons_are_reset_with_a_reason(client, instructor, course, run):
    data = {"lessons": keys_of(course, 0, 1), "held_on": site_day(), "reason": "Not in the room", "action": "reset"}
    text = client.post(person_page(run), data, follow=True).content.decode()
    assert "1 lesson was reset." in text
    assert "1 lesson was not done, and stays so." in text
    assert not LessonProgress.objects.exists()


def test_a_completed_run_offers_no_reset_and_refuses_one(client, instructor, course):
    run = make_completed(course=course)
    assert "Reset the ticked lessons" not in client.get(person_page(run)).content.decode()
    data = {"lessons": keys_of(course, 0), "held_on": site_day(), "reason": "Mistake", "action": "reset"}
    assert "that starts a new run" in client.post(person_page(run), data, follow=True).content.decode()
    assert LessonProgress.objects.count() == 4


def test_a_class_is_recorded_for_many(client, instructor, course, run):
    other = make_enrollment(course=course)
    data = {"run": [run.uuid, other.uuid], "lessons": keys_of(course, 0, 1), "held_on": site_day(), "reason": "Class"}
    page = client.get(address("class", course), {"run": data["run"]}).content.decode()
    assert "for 2 people" in page
    for key in data["lessons"]:
        assert f'value="{key}"' in page
    text = client.post(address("class", course), data, follow=True).content.decode()
    assert "3 lessons were marked done." in text
    assert LearningEvent.objects.filter(verb="lesson:recorded").count() == 3

    refused = client.post(address("class", course), data | {"reason": ""}).content.decode()
    assert refused.count(" checked") == 2, "What was ticked stays ticked when the form comes back."


@pytest.mark.parametrize("chosen", [[], ["nonsense"], ["00000000-0000-4000-8000-000000000000"]])
def test_a_class_of_nobody_is_not_recorded(client, instructor, course, run, chosen):
    text = client.post(address("class", course), {"run": chosen}, follow=True).content.decode()
    assert "nobody was chosen" in text


def letter(step, **extra):
    return {"subject": "Monday", "body": "Room 3 & 4", "key": str(uuid.uuid4()), "step": step, **extra}


def test_a_message_is_looked_at_before_it_goes(client, instructor, course, run):
    make_completed(course=course)
    text = client.post(address("message", course), letter("preview")).content.decode()
    assert "This is what Lea Learner gets" in text
    assert "Send to 1 person" in text
    assert "Room 3 &amp;amp; 4" in text
    assert not OutboxMail.objects.exists()

    data = letter("send")
    for _click in range(2):
        text = client.post(address("message", course), data, follow=True).content.decode()
    assert "The message is on its way to 1 person." in text
    assert OutboxMail.objects.get().recipient == run.learner


def test_an_empty_message_or_class_sends_nothing(client, instructor, course):
    assert "Nobody would get it" in client.post(address("message", course), letter("send")).content.decode()
    make_enrollment(course=course)
    assert (
        "This field is required." in client.post(address("message", course), letter("send", body=" ")).content.decode()
    )
    assert not OutboxMail.objects.exists()


def test_a_message_to_a_cohort_reaches_its_people_only(client, instructor, course, run):
    make_enrollment(course=course)
    cohort = make_cohort(course)
    place_in_cohort(enrollment=run, cohort=cohort)
    client.post(f"{address('message', course)}?cohort={cohort.uuid}", letter("send"))
    assert OutboxMail.objects.get().recipient == run.learner
