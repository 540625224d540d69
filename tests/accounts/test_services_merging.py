"""Making one account of two: every relation has a rule, and all happens or nothing."""

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.urls import reverse

from accounts.exceptions import MergeRefused
from accounts.models import Invitation, TeamMembership
from accounts.registries import Move, merges
from accounts.roles import ADMINISTRATOR, INSTRUCTOR
from accounts.services import deactivate_person, invite_people, merge_people, preview_merge, relations_to_people
from learning.models import Enrollment, LearningEvent
from lms_pages.models import CourseStaff
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import make_course

pytestmark = pytest.mark.django_db

User = get_user_model()
MARCH = datetime.date(2026, 3, 1)


@pytest.fixture(autouse=True)
def _mail_is_caught(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def actor():
    return make_person("Ada Admin", roles=(ADMINISTRATOR,))


@pytest.fixture
def kept():
    return make_person("Kim Kept")


@pytest.fixture
def gone():
    return make_person("Kim Gone")


def test_every_relation_to_a_person_has_a_rule_and_no_rule_is_left_over():
    relations = {name for name, _field in relations_to_people()}
    assert relations - set(merges) == set()
    assert set(merges) - relations == set()


def test_a_hole_in_the_rules_stops_the_merge(kept, gone, actor, monkeypatch):
    monkeypatch.delitem(merges, "learning.Enrollment.learner")
    with pytest.raises(MergeRefused, match="Nothing says what becomes of “learning.Enrollment.learner”"):
        merge_people(kept=kept, merged=gone, actor=actor)
    gone.refresh_from_db()
    assert gone.is_active


def test_what_was_learned_belongs_to_the_account_that_stays(kept, gone, actor, course):
    other = make_course("Other course", modules=1, lessons=2)
    mine = make_enrollment(gone, course, done=1)
    make_enrollment(kept, other)
    events = LearningEvent.objects.filter(learner=gone).count()
    preview = preview_merge(kept=kept, merged=gone, actor=actor)
    told = {line.words: (line.count, line.outcome) for line in preview.lines}
    assert told["Enrollments"] == (1, "will move to the account that stays")
    assert told["Entries of the learning record"][0] == events > 0
    merge_people(kept=kept, merged=gone, actor=actor, mark=preview.mark)
    mine.refresh_from_db()
    assert (mine.learner, mine.completed_lessons, mine.run) == (kept, 1, 1)
    assert LearningEvent.objects.filter(Q(learner=gone) | Q(actor=gone)).count() == 0
    assert set(Enrollment.objects.values_list("learner", flat=True)) == {kept.pk}
    gone.refresh_from_db()
    assert (gone.is_active, gone.merged_into, gone.session_generation) == (False, kept, 1)


def test_runs_of_one_course_are_numbered_on(kept, gone, actor, course):
    first, second = make_enrollment(kept, course), make_enrollment(gone, course)
    Enrollment.objects.filter(pk=second.pk).update(status="withdrawn")
    merge_people(kept=kept, merged=gone, actor=actor)
    assert list(Enrollment.objects.order_by("run").values_list("pk", "run")) == [(first.pk, 1), (second.pk, 2)]


def test_two_open_runs_of_one_course_are_for_somebody_to_decide(kept, gone, actor, course):
    make_enrollment(kept, course)
    make_enrollment(gone, course)
    team = make_team(members=[gone])
    with pytest.raises(MergeRefused, match=f"Both accounts are on “{course.title}” right now."):
        merge_people(kept=kept, merged=gone, actor=actor)
    assert Enrollment.objects.filter(learner=gone).count() == 1
    assert TeamMembership.objects.get(team=team).user == gone


def test_teams_keep_their_days_and_one_stays_primary(kept, gone, actor):
    shared, own = make_team("Shared", members=[kept], since=MARCH), make_team("Own")
    TeamMembership.objects.create(user=gone, team=shared, since=MARCH, is_primary=False)
    TeamMembership.objects.create(user=gone, team=own, since=MARCH)
    merge_people(kept=kept, merged=gone, actor=actor)
    rows = TeamMembership.objects.filter(user=kept).order_by("pk")
    today = datetime.date.today()
    told = [(row.team.name, row.since, row.until and row.until >= today - datetime.timedelta(1), row.is_primary) for row in rows]  # fmt: skip
    assert told == [("Shared", MARCH, None, True), ("Shared", MARCH, True, False), ("Own", MARCH, None, False)]


def test_what_both_have_is_there_once(kept, gone, actor, course):
    other = make_course("Other course", modules=1, lessons=1)
    for person, page in ((kept, course), (gone, course), (gone, other)):
        CourseStaff.objects.create(course=page, user=person)
    make_team("Both", managers=[kept, gone])
    preview = preview_merge(kept=kept, merged=gone, actor=actor)
    told = {line.words: line.outcome for line in preview.lines}
    assert told["Courses to teach"] == "will move to the account that stays; 1 it has already will be dropped"
    merge_people(kept=kept, merged=gone, actor=actor)
    assert sorted(CourseStaff.objects.values_list("course", "user")) == sorted([(course.pk, kept.pk), (other.pk, kept.pk)])  # fmt: skip
    assert list(kept.managed_teams.values_list("name", flat=True)) == ["Both"]
    assert gone.managed_teams.count() == 0


def test_rights_do_not_come_along_and_an_open_invitation_ends(kept, actor):
    gone = make_person("Ida Instructor", roles=(INSTRUCTOR,))
    invite_people(people=[gone])
    merge_people(kept=kept, merged=gone, actor=actor)
    assert kept.groups.count() == 0
    assert Invitation.objects.pending().count() == 0


def test_accounts_merged_earlier_follow(kept, gone, actor):
    first = make_person("Kim First")
    merge_people(kept=gone, merged=first, actor=actor)
    merge_people(kept=kept, merged=gone, actor=actor)
    first.refresh_from_db()
    assert first.merged_into == kept


def itself(kept, gone, actor):
    return kept, kept


def own_account(kept, gone, actor):
    return kept, actor


def twice(kept, gone, actor):
    merge_people(kept=kept, merged=gone, actor=actor)
    return kept, gone


def into_nobody(kept, gone, actor):
    deactivate_person(person=kept)
    return kept, gone


def a_superuser(kept, gone, actor):
    User.objects.filter(pk=gone.pk).update(is_superuser=True)
    return kept, gone


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        (itself, "Both are the same account."),
        (own_account, "You would lose the account you are signed in with."),
        (twice, "was merged into another account already."),
        (into_nobody, "Choose the account that is in use"),
        (a_superuser, "Only a superuser merges"),
    ],
)
def test_what_cannot_be_merged(kept, gone, actor, case, sentence):
    staying, going = case(kept, gone, actor)
    before = list(User.objects.order_by("pk").values())
    with pytest.raises(MergeRefused, match=sentence):
        merge_people(kept=User.objects.get(pk=staying.pk), merged=User.objects.get(pk=going.pk), actor=actor)
    assert list(User.objects.order_by("pk").values()) == before


