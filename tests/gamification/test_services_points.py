"""Points given by hand, points that expire, and what a learner is told."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from gamification.exceptions import ReasonMissing
from gamification.models import EntryKind, GamificationSettings, LearnerProfile, PointEntry
from gamification.services.expiry import expire_points, months_before
from gamification.services.news import take_news
from gamification.services.points import adjust_points
from gamification.services.settling import settle_learner
from tests.factories.accounts import make_person
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import make_course

pytestmark = pytest.mark.django_db


def balance_of(learner) -> tuple[int, int]:
    profile = LearnerProfile.objects.get(learner=learner)
    assert profile.balance == sum(PointEntry.objects.filter(learner=learner).values_list("points", flat=True))
    return profile.balance, profile.merit


def test_points_given_by_hand_stand_in_the_ledger_with_the_reason():
    learner, actor = make_person(), make_person()
    adjust_points(learner=learner, points=30, reason="  Helped a colleague.  ", actor=actor)
    adjust_points(learner=learner, points=-50, reason="Counted twice.", actor=actor)
    rows = PointEntry.objects.filter(learner=learner).order_by("pk").values_list("kind", "points", "reason", "actor")
    assert list(rows) == [
        ("adjusted", 30, "Helped a colleague.", actor.pk),
        ("adjusted", -50, "Counted twice.", actor.pk),
    ]
    assert balance_of(learner) == (-20, -20)
    assert (
        list(ModelLogEntry.objects.filter(action="gamification.adjust").values_list("user", flat=True))
        == [actor.pk] * 2
    )


def test_points_without_a_reason_are_not_given():
    learner = make_person()
    with pytest.raises(ReasonMissing):
        adjust_points(learner=learner, points=30, reason="  ", actor=make_person())
    assert (PointEntry.objects.count(), LearnerProfile.objects.count()) == (0, 0)


def test_settling_keeps_what_was_given_by_hand():
    learner = make_enrollment(course=make_course(modules=1, lessons=2, with_check=False), done=1).learner
    adjust_points(learner=learner, points=30, reason="Helped.", actor=make_person())
    settle_learner(learner_id=learner.pk)
    assert balance_of(learner) == (45, 45)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [((2026, 3, 31), 1, (2026, 2, 28)), ((2026, 1, 15), 1, (2025, 12, 15)), ((2026, 5, 31), 18, (2024, 11, 30))],
)
def test_months_are_counted_back_to_days_that_exist(day, months, expected):
    zone = ZoneInfo("Europe/Berlin")
    assert months_before(datetime(*day, tzinfo=zone), months) == datetime(*expected, tzinfo=zone)


def test_only_old_points_that_nobody_spent_expire_and_only_once():
    learner, actor, now = make_person(), make_person(), timezone.now()
    GamificationSettings(pk=1, points_expire_after=12).save()
    adjust_points(learner=learner, points=100, reason="Long ago.", actor=actor, at=now - timedelta(days=500))
    adjust_points(learner=learner, points=40, reason="Last week.", actor=actor, at=now - timedelta(days=7))
    PointEntry.objects.create(learner=learner, kind=EntryKind.HELD, points=-30, at=now)
    LearnerProfile.objects.filter(learner=learner).update(balance=110)
    assert expire_points() == 1
    assert balance_of(learner) == (40, 140)
    assert PointEntry.objects.get(learner=learner, kind=EntryKind.EXPIRED).points == -70
    assert expire_points() == 0
    assert balance_of(learner) == (40, 140)


def test_points_do_not_expire_unless_the_site_says_so():
    learner = make_person()
    adjust_points(learner=learner, points=9, reason="Old.", actor=None, at=timezone.now() - timedelta(days=5000))
    assert expire_points() == 0
    assert balance_of(learner) == (9, 9)


def test_what_was_earned_is_told_once():
    learner = make_completed(course=make_course(modules=1, lessons=2, with_check=False)).learner
    settle_learner(learner_id=learner.pk)
    news = take_news(learner=learner)
    assert (news.points, len(news.lines), news.level.name) == (125, 4, "Learner")
    assert sorted(award.badge_name for award in news.badges) == ["Course completed", "First steps"]
    assert take_news(learner=learner) is None
    adjust_points(learner=learner, points=5, reason="Well done.", actor=make_person("Ines Instructor"))
    news = take_news(learner=learner)
    assert [(line.signed, line.words, line.why) for line in news.lines] == [
        ("+5", "Given by Ines Instructor", "Well done.")
    ]
    assert (news.badges, news.level) == ([], None)


def test_nothing_is_told_to_somebody_who_earned_nothing():
    assert take_news(learner=make_person()) is None
