"""The page of a badge, the badges of a course, and whom a badge would go to."""

from datetime import timedelta

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from kombu.exceptions import OperationalError
from wagtail.models import ModelLogEntry
from wagtail.test.utils.form_data import nested_form_data, streamfield

from accounts.roles import ADMINISTRATOR, INSTRUCTOR
from gamification.models import Badge, BadgeAward, GamificationSettings
from gamification.services.badges import give_badge, revoke_award
from gamification.services.settling import settle_learner
from gamification.tasks import give_badge_to_all
from gamification.views import badges as views
from tests.factories.accounts import make_person
from tests.factories.gamification import NOON, as_stream, complete_course, make_badge, part
from tests.factories.lms_pages import make_course
from tests.factories.many import many_people

pytestmark = pytest.mark.django_db


def page_of(badge):
    return reverse("gamification:badge", args=[badge.uuid])


def text(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def badge(course):
    return make_badge(part("course", course=course), name="Finisher", rarity="rare")


def test_a_badge_to_earn_says_what_has_to_be_done(signed_in, badge, course):
    html = text(signed_in.get(page_of(badge)))
    assert f"The course “{course.title}”." in html
    assert 'aria-label="Finisher, not earned yet"' in html
    assert "Nobody has it." in html
    assert "How you earned it" not in html


def test_an_earned_one_says_by_what(signed_in, badge, course, learner):
    complete_course(learner, course)
    settle_learner(learner_id=learner.pk)
    html = text(signed_in.get(page_of(badge)))
    assert 'aria-label="Finisher"' in html
    assert "How you earned it" in html
    assert "1 person has it." in html
    assert f'{course.title} <span class="small quiet"><time class="num" datetime="2026-03-02">' in html


def test_one_given_by_hand_and_one_taken_back_say_why(signed_in, badge, learner):
    award = give_badge(badge=badge, learner=learner, reason="Held the workshop", actor=make_person("Ada Actor"))
    assert "Given to you by Ada Actor: Held the workshop" in text(signed_in.get(page_of(badge)))
    revoke_award(award=award, reason="It was another", actor=make_person())
    html = text(signed_in.get(page_of(badge)))
    assert "Taken back from you" in html
    assert "It was another" in html
    assert 'aria-label="Finisher, taken back"' in html


def test_an_expired_one_says_so(signed_in, learner):
    badge = make_badge(name="Short", valid_days=3)
    give_badge(badge=badge, learner=learner, reason="x", actor=make_person(), at=NOON - timedelta(days=9))
    html = text(signed_in.get(page_of(badge)))
    assert 'aria-label="Short, expired"' in html
    assert "It is valid for 3 days." in html
    assert "Nobody has it." in html
    assert "Earned on 21 February 2026. It expired after 24 February 2026." in html


def test_hidden_ones_drafts_and_all_while_switched_off_are_404(signed_in, course, learner, client):
    hidden = make_badge(part("course", course=course), is_hidden=True)
    draft = make_badge(live=False)
    assert signed_in.get(page_of(hidden)).status_code == 404
    assert signed_in.get(page_of(draft)).status_code == 404
    complete_course(learner, course)
    settle_learner(learner_id=learner.pk)
    assert signed_in.get(page_of(hidden)).status_code == 200
    hidden.unpublish()
    assert "not given any more" in text(signed_in.get(page_of(hidden)))
    switches = GamificationSettings.load()
    switches.badges = False
    switches.save()
    assert signed_in.get(page_of(hidden)).status_code == 404
    client.logout()
    assert client.get(page_of(hidden)).status_code == 302


def test_the_page_costs_the_same_however_much_was_done(signed_in, learner):
    badge = make_badge(part("courses", count=1, topic=None), part("points", points=1), part("streak", days=2))

    def queries():
        settle_learner(learner_id=learner.pk)
        # The first page tells what is new.
        signed_in.get(page_of(badge))
        with CaptureQueriesContext(connection) as asked:
            assert signed_in.get(page_of(badge)).status_code == 200
        return len(asked)

    course = make_course()
    give_badge(badge=make_badge(), learner=learner, reason="x", actor=make_person())
    complete_course(learner, course)
    few = queries()
    for number in range(12):
        complete_course(learner, course, NOON + timedelta(days=number))
    assert queries() == few


def test_badges_to_earn_on_a_course(learner, badge, course):
    request = RequestFactory().get("/")
    request.user = learner
    html = Template('{% include "gamification/includes/badges_to_earn.html" %}').render(
        Context({"request": request, "course": course})
    )
    assert f'<a href="{page_of(badge)}">Finisher</a>' in html
    assert f"The course “{course.title}”" in html
    other = Template('{% include "gamification/includes/badges_to_earn.html" %}')
    assert other.render(Context({"request": request, "course": make_course()})).strip() == ""


# Whom it would go to -----------------------------------------------------------------


@pytest.fixture
def administrator(client):
    person = make_person("Ada Administrator", roles=(ADMINISTRATOR,))
    client.force_login(person)
    return person


def who(badge):
    return reverse("gamification_badge_who", args=[badge.pk])


def test_a_dry_run_names_them_and_the_button_gives_it(client, administrator, badge, course):
    people = many_people(3)
    for person in people:
        complete_course(person, course)
    html = text(client.get(who(badge)))
    assert "It would have been awarded to 3 people." in html
    assert "Showing 3 of 3." in html
    assert not BadgeAward.objects.exists()
    html = text(client.post(who(badge), follow=True))
    assert "3 people got the badge." in html
    assert "Give it to them" not in html
    assert BadgeAward.objects.filter(badge=badge, earned_at=NOON).count() == 3
    assert "Nobody was missing" in text(client.post(who(badge), follow=True))
    assert ModelLogEntry.objects.filter(action="gamification.give_to_all").count() == 1


def test_many_are_given_it_in_the_background(client, administrator, badge, course, monkeypatch):
    for person in many_people(3):
        complete_course(person, course)
    monkeypatch.setattr(views, "AT_ONCE", 2)
    assert "It is being given in the background." in text(client.post(who(badge), follow=True))
    # The task runs at once in tests.
    assert BadgeAward.objects.filter(badge=badge).count() == 3
    give_badge_to_all(badge.pk, administrator.pk)
    assert BadgeAward.objects.filter(badge=badge).count() == 3
    assert ModelLogEntry.objects.get(action="gamification.give_to_all").data == {"people": 3}


def test_without_a_broker_it_says_that_nothing_was_given(client, administrator, badge, course, monkeypatch):
    complete_course(make_person(), course)
    monkeypatch.setattr(views, "AT_ONCE", 0)

    def gone(*args):
        raise OperationalError("no broker")

    monkeypatch.setattr(give_badge_to_all, "delay", gone)
    assert "Nothing was given: the queue does not answer." in text(client.post(who(badge), follow=True))
    assert not BadgeAward.objects.exists()


def test_a_draft_is_asked_as_it_is_and_never_given(client, administrator, course):
    complete_course(make_person(), course)
    badge = make_badge(part("course", course=course), live=False)
    html = text(client.get(who(badge)))
    assert "It would have been awarded to 1 person." in html
    assert "Give it to them" not in html
    assert "Only a published badge can be given." in text(client.post(who(badge), follow=True))
    unfinished = make_badge(part("course", course=None), live=False)
    assert "Nobody can meet these criteria" in text(client.get(who(unfinished)))
    assert not BadgeAward.objects.exists()


def test_a_live_badge_with_a_draft_is_asked_by_the_draft_and_says_so(client, administrator, course):
    complete_course(make_person(), course)
    badge = make_badge(part("courses", count=9, topic=None))
    badge.criteria = as_stream(part("courses", count=1, topic=None))
    badge.save_revision()
    html = text(client.get(who(badge)))
    assert "It would have been awarded to 1 person." in html
    assert "This asks by the draft that was saved last." in html
    assert "Nobody was missing" in text(client.post(who(badge), follow=True))


def test_who_may_not_change_badges_may_not_ask(client, badge):
    client.force_login(make_person(roles=(INSTRUCTOR,)))
    assert client.get(who(badge)).status_code in (302, 403)
    assert client.post(who(badge)).status_code in (302, 403)
    assert Badge.objects.filter(pk=badge.pk).exists()


# The criteria of a form in words --------------------------------------------------------


def told(client, *parts) -> str:
    data = nested_form_data({"criteria": streamfield(list(parts))})
    return client.post(reverse("gamification_badge_words"), data).content.decode()


def test_what_is_being_built_is_said_in_words_and_not_saved(client, administrator, course):
    badges = Badge.objects.count()
    quiz = ("quiz", {"quiz": "", "percent": "90", "attempt": "first"})
    streak = ("streak", {"days": "5"})
    either = ("group", {"match": "any", "least": "", "parts": streamfield([quiz, streak])})
    assert told(client) == "Nothing yet: add what has to be done."
    assert told(client, ("course", {"course": str(course.pk)})) == f"The course “{course.title}”."
    assert told(client, streak, either) == (
        "A 5-day streak, and (a quiz at 90\N{NO-BREAK SPACE}% or better in the first attempt, or a 5-day streak)."
    )
    assert Badge.objects.count() == badges


@pytest.mark.parametrize(
    "part",
    [
        ("course", {"course": ""}),
        ("courses", {"count": "", "topic": ""}),
        ("courses", {"count": "2", "topic": "999"}),
        ("quiz", {"quiz": "", "percent": "", "attempt": "best"}),
        ("quiz", {"quiz": "", "percent": "many", "attempt": "best"}),
        ("streak", {"days": "five"}),
        ("level", {"level": ""}),
        ("group", {"match": "some", "least": "3", "parts": streamfield([("points", {"points": "9"})])}),
    ],
)
def test_what_is_half_built_says_so(client, administrator, part):
    assert told(client, part) == "Nobody can earn this yet: a part is empty, or names what is gone."


def test_words_are_for_those_who_make_badges(client):
    client.force_login(make_person(roles=(INSTRUCTOR,)))
    assert client.post(reverse("gamification_badge_words"), {}).status_code in (302, 403)
