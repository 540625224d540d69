"""Points, streaks and badges follow from events, whatever the order in which they come."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gamification.models import BadgeAward, GamificationSettings, LearnerProfile, PointEntry, PointRule
from gamification.services.points import RuleTerms, save_rule
from gamification.services.settling import rebuild, settle_behind, settle_learner, settle_learners
from learning.services import complete_lesson, reset_lesson
from lms_pages.models import QuizPage
from tests.factories.accounts import make_person
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import lessons_of, make_course
from tests.factories.quizzes import make_attempt, make_quiz, make_taker

pytestmark = pytest.mark.django_db


def lines_of(learner) -> list[tuple[str, int]]:
    """The learner's ledger as (rule, points), oldest first."""
    rows = PointEntry.objects.filter(learner=learner).order_by("at", "pk")
    return list(rows.values_list("rule__name", "points"))


def profile_of(learner) -> LearnerProfile:
    return LearnerProfile.objects.get(learner=learner)


def test_a_completed_course_earns_what_the_shipped_rules_say():
    course = make_course(modules=1, lessons=3)
    learner = make_completed(course=course).learner
    settle_learner(learner_id=learner.pk)
    assert sorted(lines_of(learner)) == [
        ("Course begun", 5),
        ("Course completed", 100),
        ("Lesson completed", 10),
        ("Lesson completed", 10),
        ("Lesson completed", 10),
    ]
    profile = profile_of(learner)
    assert (profile.balance, profile.merit, profile.has_news) == (135, 135, True)
    badges = BadgeAward.objects.filter(learner=learner).values_list("badge_name", flat=True)
    assert sorted(badges) == ["Course completed", "First steps"]


def test_settling_again_changes_nothing():
    learner = make_completed(course=make_course(lessons=2)).learner
    settle_learner(learner_id=learner.pk)
    before = (
        list(PointEntry.objects.values_list("pk", "points")),
        list(BadgeAward.objects.values_list("pk", "earned_at")),
    )
    again = settle_learner(learner_id=learner.pk)
    assert (again.entries, again.awards) == (0, 0)
    after = (
        list(PointEntry.objects.values_list("pk", "points")),
        list(BadgeAward.objects.values_list("pk", "earned_at")),
    )
    assert after == before


def test_a_lesson_that_is_reset_gives_its_points_back_and_earns_them_again():
    enrollment = make_enrollment(course=make_course(modules=1, lessons=3, with_check=False), done=1)
    learner, lesson = enrollment.learner, lessons_of(enrollment.course)[0]
    settle_learner(learner_id=learner.pk)
    reset_lesson(enrollment=enrollment, lesson_key=lesson.translation_key, actor=make_person(), reason="By mistake.")
    settle_learner(learner_id=learner.pk)
    assert lines_of(learner) == [("Course begun", 5), ("Lesson completed", 10), ("Lesson completed", -10)]
    assert profile_of(learner).balance == 5
    complete_lesson(enrollment=enrollment, lesson=lesson)
    settle_learner(learner_id=learner.pk)
    assert [points for _rule, points in lines_of(learner)] == [5, 10, -10, 10]
    assert (profile_of(learner).balance, profile_of(learner).merit) == (15, 15)


def test_a_sweep_finds_who_was_missed_and_nobody_else():
    missed = make_enrollment(course=make_course(modules=1, lessons=2, with_check=False), done=1).learner
    settled = make_enrollment(course=missed.enrollments.get().course).learner
    settle_learner(learner_id=settled.pk)
    LearnerProfile.objects.filter(learner=settled).update(has_news=False)
    done = settle_behind(since=timezone.now() - timedelta(hours=1))
    assert (done.learners, profile_of(missed).balance) == (1, 15)
    assert settle_behind().learners == 0
    assert profile_of(settled).has_news is False


def test_a_rebuild_from_nothing_gives_the_same_rows():
    for _number in range(3):
        make_completed(course=make_course(modules=1, lessons=2))
    rebuild()
    before = derived_rows()
    assert len(before[0]) == 12
    PointEntry.objects.all().delete()
    BadgeAward.objects.all().delete()
    LearnerProfile.objects.all().delete()
    rebuild()
    assert derived_rows() == before


