"""Criteria in words: “Two courses of the topic Safety, and (a quiz at 90 % or better, or a 5-day streak)”."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gamification.criteria import (
    CourseCompleted,
    CoursesCompleted,
    Group,
    Node,
    PointsReached,
    QuizScore,
    StreakReached,
    leaves_of,
)

# Numbers that read better as words, from one on.
NUMBERS = (
    gettext_lazy("one"),
    gettext_lazy("two"),
    gettext_lazy("three"),
    gettext_lazy("four"),
    gettext_lazy("five"),
    gettext_lazy("six"),
    gettext_lazy("seven"),
    gettext_lazy("eight"),
    gettext_lazy("nine"),
    gettext_lazy("ten"),
)


@dataclass(frozen=True)
class Names:
    """What courses, quizzes, topics and levels are called; a level is found by the points it begins with."""

    courses: Mapping[UUID, str] = field(default_factory=dict)
    quizzes: Mapping[UUID, str] = field(default_factory=dict)
    topics: Mapping[int, str] = field(default_factory=dict)
    levels: Mapping[int, str] = field(default_factory=dict)


def criteria_words(tree: Node | None, names: Names) -> str:
    """``tree`` as one phrase that begins with a capital letter and ends without a full stop."""
    if tree is None:
        return _("Cannot be earned at the moment: what has to be done is not complete, or is gone")
    return capfirst(phrase(tree, names))


def phrase(node: Node, names: Names) -> str:
    match node:
        case CourseCompleted():
            return _("the course “%s”") % names.courses.get(node.course_key, _("(gone)"))
        case CoursesCompleted():
            return of_courses(node, names)
        case QuizScore():
            return of_quiz(node, names)
        case StreakReached():
            return _("a %d-day streak") % node.days
        case PointsReached():
            points = ngettext("%s point earned", "%s points earned", node.points) % intcomma(node.points)
            level = names.levels.get(node.points)
            return _("%(points)s (level %(level)s)") % {"points": points, "level": level} if level else points
        case Group():
            return of_group(node, names)
    raise TypeError(f"{type(node).__name__} is no criterion")


def of_courses(node: CoursesCompleted, names: Names) -> str:
    if node.topic is None:
        return ngettext("%(count)s course", "%(count)s courses", node.count) % {"count": number(node.count)}
    return ngettext(
        "%(count)s course of the topic %(topic)s", "%(count)s courses of the topic %(topic)s", node.count
    ) % {
        "count": number(node.count),
        "topic": names.topics.get(node.topic, _("(gone)")),
    }


def of_quiz(node: QuizScore, names: Names) -> str:
    quiz = _("a quiz") if node.quiz_key is None else _("the quiz “%s”") % names.quizzes.get(node.quiz_key, _("(gone)"))
    if node.percent >= 100:
        words = _("%(quiz)s without a mistake") % {"quiz": quiz}
    else:
        words = _("%(quiz)s at %(percent)s or better") % {"quiz": quiz, "percent": percent_words(node.percent)}
    return _("%s in the first attempt") % words if node.first_try else words


def of_group(group: Group, names: Names) -> str:
    parts = [inner(part, names) for part in group.parts]
    if len(parts) == 1:
        return phrase(group.parts[0], names)
    if group.match == "some":
        return _("%(least)s of these %(count)s: %(parts)s") % {
            "least": number(group.least),
            "count": number(len(parts)),
            "parts": "; ".join(parts),
        }
    last = _("%(first)s, and %(last)s") if group.match == "all" else _("%(first)s, or %(last)s")
    return last % {"first": ", ".join(parts[:-1]), "last": parts[-1]}


def inner(part: Node, names: Names) -> str:
    """A part of a group: in brackets where it is a group that would else run into its neighbors."""
    words = phrase(part, names)
    return f"({words})" if isinstance(part, Group) and len(part.parts) > 1 else words


def number(count: int) -> str:
    return str(NUMBERS[count - 1]) if count <= len(NUMBERS) else str(count)


def percent_words(percent: Decimal) -> str:
    """ "92 %", with as many decimals as it has, two at most."""
    return f"{round(percent, 2).normalize():f}\N{NO-BREAK SPACE}%"


def named(trees: Sequence[Node | None]) -> dict[str, set[Any]]:
    """Everything that ``trees`` name, by the kind of thing."""
    found: dict[str, set[Any]] = {"courses": set(), "quizzes": set(), "topics": set(), "levels": set()}
    for tree in trees:
        for leaf in leaves_of(tree) if tree is not None else ():
            match leaf:
                case CourseCompleted():
                    found["courses"].add(leaf.course_key)
                case CoursesCompleted(topic=int(topic)):
                    found["topics"].add(topic)
                case QuizScore(quiz_key=UUID() as key):
                    found["quizzes"].add(key)
                case PointsReached():
                    found["levels"].add(leaf.points)
    return found
