"""Badges as trees of criteria: which can be earned, by what, and what that is in words."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import ValidationError
from wagtail.models import Page

from gamification.criteria import (
    CourseCompleted,
    CoursesCompleted,
    Group,
    Node,
    PointsReached,
    QuizScore,
    StreakReached,
)
from gamification.models import Badge, BadgeAward, Level
from gamification.wording import Names, criteria_words, named
from library.models import Topic
from lms_pages.models import CoursePage, QuizPage
from workbench.days import site_day
from workbench.kept import kept

# A criterion as a stream stores it: its type, its value, an id.
Block = Mapping[str, Any]


@dataclass(frozen=True)
class Earnable:
    """A published badge with its tree."""

    badge: Badge
    tree: Node


@dataclass(frozen=True)
class StillThere:
    """What criteria name by its key in the database, as far as it is still there."""

    pages: Mapping[int, UUID] = field(default_factory=dict)
    topics: Collection[int] = ()
    levels: Mapping[int, int] = field(default_factory=dict)


def earnable_badges() -> list[Earnable]:
    """Published badges whose criteria can be met. What names a course, quiz, topic or level that is gone is left out:
    nobody can earn it any more, and those who have it keep it. At most four queries, however many they are."""
    badges = list(Badge.objects.filter(live=True).order_by("pk"))
    trees = trees_of([badge.criteria for badge in badges])
    return [Earnable(badge, tree) for badge, tree in zip(badges, trees, strict=True) if tree is not None]


def tree_of(stream: Any) -> Node | None:
    return trees_of([stream])[0]


def trees_of(streams: Sequence[Any]) -> list[Node | None]:
    """Criteria as trees, in their order: all of the blocks of a stream. None for what is empty, unfinished, or names
    what is gone. At most three queries."""
    stored: list[list[Block]] = [stream.get_prep_value() for stream in streams]
    there = still_there(leaf for blocks in stored for leaf in leaves_in(blocks))
    return [group_of(blocks, there, match="all") for blocks in stored]


def leaves_in(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if block["type"] == "group":
            yield from leaves_in(block["value"].get("parts") or [])
        else:
            yield block


def still_there(leaves: Iterable[Block]) -> StillThere:
    wanted: dict[str, set[int]] = defaultdict(set)
    for leaf in leaves:
        for name, of in (("course", "page"), ("quiz", "page"), ("topic", "topic"), ("level", "level")):
            if key := leaf["value"].get(name):
                wanted[of].add(int(key))
    find = lambda rows, of, *names: rows.filter(pk__in=wanted[of]).values_list(*names) if wanted[of] else ()  # noqa: E731
    return StillThere(
        pages=dict(find(Page.objects, "page", "pk", "translation_key")),
        topics={pk for (pk,) in find(Topic.objects, "topic", "pk")},
        levels=dict(find(Level.objects, "level", "pk", "points")),
    )


def group_of(blocks: Sequence[Block], there: StillThere, **values: Any) -> Node | None:
    parts: list[Any] = [node_of(block, there) for block in blocks]
    if not parts or None in parts:
        return None
    if len(parts) == 1 and values["match"] != "some":
        return parts[0]
    try:
        return Group(parts=tuple(parts), **values)
    except ValidationError:
        return None


def node_of(block: Block, there: StillThere) -> Node | None:
    """One criterion; None where it is unfinished or what it names is gone."""
    value = block["value"]
    if block["type"] == "group":
        return group_of(value.get("parts") or [], there, match=value.get("match"), least=value.get("least") or 1)
    try:
        return leaf_of(block["type"], value, there)
    except (KeyError, ValidationError):
        return None


def leaf_of(kind: str, stored: Mapping[str, Any], there: StillThere) -> Node:
    """KeyError for what is gone or was left out, ValidationError for what is empty."""
    value: dict[str, Any] = dict(stored)
    match kind:
        case "course":
            return CourseCompleted(course_key=there.pages[key_in(value, "course")])
        case "courses":
            topic = int(value["topic"]) if value.get("topic") else None
            if topic is not None and topic not in there.topics:
                raise KeyError(topic)
            return CoursesCompleted(count=value["count"], topic=topic)
        case "quiz" | "perfect":
            is_perfect = kind == "perfect"
            return QuizScore(
                quiz_key=there.pages[key_in(value, "quiz")] if value.get("quiz") else None,
                percent=Decimal(100) if is_perfect else value["percent"],
                first_try=not is_perfect and value.get("attempt") == "first",
            )
        case "streak":
            return StreakReached(days=value["days"])
        case "points":
            return PointsReached(points=value["points"])
        case "level":
            return PointsReached(points=max(there.levels[key_in(value, "level")], 1))
    raise KeyError(kind)


def key_in(value: Mapping[str, Any], name: str) -> int:
    return int(value.get(name) or 0)


# In words ---------------------------------------------------------------------------


def names_in(trees: Sequence[Node | None]) -> Names:
    """What the things are called that ``trees`` name, in the reader's language where there is one. At most four queries."""
    wanted = named(trees)
    topics, levels = wanted["topics"], wanted["levels"]
    return Names(
        courses=titles_of(CoursePage, wanted["courses"]),
        quizzes=titles_of(QuizPage, wanted["quizzes"]),
        topics=dict(Topic.objects.filter(pk__in=topics).values_list("pk", "name")) if topics else {},
        levels=dict(Level.objects.filter(points__in=levels).values_list("points", "name")) if levels else {},
    )


