"""Which pages and which staff rows a viewer may see. Pages, search, cards and the API all ask here."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Substr
from wagtail.models import Page
from wagtail.permissions import policy_registry

from accounts.policies import enters_admin
from lms_pages.models import (
    CatalogPage,
    CoursePage,
    CourseStaff,
    LessonPage,
    ModulePage,
    Publishing,
    QuizPage,
    Visibility,
)
from lms_pages.registries import visibility

# root > home > catalog > course: the page types allow no other place.
COURSE_DEPTH = 4
COURSE_PATH_LENGTH = COURSE_DEPTH * Page.steplen
MODULE_PATH_LENGTH = COURSE_PATH_LENGTH + Page.steplen


def edits_pages(viewer: Any) -> bool:
    """Whether the viewer works on pages at all; Wagtail's own policy decides which."""
    # The answer is kept on the viewer, and spares learners the second question.
    return enters_admin(viewer) and policy_registry.get_by_type(Page).user_has_any_permission(
        viewer, ["change", "publish"]
    )


def courses(viewer: Any) -> Q:
    if edits_pages(viewer):
        return Q()
    allowed = Q(visibility=Visibility.PUBLIC)
    if viewer.is_authenticated:
        allowed |= Q(visibility=Visibility.PEOPLE) | Q(staff__user=viewer)
        for courses_of in visibility.values():
            allowed |= Q(translation_key__in=courses_of(viewer))
    return Q(live=True) & allowed


def is_open_to(viewer: Any, course: CoursePage) -> bool:
    """Whether ``course`` as it is in hand is one that everybody like the viewer may see: True needs no query. False says
    nothing; then `visible_to` knows."""
    seen_by = {Visibility.PUBLIC, Visibility.PEOPLE} if viewer.is_authenticated else {Visibility.PUBLIC}
    return course.live and course.visibility in seen_by


def below_visible_courses(viewer: Any) -> Q:
    if edits_pages(viewer):
        return Q()
    course = CoursePage.objects.filter(courses(viewer), path=Substr(OuterRef("path"), 1, COURSE_PATH_LENGTH))
    return Q(live=True) & Q(Exists(course))


def in_live_module() -> Q:
    """Lessons that stand in a live module: unpublishing a module alone takes its lessons from learners too."""
    return Q(Exists(ModulePage.objects.filter(live=True, path=Substr(OuterRef("path"), 1, MODULE_PATH_LENGTH))))


def lessons(viewer: Any) -> Q:
    return Q() if edits_pages(viewer) else below_visible_courses(viewer) & in_live_module()


def staff_rows(viewer: Any) -> Q:
    return Q() if viewer.has_perm("lms_pages.view_coursestaff") else Q(user=viewer)


RULES: dict[type, Callable[[Any], Q]] = {
    CatalogPage: lambda viewer: Q() if edits_pages(viewer) else Q(live=True),
    CoursePage: courses,
    ModulePage: below_visible_courses,
    LessonPage: lessons,
    QuizPage: lessons,
    CourseStaff: staff_rows,
    # It says nothing that those who edit pages do not see in them.
    Publishing: lambda viewer: Q() if edits_pages(viewer) else Q(requested_by=viewer),
}


def visible_to(viewer: Any, queryset: QuerySet) -> QuerySet:
    """``queryset`` cut down to what ``viewer`` may see. KeyError for a model without a rule.

    Seeing a lesson means knowing that it is there; whether it opens is `learning`'s decision.
    """
    rule = RULES[queryset.model](viewer)
    if queryset.model is CoursePage:
        return queryset.filter(pk__in=CoursePage.objects.filter(rule).values("pk"))
    return queryset.filter(rule)
