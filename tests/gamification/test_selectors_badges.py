"""Badges as trees, who has them, and which belong to a course."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gamification.criteria import CourseCompleted, CoursesCompleted, Group, PointsReached, QuizScore, StreakReached
from gamification.models import Badge, BadgeAward, Level
from gamification.selectors.badges import (
    badges_of_course,
    badges_to_earn_by,
    earnable_badges,
    holder_counts,
    tree_of,
    words_of_badges,
)
from gamification.services.badges import give_badge, revoke_award
from library.models import Topic
from tests.factories.accounts import make_person
from tests.factories.gamification import as_stream, group, make_badge, part
from tests.factories.lms_pages import make_course, make_module
from tests.factories.quizzes import make_quiz
from workbench.days import site_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def safety():
    return Topic.objects.create(name="Safety", slug="safety")


@pytest.fixture
def no_shipped():
    Badge.objects.all().delete()


def test_blocks_become_the_tree_that_is_asked(course, safety):
    quiz, level = make_quiz(make_module(course)), Level.objects.get(name="Explorer")
    stream = as_stream(
        part("courses", count=2, topic=safety),
        group(
            "any",
            part("quiz", quiz=quiz, percent="90", attempt="first"),
            part("streak", days=5),
            part("perfect", quiz=None),
        ),
        group("some", part("course", course=course), part("level", level=level), least=2),
    )
    assert tree_of(stream) == Group(
        match="all",
        parts=(
            CoursesCompleted(count=2, topic=safety.pk),
            Group(
                match="any",
                parts=(
                    QuizScore(quiz_key=quiz.translation_key, percent=Decimal(90), first_try=True),
                    StreakReached(days=5),
                    QuizScore(percent=Decimal(100)),
                ),
            ),
            Group(
                match="some",
                least=2,
                parts=(CourseCompleted(course_key=course.translation_key), PointsReached(points=300)),
            ),
        ),
    )


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [part("points", points=None)],
        [part("course", course=None)],
        [part("course", course=999_999)],
        [part("courses", count=2, topic="999999")],
        [part("level", level="999999")],
        [group("any")],
        [group("some", part("streak", days=2), least=2)],
        [part("streak", days=2), group("any", part("streak", days=3), group("all"))],
        [{"type": "points", "id": "x", "value": {}}],
    ],
)
def test_what_is_unfinished_or_gone_is_no_tree_and_stands_in_nobodys_way(parts, no_shipped):
    good = make_badge()
    assert tree_of(as_stream(*parts)) is None
    make_badge(*parts) if parts else None
    assert [one.badge for one in earnable_badges()] == [good]


def test_drafts_are_not_earnable_and_a_newer_draft_changes_nothing(no_shipped):
    make_badge(live=False)
    badge = make_badge(part("points", points=70))
    badge.criteria = as_stream(part("points", points=90))
    badge.save_revision()
    assert [one.tree for one in earnable_badges()] == [PointsReached(points=70)]


def test_the_queries_do_not_grow_with_the_badges(course, safety, no_shipped):
    level = Level.objects.first()

    def add(number):
        for _place in range(number):
            make_badge(
                part("course", course=course), part("courses", count=1, topic=safety), part("level", level=level)
            )

    def cost(work):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            work()
        return len(queries)

    works = (
        earnable_badges,
        lambda: words_of_badges(list(Badge.objects.all())),
        lambda: badges_of_course(course, person),
        lambda: badges_to_earn_by(person),
    )
    person = make_person()
    add(2)
    few = [cost(work) for work in works]
    add(10)
    assert [cost(work) for work in works] == few
    assert few[0] == 4


def test_those_who_have_it_today_are_counted():
    badge, actor = make_badge(valid_days=10), make_person()
    now = timezone.now()
    for _place in range(3):
        give_badge(badge=badge, learner=make_person(), reason="Helped", actor=actor)
    give_badge(badge=badge, learner=make_person(), reason="Helped", actor=actor, at=now - timedelta(days=12))
    revoke_award(
        award=BadgeAward.objects.filter(badge=badge, expires_on__gte=site_day()).first(), reason="No", actor=actor
    )
    assert holder_counts([badge.pk]) == {badge.pk: 2}


def test_a_course_shows_the_badges_that_name_it_its_quizzes_or_its_topics(course, safety, learner):
    course.topics.set([safety])
    course.save_revision().publish()
    quiz, other = make_quiz(make_module(course)), make_course()
    make_badge(part("course", course=course), name="Course")
    make_badge(
        part("points", points=5),
        group("any", part("quiz", quiz=quiz, percent="90", attempt="best"), part("streak", days=9)),
        name="Quiz",
    )
    make_badge(part("courses", count=3, topic=safety), name="Topic")
    make_badge(part("course", course=other), name="Another course")
    make_badge(part("perfect", quiz=None), name="Any quiz")
    make_badge(part("course", course=course), name="Draft", live=False)
    hidden = make_badge(part("course", course=course), name="Hidden", is_hidden=True)
    assert [one.badge.name for one in badges_of_course(course, learner)] == ["Course", "Quiz", "Topic"]
    assert [one.badge.name for one in badges_of_course(course, AnonymousUser())] == ["Course", "Quiz", "Topic"]
    award = give_badge(badge=hidden, learner=learner, reason="Found it", actor=make_person())
    first, *others = badges_of_course(course, learner)
    assert (first.badge.name, first.award, first.words) == ("Hidden", award, f"The course “{course.title}”")
    assert [one.badge.name for one in others] == ["Course", "Quiz", "Topic"]
    revoke_award(award=award, reason="Not theirs", actor=make_person())
    assert [one.badge.name for one in badges_of_course(course, learner)] == ["Course", "Quiz", "Topic"]


def test_what_somebody_may_still_earn_begins_with_what_most_have(course, learner, no_shipped):
    rare, common, hers = (make_badge(part("course", course=course), name=name) for name in ("Rare", "Common", "Hers"))
    make_badge(part("course", course=course), name="Surprise", is_hidden=True)
    make_badge(name="Draft", live=False)
    ada = make_person()
    for badge, person in ((common, make_person()), (common, make_person()), (rare, make_person()), (hers, learner)):
        give_badge(badge=badge, learner=person, reason="x", actor=ada)
    revoke_award(award=BadgeAward.objects.get(learner=learner), reason="x", actor=ada)
    shown = badges_to_earn_by(learner)
    assert [(one.badge, one.words, one.award) for one in shown] == [
        (common, f"The course “{course.title}”", None), (rare, f"The course “{course.title}”", None)
    ]  # fmt: skip
