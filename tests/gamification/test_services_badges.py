"""Badges earned, given, taken back, over, and given to all."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from gamification.exceptions import (
    AlreadyHasBadge,
    AlreadyRevoked,
    BadgeNotPublished,
    BadgesOff,
    CannotBeEarned,
    ReasonMissing,
)
from gamification.models import Badge, BadgeAward, GamificationSettings, LearnerProfile, PointRule
from gamification.selectors.awards import explain_award
from gamification.services.badges import give_badge, give_to_all, revoke_award
from gamification.services.points import RuleTerms, save_rule
from gamification.services.settling import rebuild, settle_learner
from learning.verbs import Verb
from library.models import Topic
from tests.factories.accounts import make_person
from tests.factories.gamification import (
    NOON,
    as_stream,
    complete_course,
    grade_quiz,
    group,
    happen,
    learn,
    make_badge,
    part,
)
from tests.factories.lms_pages import lessons_of, make_course, make_module
from tests.factories.many import many_people
from tests.factories.quizzes import make_quiz

pytestmark = pytest.mark.django_db
LESSON = {"rule": "button", "completed": 1, "required": 4}


@pytest.fixture
def actor():
    return make_person("Ada Administrator")


def settled(learner, badge) -> BadgeAward | None:
    settle_learner(learner_id=learner.pk)
    return BadgeAward.objects.filter(learner=learner, badge=badge).first()


def days_later(number, hours=0):
    return NOON + timedelta(days=number, hours=hours)


def actions() -> list[str]:
    return list(ModelLogEntry.objects.filter(action__startswith="gamification.").values_list("action", flat=True))


# Earned ------------------------------------------------------------------------------


def test_two_safety_courses_and_a_good_quiz_or_a_streak(learner):
    safety = Topic.objects.create(name="Safety", slug="safety")
    first, second, other = make_course("Fire"), make_course("Ladders"), make_course("Sales")
    for course in (first, second):
        course.topics.set([safety])
        course.save_revision().publish()
    quiz = make_quiz(make_module(first))
    badge = make_badge(
        part("courses", count=2, topic=safety),
        group("any", part("quiz", quiz=None, percent="90", attempt="best"), part("streak", days=5)),
    )
    complete_course(learner, first, days_later(0))
    complete_course(learner, other, days_later(1))
    grade_quiz(learner, quiz, 89, days_later(2), course=first)
    assert settled(learner, badge) is None
    complete_course(learner, second, days_later(3))
    assert settled(learner, badge) is None
    grade_quiz(learner, quiz, 90, days_later(4), attempt=2, course=first)
    award = settled(learner, badge)
    assert (award.earned_at, award.state, award.is_by_hand) == (days_later(4), "held", False)
    assert [
        (met.words, [(cause.title, cause.at, cause.value) for cause in met.causes]) for met in explain_award(award)
    ] == [
        ("Two courses of the topic Safety", [("Fire", days_later(0), ""), ("Ladders", days_later(3), "")]),
        ("A quiz at 90\N{NO-BREAK SPACE}% or better", [(quiz.title, days_later(4), "90\N{NO-BREAK SPACE}%")]),
    ]


def test_a_late_event_dates_it_back_and_a_later_one_changes_nothing(learner, course):
    badge = make_badge(part("courses", count=1, topic=None), valid_days=3_650)
    complete_course(learner, course, days_later(5))
    first = settled(learner, badge)
    complete_course(learner, make_course(), days_later(2))
    award = settled(learner, badge)
    complete_course(learner, make_course(), days_later(9))
    assert settled(learner, badge).earned_at == days_later(2)
    assert (award.pk, award.earned_at, award.expires_on) == (first.pk, days_later(2), date(2036, 3, 1))


def test_a_streak_and_points_are_explained_by_what_completed_them(learner, course):
    badge = make_badge(part("streak", days=3), part("points", points=15))
    lessons = lessons_of(course)
    for number in range(3):
        happen(learner, Verb.LESSON_COMPLETED, at=days_later(number), course=course, page=lessons[number], data=LESSON)
    award = settled(learner, badge)
    assert award.earned_at == days_later(2)
    streak, points = explain_award(award)
    assert [(one.title, one.value) for one in streak.causes] == [
        ("Learned on every day from 2 Mar 2026 to 4 Mar 2026", "3 days")
    ]
    assert [(one.title, one.at, one.value) for one in points.causes] == [
        (f"Lesson completed: {lessons[1].title}", days_later(1), "20 points")
    ]


def test_what_loses_its_topic_or_is_reset_takes_no_badge_away(learner, course):
    safety = Topic.objects.create(name="Safety", slug="safety")
    course.topics.set([safety])
    course.save_revision().publish()
    badge, points = make_badge(part("courses", count=1, topic=safety)), make_badge(part("points", points=10))
    lesson = lessons_of(course)[0]
    complete_course(learner, course, days_later(0))
    happen(learner, Verb.LESSON_COMPLETED, at=days_later(1), course=course, page=lesson, data=LESSON)
    settle_learner(learner_id=learner.pk)
    before = list(BadgeAward.objects.filter(badge__in=[badge, points]).values_list("pk", "earned_at"))
    assert len(before) == 2
    course.topics.clear()
    course.save_revision().publish()
    was = {
        "reason": "x",
        "was_rule": "button",
        "was_completed_at": NOON,
        "was_revision_id": None,
        "completed": 0,
        "required": 4,
    }
    happen(learner, Verb.LESSON_RESET, at=days_later(2), course=course, page=lesson, data=was)
    settle_learner(learner_id=learner.pk)
    assert list(BadgeAward.objects.filter(badge__in=[badge, points]).values_list("pk", "earned_at")) == before


def test_points_that_a_late_event_took_the_place_of_take_their_badge_with_them(learner):
    """As the lines of the ledger go: else the order in which events came would decide who has the badge."""
    rule = PointRule.objects.get(name="Lesson completed")
    save_rule(rule=rule, terms=RuleTerms(points=10, once_per="lesson", per_day=10, per_course=10), actor=None)
    now = timezone.now() + timedelta(minutes=1)
    badge, (one, other) = make_badge(part("points", points=20)), (make_course("One"), make_course("Other"))
    happen(
        learner,
        Verb.LESSON_COMPLETED,
        at=days_later(0, 2),
        course=one,
        page=lessons_of(one)[0],
        data=LESSON,
        recorded_at=now,
    )
    happen(
        learner,
        Verb.LESSON_COMPLETED,
        at=days_later(1),
        course=other,
        page=lessons_of(other)[0],
        data=LESSON,
        recorded_at=now,
    )
    assert settled(learner, badge).earned_at == days_later(1)
    late = {"page": lessons_of(other)[1], "data": LESSON, "recorded_at": now}
    happen(learner, Verb.LESSON_COMPLETED, at=days_later(0, 1), course=other, **late)
    assert settled(learner, badge) is None
    rebuild()
    assert not BadgeAward.objects.filter(badge=badge).exists()


def test_an_edited_badge_leaves_those_who_have_it_as_they_are(learner, course):
    badge = make_badge(part("courses", count=1, topic=None))
    complete_course(learner, course)
    before = settled(learner, badge)
    badge.criteria = as_stream(part("courses", count=3, topic=None))
    badge.save_revision().publish()
    complete_course(learner, make_course(), days_later(-3))
    after = settled(learner, badge)
    assert (after.pk, after.earned_at, after.criteria, after.revision) == (
        before.pk,
        before.earned_at,
        {"kind": "courses", "count": 1, "topic": None},
        before.revision,
    )


# Over --------------------------------------------------------------------------------


def test_it_is_over_after_its_last_day_and_not_earned_again_by_itself(learner, course, actor):
    badge = make_badge(part("courses", count=1, topic=None), valid_days=30)
    Badge.objects.filter(pk=badge.pk).update(first_published_at=days_later(0))
    complete_course(learner, course, days_later(0))
    award = settled(learner, badge)
    assert (award.expires_on, award.state) == (date(2026, 4, 1), "over")
    assert (award.is_over(date(2026, 4, 1)), award.is_over(date(2026, 4, 2))) == (False, True)
    complete_course(learner, make_course(), timezone.now())
    assert settled(learner, badge).earned_at == days_later(0)
    again = give_badge(badge=badge, learner=learner, reason="Did it again", actor=actor)
    assert (again.pk, again.state) == (award.pk, "held")


def test_what_was_over_before_the_badge_was_there_gives_none(learner, course):
    badge = make_badge(part("courses", count=1, topic=None), valid_days=30)
    Badge.objects.filter(pk=badge.pk).update(first_published_at=days_later(31))
    complete_course(learner, course, days_later(0))
    assert settled(learner, badge) is None
    Badge.objects.filter(pk=badge.pk).update(first_published_at=days_later(30))
    assert settled(learner, badge).state == "over"


# Given and taken back ----------------------------------------------------------------


def test_a_badge_given_by_hand_says_why_and_is_news(learner, actor):
    award = give_badge(badge=make_badge(name="Helper"), learner=learner, reason=" Helped the new ones ", actor=actor)
    assert (award.reason, award.awarded_by, award.state, award.is_by_hand) == (
        "Helped the new ones",
        actor,
        "held",
        True,
    )
    assert LearnerProfile.objects.get(learner=learner).has_news
    assert actions() == ["gamification.give_badge"]
    assert explain_award(award) == []


def test_what_cannot_be_given_changes_nothing(learner, actor):
    badge = make_badge()
    for refusal, values in (
        (ReasonMissing, {"badge": badge, "reason": "  "}),
        (BadgeNotPublished, {"badge": make_badge(live=False), "reason": "x"}),
    ):
        with pytest.raises(refusal):
            give_badge(learner=learner, actor=actor, **values)
    assert (BadgeAward.objects.count(), actions()) == (0, [])
    give_badge(badge=badge, learner=learner, reason="first", actor=actor)
    with pytest.raises(AlreadyHasBadge):
        give_badge(badge=badge, learner=learner, reason="second", actor=actor)
    assert BadgeAward.objects.get().reason == "first"


def test_taken_back_it_stays_as_a_row_and_only_a_person_gives_it_again(learner, course, actor):
    badge = make_badge(part("courses", count=1, topic=None))
    complete_course(learner, course)
    award = settled(learner, badge)
    with pytest.raises(ReasonMissing):
        revoke_award(award=award, reason=" ", actor=actor)
    revoke_award(award=award, reason="Somebody else did it", actor=actor)
    with pytest.raises(AlreadyRevoked):
        revoke_award(award=award, reason="again", actor=actor)
    complete_course(learner, make_course(), days_later(-1))
    after = settled(learner, badge)
    assert (after.pk, after.state, after.revoked_by, after.revoked_reason) == (
        award.pk,
        "revoked",
        actor,
        "Somebody else did it",
    )
    assert give_to_all(badge=badge, actor=actor) == 0
    given = give_badge(badge=badge, learner=learner, reason="It was them after all", actor=actor)
    assert (given.pk, given.state, given.revoked_reason) == (award.pk, "held", "")
    assert sorted(actions()) == ["gamification.give_badge", "gamification.revoke_badge"]


# Given to all ------------------------------------------------------------------------


def test_all_who_met_it_before_get_it_dated_back_and_once(actor):
    people, courses = many_people(5), [make_course(), make_course()]
    for number, person in enumerate(people):
        for course in courses[: 1 + number % 2]:
            complete_course(person, course, days_later(number))
    badge = make_badge(part("courses", count=2, topic=None))
    revoked = give_badge(badge=badge, learner=people[3], reason="x", actor=actor)
    revoke_award(award=revoked, reason="y", actor=actor)
    assert give_to_all(badge=badge, actor=actor) == 1
    assert give_to_all(badge=badge, actor=actor) == 0
    held = BadgeAward.objects.filter(badge=badge, revoked_at=None)
    assert list(held.values_list("learner", "earned_at")) == [(people[1].pk, days_later(1))]
    log = ModelLogEntry.objects.get(action="gamification.give_to_all")
    assert (log.data, log.user) == ({"people": 1}, actor)


def test_only_the_published_criteria_give_it(learner, course, actor):
    complete_course(learner, course)
    badge = make_badge(part("courses", count=2, topic=None))
    badge.criteria = as_stream(part("courses", count=1, topic=None))
    badge.save_revision()
    assert give_to_all(badge=badge.get_latest_revision_as_object(), actor=actor) == 0


def test_what_cannot_be_given_to_all_is_refused(learner, course, actor):
    complete_course(learner, course)
    with pytest.raises(BadgeNotPublished):
        give_to_all(badge=make_badge(part("courses", count=1, topic=None), live=False), actor=actor)
    with pytest.raises(CannotBeEarned):
        give_to_all(badge=make_badge(part("course", course=999_999)), actor=actor)
    switches = GamificationSettings.load()
    switches.badges = False
    switches.save()
    with pytest.raises(BadgesOff):
        give_to_all(badge=make_badge(part("courses", count=1, topic=None)), actor=actor)
    assert (BadgeAward.objects.count(), actions()) == (0, [])
    learn(learner)