def derived_rows():
    entries = PointEntry.objects.order_by("learner", "rule", "event")
    awards = BadgeAward.objects.order_by("learner", "badge")
    profiles = LearnerProfile.objects.order_by("learner")
    return (
        list(entries.values_list("learner", "rule", "event", "kind", "points", "at", "title", "course_key", "terms")),
        list(awards.values_list("learner", "badge", "earned_at", "criteria", "expires_on")),
        list(
            profiles.values_list(
                "learner", "balance", "merit", "streak", "longest_streak", "last_active_on", "events_seen"
            )
        ),
    )


def test_a_rule_that_is_edited_keeps_what_was_earned_and_counts_from_then_on():
    enrollment = make_enrollment(course=make_course(modules=1, lessons=3, with_check=False), done=1)
    learner = enrollment.learner
    settle_learner(learner_id=learner.pk)
    rule = PointRule.objects.get(name="Lesson completed")
    save_rule(rule=rule, terms=RuleTerms(points=25, once_per="lesson", per_day=100), actor=make_person())
    complete_lesson(enrollment=enrollment, lesson=lessons_of(enrollment.course)[1])
    settle_learner(learner_id=learner.pk)
    assert lines_of(learner) == [("Course begun", 5), ("Lesson completed", 10), ("Lesson completed", 25)]
    assert rule.versions.count() == 2
    save_rule(rule=rule, terms=RuleTerms(points=25, once_per="lesson", per_day=100), actor=make_person())
    assert rule.versions.count() == 2


def test_a_new_rule_counts_from_now_on_or_from_the_start():
    enrollment = make_enrollment(course=make_course(modules=1, lessons=2, with_check=False), done=1)
    learner, terms = enrollment.learner, RuleTerms(points=7, once_per="lesson")
    save_rule(rule=PointRule(name="From now", verb="lesson:completed"), terms=terms, actor=None)
    save_rule(rule=PointRule(name="From ever", verb="lesson:completed"), terms=terms, actor=None, from_the_start=True)
    settle_learner(learner_id=learner.pk)
    assert [rule for rule, _points in lines_of(learner)].count("From now") == 0
    assert [rule for rule, _points in lines_of(learner)].count("From ever") == 1


def test_results_of_a_quiz_that_hides_its_points_earn_when_it_shows_them():
    quiz = make_quiz(review_after_submission=[])
    learner = make_attempt(make_taker(quiz), quiz).enrollment.learner
    settle_learner(learner_id=learner.pk)
    rules = [rule for rule, _points in lines_of(learner)]
    assert "Quiz done well" not in rules
    assert not BadgeAward.objects.filter(learner=learner, badge_name="Flawless").exists()
    QuizPage.objects.filter(pk=quiz.pk).update(review_after_submission=["points"])
    assert settle_behind().learners == 1
    assert {"Quiz done well", "Quiz without a mistake"} <= {rule for rule, _points in lines_of(learner)}
    assert BadgeAward.objects.filter(learner=learner, badge_name="Flawless").exists()
    QuizPage.objects.filter(pk=quiz.pk).update(review_after_submission=[])
    settle_learner(learner_id=learner.pk)
    assert "Quiz done well" in {rule for rule, _points in lines_of(learner)}


def test_parts_that_are_off_earn_nothing_until_they_are_on_again():
    learner = make_enrollment(course=make_course(modules=1, lessons=2, with_check=False), done=1).learner
    GamificationSettings(pk=1, points=False, badges=False).save()
    settle_learner(learner_id=learner.pk)
    assert (lines_of(learner), BadgeAward.objects.count(), profile_of(learner).balance) == ([], 0, 0)
    GamificationSettings(pk=1, points=True, badges=True).save()
    settle_learner(learner_id=learner.pk)
    assert profile_of(learner).balance == 15


def test_the_number_of_queries_does_not_grow_with_learners():
    course = make_course(modules=1, lessons=2, with_check=False)
    learners = [make_enrollment(course=course, done=1).learner.pk for _number in range(8)]
    settle_learners(learner_ids=learners)
    counts = []
    for some in (learners[:1], learners):
        PointEntry.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            settle_learners(learner_ids=some)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 20
