"""Joining by an invitation link."""

from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone

from learning.models import Enrollment, InviteLink
from tests.factories.accounts import make_person
from tests.factories.learning import make_cohort, make_enrollment
from tests.factories.lms_pages import make_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def link():
    course = make_course("Closed course", enrollment_policy="assigned", visibility="hidden")
    return InviteLink.objects.create(course=course, cohort=make_cohort(course, name="Spring group"), limit=1)


def join(link):
    return reverse("learning:join", args=[link.code])


def test_a_visitor_reads_where_it_leads_and_signs_in(client, link):
    text = client.get(join(link)).content.decode()
    for words in ("Closed course", "Spring group", "Sign in to join", f"next={quote(join(link), safe='')}"):
        assert words in text
    client.post(join(link))
    assert not Enrollment.objects.exists()


def test_somebody_joins_by_a_post(signed_in, link, learner):
    assert "Join the course" in signed_in.get(join(link)).content.decode()
    assert not Enrollment.objects.exists()
    text = signed_in.post(join(link), follow=True).content.decode()
    assert "You are enrolled in “Closed course”." in text
    assert Enrollment.objects.get().learner == learner
    assert "already" in signed_in.get(join(link), follow=True).content.decode()

    other = make_person()
    signed_in.force_login(other)
    response = signed_in.post(join(link))
    assert response.status_code == 410
    assert "used as often as it may be" in response.content.decode()
    assert not Enrollment.objects.filter(learner=other).exists()


def test_a_withdrawn_link_says_so(signed_in, link):
    InviteLink.objects.update(revoked_at=timezone.now())
    for response in (signed_in.get(join(link)), signed_in.post(join(link))):
        assert response.status_code == 410
        assert "was withdrawn" in response.content.decode()
    assert not Enrollment.objects.exists()


def test_an_unknown_code_is_not_found(signed_in):
    assert signed_in.get("/learn/join/nonsense/").status_code == 404


def test_who_is_on_the_course_is_led_there(signed_in, link, learner):
    make_enrollment(learner, link.course)
    assert signed_in.post(join(link)).status_code == 302
    link.refresh_from_db()
    assert link.used == 0
