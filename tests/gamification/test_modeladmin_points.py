"""Point rules, levels and the ledger in the admin."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from gamification.models import LearnerProfile, PointEntry, PointRule, PointRuleVersion
from gamification.services.points import adjust_points
from gamification.services.settling import settle_learner
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import make_course

pytestmark = pytest.mark.django_db
INDEX = "gamification_pointrule_modeladmin_index"


@pytest.fixture
def administrator(client):
    person = make_person("Ada Admin", roles=("administrator",))
    client.force_login(person)
    return person


def address(action: str, rule: PointRule | None = None) -> str:
    return reverse(f"gamification_pointrule_modeladmin_{action}", args=[rule.pk] if rule else [])


def fields(**changed) -> dict:
    values = {"name": "Quiz at its best", "verb": "quiz:graded", "points": 15, "once_per": "lesson", "is_active": "on"}
    return {**values, **changed}


def test_a_rule_is_made_with_its_terms(client, administrator):
    course = make_course("Fire safety")
    before = timezone.now()
    form = client.get(address("create")).content.decode()
    assert re.findall(r'name="verb".*?<option value="" selected>(.*?)</option>', form, re.DOTALL) == [
        "Choose what happens"
    ]
    assert '<option value="course:enrolled">Enrolled</option>' in form
    answer = client.post(address("create"), fields(course=course.pk, min_percent="90", per_day="30"))
    assert answer.status_code == 302
    terms = PointRuleVersion.objects.get(rule__name="Quiz at its best")
    assert (terms.points, terms.min_percent, terms.per_day, terms.course_key) == (15, 90, 30, course.translation_key)
    assert before <= terms.since <= timezone.now()
    assert (terms.until, terms.changed_by, terms.is_active) == (None, administrator, True)
    page = client.get(reverse(INDEX)).content.decode()
    assert "15 points, once for each lesson or quiz, for 90 % or more, only in “Fire safety”, 30 a day at most" in page


def test_a_rule_may_count_from_the_first_event(client, administrator, django_capture_on_commit_callbacks, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    learner = make_enrollment(course=make_course(modules=1, lessons=2, with_check=False), done=1).learner
    settle_learner(learner_id=learner.pk)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address("create"), fields(name="From ever", verb="lesson:completed", from_the_start="on"))
    assert PointRuleVersion.objects.get(rule__name="From ever").since is None


def test_an_edit_ends_the_terms_and_begins_others(client, administrator):
    rule = PointRule.objects.get(name="Lesson completed")
    form = client.get(address("edit", rule)).content.decode()
    assert 'name="points" value="10"' in form
    answer = client.post(address("edit", rule), fields(name=rule.name, points=12, per_day="100"))
    assert answer.status_code == 302
    now, old = rule.versions.order_by("-pk")
    assert (now.points, now.until, old.points, old.until) == (12, None, 10, now.since)
    # What it is about stays, whatever is sent.
    assert PointRule.objects.get(pk=rule.pk).verb == "lesson:completed"
    assert "Since the first event" in client.get(address("inspect", rule)).content.decode()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"verb": "course:completed", "min_percent": "90"}, "This happening has no score"),
        ({"per_day": "10"}, "This is less than the rule gives once"),
        ({"valid_from": "2027-02-01", "valid_to": "2027-01-01"}, "The last day lies before the first one"),
        ({"points": "0"}, "greater than or equal to 1"),
        ({"name": "Lesson completed"}, "already exists"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_saved(client, administrator, changed, sentence):
    answer = client.post(address("create"), fields(**changed))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert (PointRule.objects.count(), PointRuleVersion.objects.count()) == (6, 6)


def test_a_rule_that_gave_points_stays(client, administrator):
    learner = make_enrollment(course=make_course(modules=1, lessons=2, with_check=False), done=1).learner
    settle_learner(learner_id=learner.pk)
    rule = PointRule.objects.get(name="Lesson completed")
    assert client.post(address("delete", rule)).status_code in (302, 403)
    assert PointRule.objects.filter(pk=rule.pk).exists()
    never = PointRule.objects.get(name="Course completed")
    assert client.post(address("delete", never)).status_code == 302
    assert not PointRule.objects.filter(pk=never.pk).exists()


def test_points_are_given_by_hand_to_people_who_are_ticked(client, administrator):
    learner = make_person("Lea Learner")
    data = {
        "keys": f"{learner.pk},{administrator.pk}",
        "confirmed": "1",
        "points": "25",
        "reason": "Helped a colleague.",
    }
    address = reverse("accounts_user_modeladmin_bulk", args=["adjust-points"])
    assert "Change the points of this person?" in client.post(address, {"row": [learner.pk]}).content.decode()
    answer = client.post(address, data, follow=True)
    assert "1 person: +25 points." in answer.content.decode()
    assert list(PointEntry.objects.values_list("learner", "points", "reason")) == [
        (learner.pk, 25, "Helped a colleague.")
    ]
    assert not LearnerProfile.objects.filter(learner=administrator).exists()


def test_the_ledger_says_who_for_what_how_many_why_and_when(client, administrator):
    learner = make_person("Lea Learner")
    adjust_points(learner=learner, points=-1200, reason="Entered twice.", actor=administrator)
    client.force_login(administrator)
    page = client.get(reverse("gamification_pointentry_modeladmin_index"))
    cells = re.findall(r'<td class="field-[^>]*>(.*?)</td>', page.content.decode(), re.DOTALL)
    said = [" ".join(strip_tags(cell).split()) for cell in cells]
    assert said[:4] == ["Lea Learner Details", "Taken back by Ada Admin", "−1,200", "Entered twice."]
    # On a narrow screen each value stands beside the name of its column.
    labels = re.findall(r'data-label="([^"]+)"', page.content.decode())
    assert labels[:5] == ["Person", "For", "Points", "Rule or reason", "When"]
    assert page.context["totals"] == [("Points in all", "−1,200")]


def test_a_line_leads_to_the_event_that_caused_it(client, administrator):
    learner = make_enrollment(course=make_course(modules=1, lessons=2, with_check=False), done=1).learner
    settle_learner(learner_id=learner.pk)
    entry = PointEntry.objects.filter(rule__name="Lesson completed").get()
    event = reverse("learning_learningevent_modeladmin_inspect", args=[entry.event_id])
    line = client.get(reverse("gamification_pointentry_modeladmin_inspect", args=[entry.pk]))
    assert event in line.content.decode()
    assert client.get(event).status_code == 200
