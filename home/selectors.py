"""What a person's front page and the search page show."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import F
from django.http import Http404
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from wagtail.models import Page, Site
from wagtail.permissions import policy_registry
from wagtail.url_routing import RouteResult

from accounts.policies import enters_admin_by_right
from gamification.selectors.site import switches
from gamification.selectors.standing import has_news, points_of_row
from learning.models import Enrollment, EnrollmentStatus
from learning.policies import visible_to as visible_records
from learning.selectors import (
    CourseCard,
    CourseFigures,
    course_figures,
    enrollments_of,
    has_team,
    learner_view,
    lesson_sizes,
    teaches,
    topic_names,
)
from lms_pages.models import CatalogPage, CoursePage, LessonPage
from lms_pages.models.bases import copy_of
from lms_pages.policies import COURSE_PATH_LENGTH, visible_to
from reports.models import Run, RunState
from reports.policies import visible_to as visible_reports
from workbench.kept import kept
from workbench.matters import Matter
from workbench.times import moment_words

RUN_TONE = {
    RunState.DONE: "w-status--primary",
    RunState.PARTIAL: "record-late",
    RunState.FAILED: "record-late",
    RunState.MISSED: "record-late",
}

SEARCH_DEPTH = 500
SEARCH_SHOWN = 50


@dataclass(frozen=True)
class MyCourses:
    continue_card: CourseCard | None
    active: list[CourseCard]
    due: list[CourseCard]
    requested: list[CourseCard]
    completed: list[CourseCard]


def my_courses(*, learner: Any, request: Any = None) -> MyCourses:
    """A learner's courses by state, with the one to go on with: a fixed number of queries."""
    newest: dict[UUID, Enrollment] = {}
    for run in enrollments_of(learner):
        kept = newest.get(run.course_key)
        if kept is None or run.run > kept.run:
            newest[run.course_key] = run
    runs = [run for run in newest.values() if run.course.live]
    courses = [run.course for run in runs]
    sizes, topics = lesson_sizes(courses), topic_names(courses)
    cards = []
    for run in runs:
        count, minutes = sizes.get(run.course_id, (0, 0))
        cards.append(
            CourseCard(
                course=run.course,
                url=run.course.get_url(request) or "",
                topic_names=topics.get(run.course_id, ()),
                minutes=run.course.minutes or minutes,
                lesson_count=count,
                enrollment=run,
            )
        )
    active = [card for card in cards if card.state == EnrollmentStatus.ACTIVE]
    first = None
    if active:
        view = learner_view(viewer=learner, course=active[0].course, course_url=active[0].url)
        if view.next:
            module = view.outline.module_of(view.next.lesson.key)
            first = replace(
                active[0],
                next_title=view.next.lesson.title,
                next_url=view.next.url,
                module_title=module.title if module else "",
            )
    return MyCourses(
        continue_card=first,
        active=active,
        due=sorted((card for card in active if card.due_on), key=lambda card: card.due_on or date.max),
        requested=[card for card in cards if card.state == EnrollmentStatus.REQUESTED],
        completed=sorted(
            (card for card in cards if card.state == EnrollmentStatus.COMPLETED),
            # A completed card always has its enrollment.
            key=lambda card: card.enrollment.completed_at,  # type: ignore[union-attr, return-value, arg-type]
            reverse=True,
        ),
    )


@dataclass(frozen=True)
class SearchResult:
    title: str
    url: str
    kind_label: str
    summary: str
    course_title: str = ""


@dataclass(frozen=True)
class SearchResults:
    """``shown`` of ``total``; ``is_open`` says that nobody looked further, so that there may be more."""

    shown: list[SearchResult]
    total: int
    is_open: bool


def search_results(*, viewer: Any, query: str, request: Any = None) -> SearchResults:
    """Courses and lessons that match and that the viewer may see: the first 50, and how many there are
    among the best 500 of each kind."""
    courses, more_courses = ranked(viewer, CoursePage, query)
    lessons, more_lessons = ranked(viewer, LessonPage, query)
    paths = {lesson.path[:COURSE_PATH_LENGTH] for lesson in lessons}
    titles = dict(CoursePage.objects.filter(path__in=paths).values_list("path", "title"))
    results = [SearchResult(page.title, page.get_url(request) or "", _("Course"), page.summary) for page in courses]
    results += [
        SearchResult(
            page.title,
            page.get_url(request) or "",
            _("Lesson"),
            page.summary,
            titles.get(page.path[:COURSE_PATH_LENGTH], ""),
        )
        for page in lessons
    ]
    return SearchResults(results[:SEARCH_SHOWN], len(results), more_courses or more_lessons)


