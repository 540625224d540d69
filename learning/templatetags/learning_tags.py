"""What templates may ask about the person who learns."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any

from django import template
from django.core.paginator import Page as ResultPage
from django.core.paginator import Paginator
from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from learning.selectors import LearnerView, course_cards, learner_view, stand_in_view
from library.models import Topic
from lms_pages.blocks.body import SAME_FOR_ALL
from lms_pages.models import CoursePage, Level
from lms_pages.policies import visible_to
from workbench.days import site_day
from workbench.kept import kept, kept_text
from workbench.text import plain_text

register = template.Library()

CARDS_PER_PAGE = 24


@register.simple_tag(takes_context=True, name="learner_view")
def learner_view_tag(context, page) -> LearnerView:
    """The `LearnerView` of this request; in a preview, a stand-in for the chosen preview mode."""
    request = context["request"]
    if view := getattr(request, "learner_view", None):
        return view
    if getattr(request, "is_preview", False):
        view = stand_in_view(viewer=request.user, page=page, preview_mode=request.preview_mode)
    else:
        view = learner_view(viewer=request.user, course=page, course_url=page.get_url(request) or "")
    request.learner_view = view
    return view


@register.simple_tag(takes_context=True)
def lesson_body(context, page) -> SafeString:
    """The blocks of a lesson. What reads the same for everybody is drawn once for each version of the page."""
    request = context["request"]
    parts = []
    runs = groupby(enumerate(page.body), key=lambda entry: entry[1].block_type in SAME_FOR_ALL)
    for is_shared, entries in runs:
        blocks = [block for _place, block in entries]
        if is_shared and not getattr(request, "is_preview", False):
            place = (page.pk, page.live_revision_id, get_language(), blocks[0].id)
            parts.append(kept_text("lesson text", place, partial(drawn, blocks, {})))
        else:
            parts.append(drawn(blocks, context.flatten()))
    # Each block's template escapes what stands in it.
    return mark_safe("".join(parts))  # noqa: S308


def drawn(blocks: list[Any], context: dict[str, Any]) -> str:
    return "".join(block.render({**context, "block_id": block.id}) for block in blocks)


@register.simple_tag
def course_labels(course: CoursePage) -> dict[str, list[str]]:
    """The names of a course's ``topics`` and ``skills``, in order."""
    return kept(
        "labels of a course",
        course.pk,
        lambda: {
            "topics": [topic.name for topic in course.topics.all()],
            "skills": [skill.name for skill in course.skills.all()],
        },
    )


@dataclass(frozen=True)
class CatalogView:
    """One page of a catalog's cards, and the filters that led to it."""

    cards: list
    topics: list[tuple[str, str, bool]]
    levels: list[tuple[str, str, bool]]
    query: str
    selected_topic: str
    selected_level: str
    total: int
    paginator_page: ResultPage

    @property
    def is_filtered(self) -> bool:
        return bool(self.query or self.selected_topic or self.selected_level)


@register.simple_tag(takes_context=True)
def catalog_view(context, page) -> CatalogView:
    """The courses below ``page`` that the viewer may see, filtered by q, topic and level, 24 a page."""
    request = context["request"]
    query, topic, level = (plain_text(request.GET.get(name, ""), 100) for name in ("q", "topic", "level"))
    courses = (
        visible_to(request.user, CoursePage.objects.child_of(page).live())
        .select_related("cover")
        .prefetch_related("cover__renditions")
        .order_by("title", "pk")
    )
    present = Topic.objects.filter(courses__in=courses.order_by().values("pk")).distinct()
    if topic:
        courses = courses.filter(topics__slug=topic)
    if level in Level.values:
        courses = courses.filter(level=level)
    for word in query.split():
        # A join to topics would give a course for each of them, and the whole list would have to be made distinct.
        named = CoursePage.topics.through.objects.filter(topic__name__icontains=word).values("coursepage")
        courses = courses.filter(Q(title__icontains=word) | Q(summary__icontains=word) | Q(pk__in=named))
    results = Paginator(courses, CARDS_PER_PAGE).get_page(request.GET.get("page"))
    return CatalogView(
        cards=course_cards(viewer=request.user, courses=results.object_list, request=request),
        topics=[(entry.slug, entry.name, entry.slug == topic) for entry in present],
        levels=[(value, label, value == level) for value, label in Level.choices],
        query=query,
        selected_topic=topic,
        selected_level=level if level in Level.values else "",
        total=results.paginator.count,
        paginator_page=results,
    )


@register.filter
def get_item(mapping: dict, key: Any) -> Any:
    """``mapping[key]``, or None."""
    return mapping.get(key) if mapping else None


@register.filter
def duration(minutes: int | None) -> str:
    """Minutes as people say them: 45 min, 3 h 20."""
    if not minutes:
        return ""
    hours, rest = divmod(int(minutes), 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


@register.filter
def due_words(day: date | None) -> str:
    """How far a due date is from today, as people say it: due today, in 4 days, 2 days late."""
    if not day:
        return ""
    days = (day - site_day()).days
    if days < 0:
        return ngettext("%(n)d day late", "%(n)d days late", -days) % {"n": -days}
    if days < 2:
        return _("due tomorrow") if days else _("due today")
    if days < 21:
        return ngettext("due in %(n)d day", "due in %(n)d days", days) % {"n": days}
    weeks = days // 7
    return ngettext("due in %(n)d week", "due in %(n)d weeks", weeks) % {"n": weeks}