def test_a_failure_in_the_middle_changes_nothing(kept, gone, actor, course, monkeypatch):
    make_enrollment(gone, course)

    class Failing(Move):
        def run(self, field, kept, merged):
            raise RuntimeError

    monkeypatch.setitem(merges, "learning.LearningEvent.actor", Failing("Planted"))
    with pytest.raises(RuntimeError):
        merge_people(kept=kept, merged=gone, actor=actor)
    gone.refresh_from_db()
    assert gone.is_active
    assert Enrollment.objects.get().learner == gone


def test_the_preview_is_read_before_it_happens(client, kept, gone, actor, course):
    make_enrollment(gone, course)
    client.force_login(actor)
    address = reverse("accounts_merge", args=[kept.pk])
    assert "The account that goes" in client.get(address).content.decode()
    page = client.get(f"{address}?other={gone.pk}")
    assert page.context["preview"].lines[0].words
    gone.refresh_from_db()
    assert gone.is_active
    mark = page.context["preview"].mark
    make_enrollment(gone, make_course("Later course", modules=1, lessons=1))
    stale = client.post(f"{address}?other={gone.pk}", {"mark": mark}, follow=True)
    assert "Something changed since you saw this page." in stale.content.decode()
    assert Enrollment.objects.filter(learner=gone).count() == 2
    mark = stale.context["preview"].mark
    done = client.post(f"{address}?other={gone.pk}", {"mark": mark}, follow=True)
    text = done.content.decode()
    assert f"{gone.email} may no longer sign in." in text
    assert "Took over another account of the same person, by Ada Admin" in text
    left = client.get(reverse("accounts_user_modeladmin_inspect", args=[gone.pk])).content.decode()
    assert "Merged into" in left
    assert "Let return" not in left


def test_only_those_with_the_right_merge_and_only_whom_they_see(client, kept, gone):
    manager = make_person("Mona Manager", roles=("manager",))
    make_team(managers=[manager], members=[kept, gone])
    client.force_login(manager)
    address = reverse("accounts_merge", args=[kept.pk])
    assert client.get(address).status_code == 302
    client.post(f"{address}?other={gone.pk}", {"mark": ""})
    gone.refresh_from_db()
    assert gone.is_active


def test_a_mark_is_not_optional_in_the_browser(client, kept, gone, actor):
    client.force_login(actor)
    client.post(reverse("accounts_merge", args=[kept.pk]) + f"?other={gone.pk}")
    assert client.post(reverse("accounts_merge", args=[kept.pk])).status_code == 404
    gone.refresh_from_db()
    assert gone.is_active