def titles_of(kind: type[Page], keys: Collection[UUID]) -> dict[UUID, str]:
    """Titles by key, in the reader's language where there is a page in it."""
    if not keys:
        return {}
    pages = kind.objects.filter(translation_key__in=keys).order_by("locale_id")
    found: dict[UUID, str] = {}
    for key, title, language in pages.values_list("translation_key", "title", "locale__language_code"):
        if key not in found or language == get_language():
            found[key] = title
    return found


def words_of_badges(badges: Sequence[Badge]) -> list[str]:
    """What has to be done for each badge. At most seven queries."""
    trees = trees_of([badge.criteria for badge in badges])
    names = names_in(trees)
    return [criteria_words(tree, names) for tree in trees]


def words_of_criteria(stream: Any) -> str:
    """What an editor has built so far, as a sentence. At most seven queries."""
    if not len(stream):
        return _("Nothing yet: add what has to be done.")
    tree = tree_of(stream)
    if tree is None:
        return _("Nobody can earn this yet: a part is empty, or names what is gone.")
    return f"{criteria_words(tree, names_in([tree]))}."


# Who has them ------------------------------------------------------------------------


def held() -> Q:
    """Awards that stand: neither taken back nor over."""
    return Q(revoked_at=None) & (Q(expires_on=None) | Q(expires_on__gte=site_day()))


def holder_counts(badges: Collection[int]) -> dict[int, int]:
    """How many people have each badge today. One query."""
    rows = BadgeAward.objects.filter(held(), badge__in=badges, learner__isnull=False).order_by()
    return dict(rows.values_list("badge").annotate(people=Count("pk")))


def with_pictures(badges: QuerySet[Badge]) -> QuerySet[Badge]:
    """``badges`` with what drawing them needs: two queries more, however many they are."""
    return badges.select_related("image").prefetch_related("image__renditions")


@dataclass(frozen=True)
class ShownBadge:
    """A badge as somebody may see it: what has to be done, and their own award of it."""

    badge: Badge
    words: str
    award: BadgeAward | None = None


def badges_of_course(course: CoursePage, viewer: Any) -> list[ShownBadge]:
    """Published badges whose criteria name ``course``, one of its quizzes or one of its topics, those that ``viewer`` has
    first. Hidden ones only where the viewer has them. A fixed number of queries, one where badges are known by now."""
    found = kept(
        "badges of a course", (course.pk, get_language()), lambda: badges_about(course), of=("content", "rules")
    )
    awards: dict[int, BadgeAward] = {}
    if found and viewer.is_authenticated:
        rows = BadgeAward.objects.filter(learner=viewer, revoked_at=None, badge__in=[one.badge.pk for one in found])
        awards = {award.badge_id: award for award in rows}
    shown = [
        replace(one, award=awards.get(one.badge.pk))
        for one in found
        if not one.badge.is_hidden or one.badge.pk in awards
    ]
    return sorted(shown, key=lambda one: one.award is None)


def badges_about(course: CoursePage) -> list[ShownBadge]:
    badges = list(with_pictures(Badge.objects.filter(live=True)).order_by("name"))
    if not badges:
        return []
    trees = trees_of([badge.criteria for badge in badges])
    # Most badges name nothing: then nothing is asked about the course.
    wanted = named(trees)
    quizzes = QuizPage.objects.descendant_of(course).live().values_list("translation_key", flat=True)
    of_course = (
        {course.translation_key},
        set(quizzes) if wanted["quizzes"] else set(),
        {topic.pk for topic in course.topics.all()} if wanted["topics"] else set(),
    )
    found = [(badge, tree) for badge, tree in zip(badges, trees, strict=True) if tree and is_about(tree, *of_course)]
    names = names_in([tree for _badge, tree in found])
    return [ShownBadge(badge, criteria_words(tree, names)) for badge, tree in found]


def badges_to_earn_by(person: Any) -> list[ShownBadge]:
    """What ``person`` may still earn: published badges that are not hidden and that they were never given, first those
    that most people have. A fixed number of queries."""
    rows = Badge.objects.filter(live=True, is_hidden=False).exclude(awards__learner=person)
    badges = list(with_pictures(rows).order_by("name"))
    trees = trees_of([badge.criteria for badge in badges])
    names, people = names_in(trees), holder_counts([badge.pk for badge in badges])
    shown = [ShownBadge(badge, criteria_words(tree, names)) for badge, tree in zip(badges, trees, strict=True) if tree]
    return sorted(shown, key=lambda one: -people.get(one.badge.pk, 0))


def is_about(tree: Node, courses: Collection[UUID], quizzes: Collection[UUID], topics: Collection[int]) -> bool:
    found = named([tree])
    return bool(found["courses"] & set(courses) or found["quizzes"] & set(quizzes) or found["topics"] & set(topics))
