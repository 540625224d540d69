"""Who may open a course or a lesson, what may not be deleted, and the courses' figures in the explorer."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy, ngettext
from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.pages.listing import ExplorableIndexView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page
from wagtail.permissions import register_permission_policy

from learning.exceptions import NotEnrolled
from learning.modeladmin import (
    CohortAdmin,
    EnrollmentAdmin,
    InviteLinkAdmin,
    LearningEventAdmin,
    LessonProgressAdmin,
)
from learning.models import Cohort, Enrollment, LearningEvent
from learning.policies import visible_to as visible_records
from learning.selectors import LOCKED, STAFF, VISITOR, course_figures, learner_view
from learning.services import record_visit
from lms_pages.models import CatalogPage, CoursePage, LessonPage
from lms_pages.models.bases import copy_of
from lms_pages.policies import COURSE_PATH_LENGTH, is_open_to, visible_to
from workbench.kept import kept
from workbench.permissions import ScopedPermissionPolicy

register_permission_policy(Enrollment, ScopedPermissionPolicy(Enrollment, visible_records, never=("delete",)))
register_permission_policy(Cohort, ScopedPermissionPolicy(Cohort, visible_records))
for screen in (CohortAdmin, InviteLinkAdmin, EnrollmentAdmin, LessonProgressAdmin, LearningEventAdmin):
    screen().register_with_wagtail()


LOG_ACTIONS = (
    ("approve", gettext_lazy("Approve a request"), gettext_lazy("Request approved")),
    ("decline", gettext_lazy("Decline a request"), gettext_lazy("Request declined")),
    ("enroll", gettext_lazy("Enroll people"), gettext_lazy("People enrolled")),
    ("move_to_cohort", gettext_lazy("Move people to a cohort"), gettext_lazy("People moved to the cohort")),
    ("record", gettext_lazy("Mark lessons done"), gettext_lazy("Lessons marked done")),
    ("reset", gettext_lazy("Reset lessons"), gettext_lazy("Lessons reset")),
    ("message", gettext_lazy("Write to a class"), gettext_lazy("Message sent to the class")),
    ("revoke_link", gettext_lazy("Withdraw an invitation link"), gettext_lazy("Invitation link withdrawn")),
)


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for name, label, message in LOG_ACTIONS:
        actions.register_action(f"learning.{name}", label, message)


@hooks.register("before_serve_page")
def put_learner_view(page, request, args, kwargs):
    """Decide who may see a course or lesson page, and leave one frozen `LearnerView` on the request.

    A course the viewer must not know of is a 404. A lesson asks visitors to sign in
    or enroll, and says in words why it is locked.
    """
    if not isinstance(page, CoursePage | LessonPage):
        return None
    course: CoursePage | None = page if isinstance(page, CoursePage) else course_above(page)
    if course is None or not is_open_to(request.user, course):
        above = CoursePage.objects.ancestor_of(page, inclusive=True)
        course = visible_to(request.user, above).select_related("locale").first()
    if course is None:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        raise Http404("No such course for this viewer.")
    lesson_key = page.translation_key if isinstance(page, LessonPage) else None
    view = learner_view(
        viewer=request.user, course=course, lesson_key=lesson_key, course_url=course.get_url(request) or ""
    )
    request.learner_view = view
    if lesson_key is None:
        return None
    if view.current is None and view.mode != STAFF:
        raise Http404("The lesson's module is not published.")
    if view.mode == VISITOR:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        context = {"sentence": NotEnrolled().args[0], "course": course, "view": view, "page": page}
        return render(request, "learning/not_enrolled.html", context, status=403)
    if view.current is not None and view.current.state == LOCKED:
        return render(
            request,
            "learning/locked.html",
            {"sentence": view.current.reason, "course": course, "view": view, "page": page},
            status=403,
        )
    if view.enrollment is not None and view.enrollment.is_open and request.method == "GET":
        record_visit(enrollment=view.enrollment, lesson_key=lesson_key)
    return None


def course_above(page: LessonPage) -> CoursePage | None:
    """The course that a lesson stands in, in a copy of its own."""
    path = page.path[:COURSE_PATH_LENGTH]
    found = kept(
        "courses of lessons", path, lambda: CoursePage.objects.filter(path=path).select_related("locale").first()
    )
    return copy_of(found) if found else None


def learners_below(page: Page) -> int:
    """How many runs hang on ``page`` or anything under it: as their course, or by anything that was done there."""
    pages = Page.objects.descendant_of(page, inclusive=True).values("pk")
    touched = LearningEvent.objects.filter(page__in=pages, enrollment__isnull=False).values("enrollment")
    return Enrollment.objects.filter(Q(course__in=pages) | Q(pk__in=touched)).count()


def sentence_for(page: Page, count: int) -> str:
    return ngettext(
        "“%(title)s” was not deleted: %(count)d enrollment has its record there. Unpublish it instead; the record stays.",
        "“%(title)s” was not deleted: %(count)d enrollments have their record there. Unpublish it instead; the record stays.",
        count,
    ) % {"title": page.get_admin_display_title(), "count": count}


@hooks.register("before_delete_page")
def keep_pages_with_learners(request, page):
    if count := learners_below(page):
        messages.error(request, sentence_for(page, count))
        return redirect("wagtailadmin_pages:usage", page.pk)
    return None


@hooks.register("before_bulk_action")
def keep_pages_with_learners_in_bulk(request, action_type, objects, action_class_instance):
    if action_type != "delete":
        return None
    for page in objects:
        if isinstance(page, Page) and (count := learners_below(page)):
            messages.error(request, sentence_for(page, count))
            return redirect("wagtailadmin_explore", page.get_parent().pk)
    return None


class CourseIndexView(ExplorableIndexView):
    """Courses below a catalog, with their size and what became of those who enrolled: two queries a page."""

    base_columns = [column for column in ExplorableIndexView.base_columns if column.name not in ("parent", "type")]
    base_columns[2:2] = [
        Column("lessons", label=gettext_lazy("Lessons"), accessor="figures.lessons", width="8%"),
        Column("enrolled", label=gettext_lazy("Enrolled"), accessor="figures.enrolled", width="8%"),
        Column("completed", label=gettext_lazy("Completed"), accessor="figures.completed_words", width="14%"),
    ]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        shown = context["object_list"]
        figures = course_figures([page for page in shown if isinstance(page, CoursePage)])
        for page in shown:
            page.figures = figures.get(page.pk)
        return context


class CourseViewSet(PageViewSet):
    model = CoursePage
    icon = "course"
    parent_models = [CatalogPage]
    index_view_class = CourseIndexView


@hooks.register("register_admin_viewset")
def register_course_listing():
    return CourseViewSet()
