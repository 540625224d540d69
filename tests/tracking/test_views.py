"""Agreeing, declining, and what nobody is asked."""

import pytest

from tests.factories.accounts import make_person
from tests.factories.lms_pages import make_course
from tests.factories.tracking import make_dispatch, switch_on
from tracking.models import Consent, Dispatch
from tracking.selectors.consent import COOKIE

pytestmark = pytest.mark.django_db
ASKS = b"May we share how you use this site?"
HERE = {"HTTP_ORIGIN": "http://testserver"}


@pytest.fixture
def asking(committed):
    switch_on("ga4", "mixpanel")
    committed()


def choose(client, choice: str, **more):
    return client.post("/usage-data/", {"choice": choice, "next": "/search/"}, **{**HERE, **more})


def test_nobody_is_asked_while_no_service_is_on(client, learner):
    assert ASKS not in client.get(make_course(visibility="public").url).content
    page = client.get("/usage-data/").content.decode()
    assert "Nothing of how you use this site is shared with anybody outside it" in page
    assert "Yes, share" not in page
    client.force_login(learner)
    assert ASKS not in client.get("/my-learning/").content


@pytest.mark.usefixtures("asking")
def test_whoever_is_signed_in_is_asked_until_they_say(client, learner, committed):
    client.force_login(learner)
    page = client.get("/my-learning/").content
    assert ASKS in page
    assert b"Google Analytics and Mixpanel" in page
    assert choose(client, "yes").headers["Location"] == "/search/"
    committed()
    consent = Consent.objects.get(person=learner)
    assert (consent.agreed, len(consent.pseudonym)) == (True, 32)
    assert ASKS not in client.get("/my-learning/").content
    assert "You agreed." in client.get("/usage-data/").content.decode()
    # It is of the person, not of the browser.
    assert COOKIE not in client.cookies


@pytest.mark.usefixtures("asking")
def test_declining_is_one_press_too(client, learner, committed):
    client.force_login(learner)
    choose(client, "no")
    committed()
    consent = Consent.objects.get(person=learner)
    assert (consent.agreed, consent.pseudonym) == (False, None)
    assert ASKS not in client.get("/my-learning/").content


@pytest.mark.usefixtures("asking")
def test_taking_it_back_takes_the_name_and_what_waits(client, learner, committed):
    client.force_login(learner)
    choose(client, "yes")
    committed()
    pseudonym = Consent.objects.get(person=learner).pseudonym
    waiting = make_dispatch(pseudonym=pseudonym)
    sent = make_dispatch(pseudonym=pseudonym, state="sent")
    other = make_dispatch()
    choose(client, "no")
    committed()
    assert Consent.objects.get(person=learner).pseudonym is None
    assert set(Dispatch.objects.values_list("pk", flat=True)) == {sent.pk, other.pk}
    assert waiting.pk not in {sent.pk, other.pk}
    # Whoever agrees again is somebody else from then on.
    choose(client, "yes")
    assert Consent.objects.get(person=learner).pseudonym != pseudonym


@pytest.mark.usefixtures("asking")
def test_a_visitor_decides_for_the_browser(client, committed):
    address = make_course(visibility="public").url
    assert ASKS in client.get(address).content
    answer = choose(client, "yes")
    committed()
    cookie = answer.cookies[COOKIE]
    assert Consent.objects.get().pseudonym == cookie.value
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 180 * 24 * 3600)
    assert ASKS not in client.get(address).content
    assert choose(client, "no").cookies[COOKIE].value == "no"
    assert not Consent.objects.exists()
    assert ASKS not in client.get(address).content


@pytest.mark.usefixtures("asking")
def test_pages_are_kept_for_visitors_who_were_asked_and_for_those_who_said(client, committed):
    """One visitor's answer is never the other's page."""
    address = make_course(visibility="public").url
    assert [ASKS in client.get(address).content for _turn in range(3)] == [True] * 3
    choose(client, "no")
    assert [ASKS in client.get(address).content for _turn in range(3)] == [False] * 3
    client.cookies.clear()
    assert ASKS in client.get(address).content


@pytest.mark.usefixtures("asking")
@pytest.mark.parametrize("value", ["", "yes", "0" * 31, "G" * 32, "0" * 32])
def test_a_cookie_that_was_not_given_here_says_nothing(client, value):
    client.cookies[COOKIE] = value
    assert ASKS in client.get(make_course(visibility="public").url).content


@pytest.mark.usefixtures("asking")
@pytest.mark.parametrize("origin", [{}, {"HTTP_ORIGIN": "https://evil.example.com"}, {"HTTP_ORIGIN": "null"}])
def test_a_form_of_another_site_changes_nothing(client, learner, origin):
    client.force_login(learner)
    answer = client.post("/usage-data/", {"choice": "yes"}, **origin)
    assert (answer.status_code, Consent.objects.count()) == (403, 0)
    assert "Nothing was changed" in answer.content.decode()


@pytest.mark.usefixtures("asking")
def test_it_leads_back_only_to_this_site(client):
    answer = client.post("/usage-data/", {"choice": "no", "next": "https://evil.example.com/"}, **HERE)
    assert answer.headers["Location"] == "/usage-data/"


@pytest.mark.usefixtures("asking")
@pytest.mark.parametrize("header", ["HTTP_DNT", "HTTP_SEC_GPC"])
def test_a_browser_that_asks_for_privacy_is_not_asked(client, learner, header):
    client.force_login(learner)
    assert ASKS not in client.get("/my-learning/", **{header: "1"}).content
    page = client.get("/usage-data/", **{header: "1"}).content.decode()
    assert "Your browser asks not to be tracked." in page
    assert "Yes, share" not in page


@pytest.mark.usefixtures("asking")
def test_another_person_on_the_same_browser_is_asked_anew(client, learner, committed):
    client.force_login(learner)
    choose(client, "yes")
    committed()
    client.force_login(make_person("Otto"))
    assert ASKS in client.get("/my-learning/").content
