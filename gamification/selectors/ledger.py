"""The points ledger in words: what caused each line."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.formats import number_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gamification.models import EntryKind, PointEntry
from learning.verbs import Verb


def signed(points: int) -> str:
    """Points with their sign; a real minus sign, as numbers are set."""
    return f"{'−' if points < 0 else '+'}{number_format(abs(points), force_grouping=True)}"


@dataclass(frozen=True)
class Line:
    """One line of a ledger for its reader: "+10", what caused it, when, and the rule or reason behind it."""

    points: int
    words: str
    at: datetime
    why: str
    kind: str

    @property
    def signed(self) -> str:
        return signed(self.points)

    @property
    def day(self) -> date:
        """The day on which it happened, in the reader's zone."""
        return localdate(self.at)


def ledger_of(learner: Any) -> QuerySet[PointEntry]:
    """The learner's lines, newest first, with what their words need."""
    return PointEntry.objects.filter(learner=learner).select_related("rule", "terms", "event", "actor", "redemption")


def line_of(entry: PointEntry) -> Line:
    """The words for a line that came with what they need; no query."""
    return Line(entry.points, cause_of(entry), entry.at, reason_of(entry), entry.kind)


def cause_of(entry: PointEntry) -> str:
    """What happened, as a phrase with its name: “Lesson “Phishing basics” completed”."""
    name = {"name": entry.title}
    match entry.kind:
        case EntryKind.EARNED:
            return happening_words(entry)
        case EntryKind.REVERSED:
            return _("Lesson “%(name)s” was reset") % name
        case EntryKind.ADJUSTED if entry.points > 0:
            return _("Given by %s") % (entry.actor.name if entry.actor else _("the training team"))
        case EntryKind.ADJUSTED:
            return _("Taken back by %s") % (entry.actor.name if entry.actor else _("the training team"))
        case EntryKind.HELD:
            return _("Reward “%(name)s” asked for") % name
        case EntryKind.RELEASED if entry.redemption is not None and entry.redemption.state == "fulfilled":
            return _("Reward “%(name)s” no longer held") % name
        case EntryKind.RELEASED:
            return _("Reward “%(name)s” not handed over") % name
        case EntryKind.SPENT:
            return _("Reward “%(name)s” handed over") % name
        case EntryKind.EXPIRED:
            return _("Points not spent in time")
    return str(entry.get_kind_display())


def happening_words(entry: PointEntry) -> str:
    name = {"name": entry.title}
    match entry.rule.verb if entry.rule else "":
        case Verb.COURSE_ENROLLED:
            return _("Course “%(name)s” begun") % name
        case Verb.LESSON_COMPLETED:
            return _("Lesson “%(name)s” completed") % name
        case Verb.QUESTION_ANSWERED:
            return _("Question in “%(name)s” answered") % name
        case Verb.QUIZ_SUBMITTED:
            return _("Quiz “%(name)s” handed in") % name
        case Verb.QUIZ_GRADED:
            return _("Quiz “%(name)s” graded") % name
        case Verb.COURSE_COMPLETED:
            return _("Course “%(name)s” completed") % name
    return entry.title


def reason_of(entry: PointEntry) -> str:
    """The rule that gave the points, the reason of whoever gave them, or nothing."""
    if entry.rule is not None:
        return _("Rule: %s") % entry.rule.name
    return entry.reason


def earned_in(learner: Any, enrollment: Any) -> int:
    """Points that one run of a course has earned its learner so far."""
    lines = PointEntry.objects.filter(learner=learner, event__enrollment=enrollment)
    return lines.aggregate(points=Sum("points"))["points"] or 0
