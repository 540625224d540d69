"""Who may see which points, badges and redemptions."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Team
from accounts.policies import visible_to as visible_people
from gamification.models import (
    Badge,
    BadgeAward,
    LearnerProfile,
    Level,
    PointEntry,
    PointRule,
    PointRuleVersion,
    Redemption,
    Reward,
)
from learning.models import Cohort, Enrollment
from learning.policies import reach
from learning.policies import scope as scope_of_courses
from learning.policies import visible_to as visible_learning
from lms_pages.models import CoursePage

NOTHING = Q(pk__in=[])


def is_working(viewer: Any) -> bool:
    return viewer.is_authenticated and viewer.is_active


def of_people(viewer: Any) -> Q:
    """Rows about a learner: one's own, those of the teams one manages, and everybody's with the right to all."""
    if not is_working(viewer):
        return NOTHING
    if viewer.has_perm("learning.view_all_enrollments"):
        return Q()
    return Q(learner=viewer) | Q(learner__in=reach(viewer).people)


def redemptions(viewer: Any) -> Q:
    """One's own, and everybody's for those who work the queue."""
    if not is_working(viewer):
        return NOTHING
    return Q() if viewer.has_perm("gamification.change_redemption") else Q(learner=viewer)


def may_settle(viewer: Any, redemption: Redemption) -> bool:
    """Whether ``viewer`` may approve, decline, hand over or cancel what somebody asked for; never one's own."""
    return (
        is_working(viewer) and viewer.has_perm("gamification.change_redemption") and redemption.learner_id != viewer.pk
    )


def catalog(permission: str) -> Callable[[Any], Q]:
    """What has nobody's name on it: all of it for those who may see it in the admin."""
    return lambda viewer: Q() if is_working(viewer) and viewer.has_perm(permission) else NOTHING


RULES: dict[type, Callable[[Any], Q]] = {
    PointEntry: lambda viewer: scope_of_courses(viewer),
    LearnerProfile: of_people,
    BadgeAward: of_people,
    Redemption: redemptions,
    PointRule: catalog("gamification.view_pointrule"),
    PointRuleVersion: catalog("gamification.view_pointrule"),
    Level: catalog("gamification.view_level"),
    Badge: catalog("gamification.view_badge"),
    Reward: catalog("gamification.view_reward"),
}


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """``queryset`` cut down to the rows ``viewer`` may see. KeyError for a model without a rule."""
    return queryset.filter(RULES[queryset.model](viewer))


# Leaderboards: those of the site and of topics are for everybody who is signed in. ------


def courses_with_boards(viewer: Any) -> QuerySet[CoursePage]:
    """Courses whose leaderboard ``viewer`` may see: those they are on or teach, and all with the right to all."""
    courses = CoursePage.objects.all()
    if not is_working(viewer):
        return courses.none()
    if viewer.has_perm("learning.view_all_enrollments"):
        return courses
    own = Enrollment.objects.open().filter(learner=viewer).values("course_key")
    return courses.filter(Q(translation_key__in=own) | Q(translation_key__in=reach(viewer).courses))


def cohorts_with_boards(viewer: Any) -> QuerySet[Cohort]:
    """Cohorts one is in, those of courses one teaches or of people one manages, and all with the right to all."""
    return visible_learning(viewer, Cohort.objects.all())


def teams_with_boards(viewer: Any) -> QuerySet[Team]:
    """Teams one is in or manages, and all with the right to all."""
    teams = Team.objects.all()
    if is_working(viewer) and viewer.has_perm("learning.view_all_enrollments"):
        return teams
    return visible_people(viewer, teams)
