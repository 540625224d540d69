"""Pages by their address, "My learning", and search."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from wagtail.models import Page
from wagtail.views import serve

from home.models import HomePage
from home.selectors import my_courses, put_route, search_results
from learning.models import Enrollment
from learning.selectors import course_cards
from lms_pages.models import CatalogPage, CoursePage, LessonPage
from lms_pages.policies import visible_to
from tracking.pages import Shown, say_shown


def serve_page(request, path: str) -> HttpResponse:
    """Wagtail's own view, which finds the page on the request where it is known by now."""
    put_route(request, path)
    response = serve(request, path)
    route = getattr(request, "_wagtail_route_for_request", None)
    if route is not None:
        request.is_for_visitors = isinstance(route.page, HomePage | CatalogPage | CoursePage)
        say_shown(request, page_shown(request, route.page))
    return response


def page_shown(request, page: Page) -> Shown:
    """What is counted of a page of the tree: its type, its title, and its course."""
    view = getattr(request, "learner_view", None)
    course = view.course if view is not None else None
    return Shown(
        kind=page._meta.model_name.removesuffix("page"),
        title=page.title,
        course_key=course.translation_key if course is not None else None,
        course_title=course.title if course is not None else "",
        lesson_key=page.translation_key if isinstance(page, LessonPage) else None,
    )


@login_required
def my_learning(request) -> HttpResponse:
    """What now: where to go on, what is due, what was asked for, what is done."""
    mine = my_courses(learner=request.user, request=request)
    suggestions = []
    if len(mine.active) < 3:
        taken = Enrollment.objects.filter(learner=request.user).values("course_key")
        courses = visible_to(request.user, CoursePage.objects.live()).exclude(translation_key__in=taken)
        suggestions = course_cards(
            viewer=request.user,
            courses=courses.select_related("cover")
            .prefetch_related("cover__renditions")
            .order_by("-first_published_at", "pk")[:3],
            request=request,
        )
    context = {
        "continue_card": mine.continue_card,
        "active": mine.active,
        "due": mine.due,
        "requested": mine.requested,
        "completed": mine.completed,
        "suggestions": suggestions,
        "today": timezone.localdate(),
        "hour": timezone.localtime().hour,
    }
    return render(request, "home/my_learning.html", context)


def search(request) -> HttpResponse:
    """Courses and lessons the viewer may see, best match first."""
    # PostgreSQL takes no NUL in a text.
    query = request.GET.get("q", "").replace("\0", "").strip()[:200]
    found = search_results(viewer=request.user, query=query, request=request) if query else None
    if query:
        say_shown(request, Shown(kind="search", search={"search_term": query, "results": found.total}))
    return render(request, "home/search.html", {"query": query, "found": found})
