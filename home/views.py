"""Pages by their address, "My learning", and search."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from wagtail.views import serve

from home.models import HomePage
from home.selectors import my_courses, put_route, search_results
from learning.models import Enrollment
from learning.selectors import course_cards
from lms_pages.models import CatalogPage, CoursePage
from lms_pages.policies import visible_to


def serve_page(request, path: str) -> HttpResponse:
    """Wagtail's own view, which finds the page on the request where it is known by now."""
    put_route(request, path)
    response = serve(request, path)
    route = getattr(request, "_wagtail_route_for_request", None)
    request.is_for_visitors = route is not None and isinstance(route.page, HomePage | CatalogPage | CoursePage)
    return response


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
    return render(request, "home/search.html", {"query": query, "found": found})
