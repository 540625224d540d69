"""What the admin's home says waits for somebody: only what is there, and only to those it concerns."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import roles
from lms_pages.models import CourseStaff
from reports.models import Run
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import make_course
from tests.factories.notifications import make_mail
from tests.factories.reports import make_schedule
from workbench.matters import matters_of

pytestmark = pytest.mark.django_db
HOME = reverse("wagtailadmin_home")


def told(person) -> list[tuple[int, str]]:
    return [(matter.count, str(matter.words)) for matter in matters_of(person)]


@pytest.fixture
def overdue():
    """Two people overdue in one course, one in another; one who has time."""
    yesterday, later = timezone.localdate() - timedelta(days=2), timezone.localdate() + timedelta(days=9)
    course, other = make_course("Taught"), make_course("Other")
    for page, day in ((course, yesterday), (course, yesterday), (other, yesterday), (course, later)):
        make_enrollment(course=page, due_on=day)
    return course


def test_an_administrator_is_told_of_everything(client, overdue):
    administrator = make_person(roles=(roles.ADMINISTRATOR,))
    make_mail(state="failed")
    assert told(administrator) == [
        (3, "times somebody is overdue in a course"),
        (1, "mail could not be delivered"),
    ]
    client.force_login(administrator)
    text = " ".join(client.get(HOME).content.decode().split())
    assert "To look after" in text
    assert f"{reverse('learning_enrollment_modeladmin_index')}?status=overdue" in text
    assert client.get(matters_of(administrator)[0].url).context["result_count"] == 3
    assert client.get(matters_of(administrator)[1].url).context["result_count"] == 1


def test_others_are_told_of_their_own(overdue):
    instructor = make_person(roles=(roles.INSTRUCTOR,))
    CourseStaff.objects.create(course=overdue, user=instructor)
    make_mail(state="failed", kind="account")
    assert told(instructor) == [(2, "times somebody is overdue in a course")]
    assert told(make_person(roles=(roles.CONTENT_EDITOR,))) == []
    assert told(make_person()) == []


def test_nothing_is_said_where_nothing_waits(client):
    client.force_login(make_person(roles=(roles.ADMINISTRATOR,)))
    text = client.get(HOME).content.decode()
    assert "To look after" not in text
    assert "Reports sent last" not in text


def test_the_last_runs_are_listed_for_those_who_may_open_them(client):
    schedule = make_schedule(title="Progress <b>")
    for number in range(7):
        when = schedule.active_since + timedelta(days=number)
        Run.objects.create(schedule=schedule, period=f"P{number}", scheduled_for=when, state="done")
    client.force_login(make_person(roles=(roles.REPORT_ADMINISTRATOR,)))
    text = client.get(HOME).content.decode()
    assert text.count("Progress &lt;b&gt;") == 5
    assert "28 Nov 2026" in text
    assert "22 Nov 2026" not in text
    client.force_login(make_person(roles=(roles.INSTRUCTOR,)))
    assert "Reports sent last" not in client.get(HOME).content.decode()
