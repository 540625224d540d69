"""Whom a badge would go to, asked without giving it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import ADMINISTRATOR, MANAGER
from gamification.models import BadgeAward, LearnerProfile, PointEntry
from gamification.selectors import dry_runs
from gamification.selectors.badges import tree_of
from gamification.selectors.dry_runs import dry_run, people_who_met
from gamification.services.badges import give_badge, revoke_award
from gamification.services.settling import rebuild
from tests.factories.accounts import make_person, make_team
from tests.factories.gamification import NOON, as_stream, complete_course, grade_quiz, group, learn, make_badge, part
from tests.factories.lms_pages import make_course, make_module
from tests.factories.many import many_people
from tests.factories.quizzes import make_quiz

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return make_person("Ada Administrator", roles=(ADMINISTRATOR,))


def of_courses(count):
    return part("courses", count=count, topic=None)


def test_it_counts_who_met_it_has_it_and_lost_it_and_changes_nothing(administrator, course):
    people = many_people(6)
    for person in people[:4]:
        complete_course(person, course)
    badge = make_badge(of_courses(1))
    give_badge(badge=badge, learner=people[0], reason="x", actor=administrator)
    lost = give_badge(badge=badge, learner=people[1], reason="x", actor=administrator)
    revoke_award(award=lost, reason="y", actor=administrator)
    before = (BadgeAward.objects.count(), PointEntry.objects.count(), LearnerProfile.objects.count())
    run = dry_run(badge=badge, tree=tree_of(badge.criteria), viewer=administrator)
    assert (run.met, run.have, run.revoked, run.new, run.in_scope) == (4, 1, 1, 2, 2)
    assert [(person.pk, at) for person, at in run.people] == [(people[2].pk, NOON), (people[3].pk, NOON)]
    assert (run.is_whole, run.looked_at, run.total) == (True, 4, 4)
    assert (BadgeAward.objects.count(), PointEntry.objects.count(), LearnerProfile.objects.count()) == before


def test_it_says_the_same_as_giving_does(administrator, course):
    quiz, people = make_quiz(make_module(course)), many_people(12)
    for number, person in enumerate(people):
        for day in range(number):
            learn(person, NOON + timedelta(days=day))
        complete_course(person, course, NOON + timedelta(days=number % 3))
        grade_quiz(person, quiz, 80 + number, NOON + timedelta(days=number), course=course)
    badge = make_badge(
        of_courses(1),
        part("points", points=101),
        group("any", part("quiz", quiz=quiz, percent="90", attempt="best"), part("streak", days=8)),
        live=False,
    )
    rebuild()
    (met,) = people_who_met(tree_of(badge.criteria))
    assert set(met) == {person.pk for person in people[8:]}
    badge.get_latest_revision().publish()
    rebuild()
    assert dict(BadgeAward.objects.filter(badge=badge).values_list("learner", "earned_at")) == met


def test_only_people_the_viewer_may_see_are_named(course):
    manager, members, others = make_person(roles=(MANAGER,)), [make_person("Mia Member")], many_people(3)
    make_team(managers=[manager], members=members)
    for person in (*members, *others):
        complete_course(person, course)
    badge = make_badge(of_courses(1))
    run = dry_run(badge=badge, tree=tree_of(badge.criteria), viewer=manager)
    assert (run.met, run.in_scope, [person.name for person, _at in run.people]) == (4, 1, ["Mia Member"])


def test_the_first_fifty_are_named_and_the_queries_grow_with_batches_only(administrator, course, monkeypatch):
    badge = make_badge(of_courses(1))

    def queries(number):
        for person in many_people(number):
            complete_course(person, course)
        with CaptureQueriesContext(connection) as asked:
            run = dry_run(badge=badge, tree=tree_of(badge.criteria), viewer=administrator)
        return run, len(asked)

    administrator.has_perm("accounts.view_user")  # What the viewer may do is read once.
    few, small = queries(10)
    many, large = queries(150)
    assert (len(few.people), few.in_scope, len(many.people), many.in_scope) == (10, 10, 50, 160)
    assert small == large
    more, two_batches = queries(100)
    assert (more.met, len(more.people)) == (260, 50)
    assert two_batches - large <= 8


def test_when_the_time_is_over_it_says_how_far_it_came(administrator, course, monkeypatch):
    monkeypatch.setattr(dry_runs, "AT_ONCE", 2)
    for person in many_people(5):
        complete_course(person, course)
    badge = make_badge(of_courses(1))
    run = dry_run(badge=badge, tree=tree_of(badge.criteria), viewer=administrator, seconds=-1)
    assert (run.is_whole, run.looked_at, run.total, run.met) == (False, 2, 5, 2)


def test_points_alone_read_the_ledger_only(administrator, course):
    people = many_people(3)
    for person in people[:2]:
        complete_course(person, course)
    rebuild()
    with CaptureQueriesContext(connection) as asked:
        (met,) = people_who_met(tree_of(as_stream(part("points", points=100))))
    assert (set(met), len(asked)) == ({person.pk for person in people[:2]}, 2)


def test_a_draft_is_asked_and_the_published_criteria_are_not(administrator, course):
    complete_course(make_person(), course)
    complete_course(make_person(), make_course())
    badge = make_badge(part("course", course=course))
    badge.criteria = as_stream(of_courses(1))
    badge.save_revision()
    draft = badge.get_latest_revision_as_object()
    assert dry_run(badge=badge, tree=tree_of(draft.criteria), viewer=administrator).met == 2
