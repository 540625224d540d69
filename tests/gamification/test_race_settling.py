"""The same points, badges and streaks, in whatever order, how often and from how many threads events are delivered."""

import threading
from functools import partial

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection

from gamification.models import BadgeAward, LearnerProfile, PointEntry, PointRule
from gamification.services import settling
from gamification.services.boards import board_standings
from gamification.services.points import RuleTerms, save_rule
from gamification.services.settling import settle_learner
from library.models import Topic
from tests.factories.gamification import complete_course, group, learn, make_badge, part
from tests.factories.learning import make_completed
from tests.factories.lms_pages import make_course
from tests.factories.many import many_people
from tests.gamification.event_storm import forget, make_storm, outcome, ranks
from tests.races import at_once, need_postgresql, none_fails

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture(autouse=True)
def postgresql(db):
    need_postgresql()


@pytest.fixture
def courses():
    """Four courses, two of them about safety, and badges that ask for all that can be asked for."""
    safety = Topic.objects.create(name="Safety", slug="safety")
    found = [make_course(f"Course {number}", modules=1, lessons=1, with_check=False) for number in range(4)]
    for course in found[:2]:
        course.topics.set([safety])
        course.save_revision().publish()
    make_badge(
        part("courses", count=2, topic=safety),
        group("any", part("quiz", quiz=None, percent="90", attempt="best"), part("streak", days=4)),
        name="Safe and steady",
    )
    for points in range(100, 1_000, 100):
        make_badge(part("points", points=points), name=f"{points} points")
    make_badge(part("streak", days=3), name="For ten years", valid_days=3_650)
    return found


def edits(topic: Topic) -> list:
    """What administrators do to the rules while events come in."""
    rule = PointRule.objects.get(name="Lesson completed")
    answers = PointRule.objects.get(name="Right answer in a lesson")
    return [
        lambda: save_rule(rule=rule, terms=RuleTerms(points=15, once_per="lesson", per_course=50), actor=None),
        lambda: save_rule(
            rule=answers, terms=RuleTerms(points=3, once_per="event", topic_id=topic.pk, per_day=7), actor=None
        ),
        lambda: save_rule(
            rule=rule, terms=RuleTerms(points=12, once_per="event", per_day=40, per_course=90), actor=None
        ),
    ]


def test_ten_thousand_events_three_times_from_eight_threads_are_one_pass_in_order(courses, board_redis):
    storm = make_storm(many_people(100), courses, each=100)
    assert sum(map(len, storm.requests)) == 10_000
    # The boards are in Redis before, and are kept there while events come in.
    ranks(board_standings)
    storm.rage(meanwhile=edits(Topic.objects.get()))
    told = outcome()
    assert ranks(board_standings) == told["ranks"]
    assert {period: sum(row[0] == period for row in told["ranks"]) for period in ("all", "dates")} == {
        "all": 100, "dates": 100,
    }  # fmt: skip
    # It was about something: resets took points back, caps cut awards, each set of terms and each kind of badge was met.
    assert PointEntry.objects.filter(kind="reversed").count() > 100
    assert PointEntry.objects.filter(rule__name="Lesson completed", points__in=range(1, 10)).count() > 20
    assert PointEntry.objects.values("terms").distinct().count() == 9
    assert {"Safe and steady", "For ten years", "Flawless", "Five days running", "500 points"} <= {
        row[1] for row in told["badges"]
    }
    forget()
    call_command("rebuild_gamification")
    assert outcome() == told
    storm.again_in_order()
    assert outcome() == told


def test_events_that_were_all_written_first_are_settled_once_and_alike(courses):
    storm = make_storm(many_people(20), courses, each=50, seed=7)
    for number in sorted(range(len(storm.requests)), key=lambda number: storm.requests[number][0].occurred_at):
        storm.write(number)
    storm.rage(meanwhile=[])
    told = outcome()
    assert len(told["standing"]) == 20
    storm.again_in_order()
    assert outcome() == told


def settled_twice_at_once(learner) -> list:
    return at_once(*[partial(settle_learner, learner_id=learner.pk)] * 2)


@pytest.fixture
def finisher():
    """Somebody who has done a course of two lessons and was never settled, but has a profile."""
    learner = make_completed(course=make_course(modules=1, lessons=2)).learner
    forget()
    LearnerProfile.objects.create(learner=learner)
    return learner


@pytest.fixture
def without_lock(monkeypatch, finisher):
    """The twin: it does not wait for others, and both have read before one of them writes."""
    both_have_read = threading.Barrier(2, timeout=20)
    read = settling.deeds_of

    def read_together(*args, **kwargs):
        found = read(*args, **kwargs)
        both_have_read.wait()
        return found

    monkeypatch.setattr(settling, "deeds_of", read_together)
    monkeypatch.setattr(settling, "hold_people", lambda learners: None)
    monkeypatch.setattr(
        settling,
        "lock_profiles",
        lambda learners: {row.learner_id: row for row in LearnerProfile.objects.filter(learner__in=learners)},
    )


@pytest.fixture
def without_key():
    """The ledger and the awards without their unique keys."""
    keys = [
        (model, next(one for one in model._meta.constraints if one.name == name))
        for model, name in ((PointEntry, "gamification_entry_unique"), (BadgeAward, "gamification_award_unique"))
    ]
    with connection.schema_editor() as editor:
        for model, key in keys:
            editor.remove_constraint(model, key)
    yield
    forget()
    with connection.schema_editor() as editor:
        for model, key in keys:
            editor.add_constraint(model, key)


def test_the_twin_without_the_lock_meets_the_unique_key(without_lock, finisher):
    told = settled_twice_at_once(finisher)
    assert [type(one) for one in told if isinstance(one, BaseException)] == [IntegrityError]


def test_the_twin_without_lock_and_key_pays_twice(without_lock, without_key, finisher, monkeypatch):
    # Both have written their lines before one of them looks which badges there are.
    both_have_written = threading.Barrier(2, timeout=20)
    add_up = settling.add_up
    monkeypatch.setattr(settling, "add_up", lambda profiles: (both_have_written.wait(), add_up(profiles)))
    told = settled_twice_at_once(finisher)
    assert [one for one in told if isinstance(one, BaseException)] == []
    assert sum(PointEntry.objects.filter(learner=finisher).values_list("points", flat=True)) == 2 * 125
    assert BadgeAward.objects.filter(learner=finisher, badge__name="Course completed").count() == 2


def test_with_the_lock_forty_who_settle_the_same_learner_pay_once(finisher):
    none_fails(*[partial(settle_learner, learner_id=finisher.pk)] * 40)
    assert sum(PointEntry.objects.filter(learner=finisher).values_list("points", flat=True)) == 125
    assert BadgeAward.objects.filter(learner=finisher).count() == 2
    assert LearnerProfile.objects.get(learner=finisher).balance == 125


def test_new_learners_in_overlapping_groups_are_settled_without_a_deadlock():
    people = many_people(40)
    course = make_course(modules=1, lessons=1)
    for person in people:
        complete_course(person, course)
        learn(person)
    groups = [[people[(start + step) % 40].pk for step in range(12)] for start in range(40)]
    none_fails(*(partial(settling.settle_learners, learner_ids=keys) for keys in groups))
    assert LearnerProfile.objects.filter(merit=100).count() == 40
