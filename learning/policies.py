"""Who may see which learning rows, and which lesson may be opened."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, IntegerField, Q, QuerySet, UUIDField, Value
from django.utils.translation import gettext as _

from accounts.models import TeamMembership
from learning.exceptions import LessonLocked
from learning.models import (
    ActivityDay,
    Cohort,
    CohortMembership,
    Enrollment,
    EnrollmentStatus,
    InviteLink,
    LearningEvent,
    LessonProgress,
    Result,
)
from lms_pages.models import CoursePage, CourseStaff, LessonOrder
from lms_pages.selectors import Outline, OutlineLesson

# As many courses and people as a query may name one by one.
FEW = 500


@dataclass(frozen=True)
class Reach:
    """The courses that somebody teaches and the people they manage, as what a queryset's ``in`` takes."""

    courses: Any
    people: Any


def reach(viewer: Any) -> Reach:
    """Asked once for each object of a person, as their permissions are: whoever has to see a change loads them anew.

    Few are named one by one: then the database finds their rows by index, while over subqueries joined by "or" it reads
    the whole table. Many stay subqueries.
    """
    if not hasattr(viewer, "_reach"):
        courses, people = taught_keys(viewer), people_managed_by(viewer)
        both = courses.values_list(F("course__translation_key"), Value(None, IntegerField())).union(
            people.values_list(Value(None, UUIDField()), F("user")), all=True
        )
        found = list(both[: FEW + 1])
        if len(found) > FEW:
            viewer._reach = Reach(courses, people)
        else:
            viewer._reach = Reach({key for key, _id in found if key}, {person for _key, person in found if person})
    return viewer._reach


def scope(viewer: Any, prefix: str = "") -> Q:
    """Rows whose enrollment ``viewer`` may see: everything for those with the "all rows" right, else
    their own, the people of teams they manage, and the courses they teach."""
    if not viewer.is_authenticated or not viewer.is_active:
        return Q(pk__in=[])
    if viewer.has_perm("learning.view_all_enrollments"):
        return Q()
    found = reach(viewer)
    return (
        Q(**{f"{prefix}learner": viewer})
        | Q(**{f"{prefix}learner__in": found.people})
        | Q(**{f"{prefix}course_key__in": found.courses})
    )


def taught_keys(viewer: Any) -> QuerySet:
    """Keys of the courses ``viewer`` teaches, in whatever language."""
    return CourseStaff.objects.filter(user=viewer).values("course__translation_key")


def own_course_keys(viewer: Any) -> set[UUID] | None:
    """Keys of the courses whose rows ``viewer`` may write by a file: those one teaches; None for those with the
    "all rows" right, who may write all."""
    if viewer.has_perm("learning.view_all_enrollments"):
        return None
    return set(taught_keys(viewer).values_list("course__translation_key", flat=True))


def courses_scope(viewer: Any, prefix: str = "") -> Q:
    """Rows that belong to a course: of all courses for those with the "all rows" right, else of those one teaches."""
    if not viewer.is_authenticated or not viewer.is_active:
        return Q(pk__in=[])
    if viewer.has_perm("learning.view_all_enrollments"):
        return Q()
    return Q(**{f"{prefix}course_key__in": reach(viewer).courses})


def cohorts(viewer: Any) -> Q:
    """Cohorts of courses one teaches, and those that people one may see are in."""
    if not viewer.is_authenticated or not viewer.is_active or viewer.has_perm("learning.view_all_enrollments"):
        return courses_scope(viewer)
    of_people = CohortMembership.objects.filter(scope(viewer, "enrollment__"), until=None).values("cohort")
    return courses_scope(viewer) | Q(pk__in=of_people)


RULES: dict[type, Callable[[Any], Q]] = {
    Enrollment: lambda viewer: scope(viewer),
    LessonProgress: lambda viewer: scope(viewer, "enrollment__"),
    Result: lambda viewer: scope(viewer, "enrollment__"),
    ActivityDay: lambda viewer: scope(viewer, "enrollment__"),
    LearningEvent: lambda viewer: scope(viewer),
    Cohort: cohorts,
    CohortMembership: lambda viewer: scope(viewer, "enrollment__"),
    InviteLink: courses_scope,
}


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """``queryset`` cut down to the rows ``viewer`` may see. KeyError for a model without a rule."""
    return queryset.filter(RULES[queryset.model](viewer))


def may_decide(viewer: Any, enrollment: Enrollment) -> bool:
    """Whether ``viewer`` may approve, decline or set dates on a run that they see. Nobody decides on
    their own, except those who answer for everyone's."""
    return viewer.has_perm("learning.change_enrollment") and (
        enrollment.learner_id != viewer.pk or viewer.has_perm("learning.view_all_enrollments")
    )


def blocking_lesson(*, outline: Outline, done: Collection[UUID], key: UUID) -> OutlineLesson | None:
    """The first lesson that has to be done before ``key`` opens in an in-order course."""
    for lesson in outline.lessons:
        if lesson.key == key:
            return None
        if lesson.is_required and lesson.key not in done:
            return lesson
    return None


def require_unlocked(*, enrollment: Enrollment, outline: Outline, done: Collection[UUID], key: UUID) -> None:
    """LessonLocked, with the reason in words, while an in-order course keeps ``key`` closed. A completed run opens all."""
    if enrollment.course.lesson_order != LessonOrder.IN_ORDER or enrollment.status == EnrollmentStatus.COMPLETED:
        return
    if blocking := blocking_lesson(outline=outline, done=done, key=key):
        raise LessonLocked(_("This lesson opens when “%(title)s” is done.") % {"title": blocking.title})


def teaches(viewer: Any, course: CoursePage) -> bool:
    return CourseStaff.objects.filter(user=viewer, course__translation_key=course.translation_key).exists()


def answers_for_all(viewer: Any) -> bool:
    return viewer.has_perm("learning.change_enrollment") and viewer.has_perm("learning.view_all_enrollments")


def may_teach(viewer: Any, course: CoursePage) -> bool:
    """Whether ``viewer`` may keep the roster of ``course``: mark lessons done or not done, and write to its people."""
    return viewer.is_authenticated and viewer.is_active and (teaches(viewer, course) or answers_for_all(viewer))


def people_managed_by(viewer: Any) -> QuerySet:
    """Ids of the people who are in a team that ``viewer`` manages today."""
    return TeamMembership.objects.current().filter(team__managers=viewer).values("user")


def may_remind(viewer: Any, enrollment: Enrollment) -> bool:
    """Managers remind the people of their teams, instructors those on their courses; nobody reminds themselves."""
    if not viewer.is_authenticated or not viewer.is_active or enrollment.learner_id == viewer.pk:
        return False
    return (
        answers_for_all(viewer)
        or people_managed_by(viewer).filter(user=enrollment.learner_id).exists()
        or taught_keys(viewer).filter(course__translation_key=enrollment.course_key).exists()
    )