def ranked(viewer: Any, model: Any, query: str) -> tuple[list, bool]:
    """Pages of one type in order of rank, and whether there may be more of them than were looked at.

    Wagtail's search does not know who may see what, so its ids are asked again here.
    """
    ids = [page.pk for page in model.objects.live().only("pk").search(query)[:SEARCH_DEPTH]]
    pages = visible_to(viewer, model.objects.filter(pk__in=ids))
    if model is LessonPage:
        pages = pages.defer("body")
    found = {page.pk: page for page in pages}
    return [found[key] for key in ids if key in found], len(ids) == SEARCH_DEPTH


# Addresses ------------------------------------------------------------------------


def put_route(request: Any, path: str) -> None:
    """Leave on ``request`` what Wagtail would ask the database for: the site of its host, and the page at ``path``.

    The page is a copy of its own, since those who serve it write on it. Nothing is left where there is no such page.
    """
    address = (request._get_raw_host(), request.get_port(), get_language(), path)
    try:
        site, page = kept("addresses", address, lambda: page_at(request, path))
    except Http404:
        return
    request._wagtail_site = site
    request._wagtail_route_for_request = RouteResult(copy_of(page))


def page_at(request: Any, path: str) -> tuple[Site, Page]:
    """Http404 where Wagtail finds nothing, or a page that takes a part of the path itself."""
    route = Page.route_for_request(request, path)
    if route is None or route.args or route.kwargs:
        raise Http404
    return Site.find_for_request(request), route.page


# The header -----------------------------------------------------------------------


@dataclass(frozen=True)
class Header:
    """What the header of every page knows of the person who is signed in; ``points`` is None while they are off."""

    has_team: bool = False
    teaches: bool = False
    points: int | None = None
    has_news: bool = False
    enters_admin: bool = False


def header_of(person: Any) -> Header:
    """One query, for every page."""
    if not person.is_authenticated:
        return Header()
    asked = (has_team(), teaches(), points_of_row(), has_news(), enters_admin_by_right())
    found = get_user_model().objects.filter(pk=person.pk, is_active=True).values_list(*asked).first()
    if found is None:
        return Header()
    manages, is_teacher, points, is_fresh, has_right = found
    return Header(
        manages, is_teacher, (points or 0) if switches().points else None, is_fresh, has_right or person.is_superuser
    )


# The admin's home -----------------------------------------------------------------


@dataclass(frozen=True)
class CourseRow:
    """A course as the admin's home lists it."""

    course: CoursePage
    figures: CourseFigures
    state: str
    state_class: str


def catalogs_to_add_to(viewer: Any) -> list[CatalogPage]:
    """Catalogs below which the viewer may make a course."""
    return [
        catalog
        for catalog in CatalogPage.objects.order_by("path")
        if catalog.permissions_for_user(viewer).can_add_subpage()
    ]


def courses_to_edit(*, viewer: Any, limit: int) -> tuple[list[CourseRow], int]:
    """The courses the viewer may edit, last edited first, and how many there are."""
    policy = policy_registry.get_by_type(Page)
    editable = policy.instances_user_has_permission_for(viewer, "change")
    courses = CoursePage.objects.filter(pk__in=editable.order_by().values("pk"))
    shown = list(courses.order_by(F("latest_revision_created_at").desc(nulls_last=True), "-pk")[:limit])
    figures = course_figures(shown)
    return [CourseRow(course, figures[course.pk], *state_of(course)) for course in shown], courses.count()


def overdue_people(viewer: Any) -> Matter | None:
    """Runs whose due date is over, among those the viewer may list."""
    if not viewer.has_perm("learning.view_enrollment"):
        return None
    count = visible_records(viewer, Enrollment.objects.overdue()).count()
    words = ngettext("person is overdue in a course", "times somebody is overdue in a course", count)
    return Matter(count, words, f"{reverse('learning_enrollment_modeladmin_index')}?status=overdue")


@dataclass(frozen=True)
class LastRun:
    """A run of a report schedule as the admin's home lists it."""

    title: str
    when: str
    state: str
    state_class: str
    url: str


def last_runs(*, viewer: Any, limit: int) -> list[LastRun]:
    """The newest runs of report schedules that the viewer may open; nothing for those without that list."""
    if not viewer.has_perm("reports.view_run"):
        return []
    runs = visible_reports(viewer, Run.objects.select_related("schedule"))
    return [
        LastRun(
            title=run.schedule.title,
            when=moment_words(run.scheduled_for),
            state=str(RunState(run.state).label),
            state_class=RUN_TONE.get(run.state, ""),
            url=reverse("reports_run_modeladmin_inspect", args=[run.pk]),
        )
        for run in runs.order_by("-scheduled_for", "-pk")[:limit]
    ]


def state_of(course: CoursePage) -> tuple[str, str]:
    if not course.live:
        return _("Draft"), ""
    if course.has_unpublished_changes:
        return _("Live, with a newer draft"), "record-soon"
    return _("Live"), "w-status--primary"
