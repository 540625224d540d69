"""Which leaderboards somebody may look at, and what they are called."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from gamification.boards import Among, Board, Metric
from gamification.policies import cohorts_with_boards, courses_with_boards, teams_with_boards
from library.models import Topic
from lms_pages.models import CoursePage
from workbench.days import site_day

# So many of a kind are offered; the others are found from their course or team.
OFFERED = 200


@dataclass(frozen=True)
class ScopeGroup:
    """Scopes of one kind as (value of an address, name, whether it is the one at hand)."""

    label: str
    choices: tuple[tuple[str, str, bool], ...]


def name_of_scope(viewer: Any, board: Board) -> str | None:
    """Among whom the board is, by name; None where there is no such thing, or not for ``viewer``."""
    key: Any = board.key
    match board.among:
        case Among.COURSE:
            return next(iter(course_names(courses_with_boards(viewer).filter(translation_key=key)).values()), None)
        case Among.TOPIC:
            return Topic.objects.filter(pk=key).values_list("name", flat=True).first()
        case Among.COHORT:
            return next((name for _key, name in cohort_names(cohorts_with_boards(viewer).filter(uuid=key))), None)
        case Among.TEAM:
            return teams_with_boards(viewer).filter(uuid=key).values_list("name", flat=True).first()
    return _("Everybody")


def course_names(pages: QuerySet[CoursePage], limit: int | None = None) -> dict[Any, str]:
    """Courses by key, in the reader's language where there is a translation, by title."""
    names: dict[Any, str] = {}
    language = get_language() or ""
    rows = pages.order_by("title", "pk").values_list("translation_key", "title", "locale__language_code")
    for key, title, locale in rows[:limit]:
        if key not in names or locale == language:
            names[key] = title
    return names


def cohort_names(cohorts: QuerySet) -> list[tuple[Any, str]]:
    rows = cohorts.order_by("course__title", "name", "pk").values_list("uuid", "name", "course__title")
    return [(key, f"{name} · {course}") for key, name, course in rows[:OFFERED]]


def scopes_for(viewer: Any, board: Board) -> tuple[str | None, list[ScopeGroup]]:
    """The name of the board's own scope, as `name_of_scope` has it, and what the filter offers ``viewer``, that scope
    always among it. Queries do not grow."""
    # A course in two languages is two pages.
    courses = course_names(courses_with_boards(viewer).filter(live=True), limit=OFFERED * 2)
    topics = Topic.objects.filter(courses__isnull=False).distinct().order_by("name").values_list("pk", "name")
    teams = teams_with_boards(viewer).order_by("name").values_list("uuid", "name")
    offers: dict[Among, dict[Any, str]] = {
        Among.COURSE: dict(list(courses.items())[:OFFERED]),
        Among.TOPIC: dict(topics[:OFFERED]),
        Among.COHORT: dict(cohort_names(cohorts_with_boards(viewer))),
        Among.TEAM: dict(teams[:OFFERED]),
    }
    name = offers.get(board.among, {}).get(board.key) or name_of_scope(viewer, board)
    groups = []
    for among, offered in offers.items():
        if among == board.among and name and board.key not in offered:
            offered = {board.key: name, **offered}
        choices = [
            (f"{among.value}:{key}", label, board.scope == f"{among.value}:{key}") for key, label in offered.items()
        ]
        if choices:
            groups.append(ScopeGroup(str(among.label), tuple(choices)))
    return name, groups


def counted_words(board: Board) -> str:
    """How the numbers come about, in a sentence."""
    match board.metric:
        case Metric.POINTS:
            return _("Points that were earned, less what was taken back. Spending points costs no place.")
        case Metric.COMPLETIONS:
            return _("Different courses completed. A course that was taken twice counts once.")
    return _("The best result in each quiz, in whole percent, added up. 200 is two quizzes without a mistake.")


def days_words(board: Board) -> str:
    """Which days count, by the site's calendar."""
    full = pgettext("a date in full", "j F Y")
    first, last = (date_format(day, full) if day else "" for day in board.days(site_day()))
    if first == last:
        return first or _("all time")
    if not last:
        return _("since %(first)s") % {"first": first}
    if not first:
        return _("until %(last)s") % {"last": last}
    return _("%(first)s – %(last)s") % {"first": first, "last": last}
