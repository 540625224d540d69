"""Reports on points and badges: the ledger line by line, and who has which badge."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gamification.models import BadgeAward, EntryKind, PointEntry, Rarity
from gamification.models.points import MERITS
from gamification.policies import visible_to
from lms_pages.models import CoursePage
from reports.columns import Column, Type
from reports.expressions import is_true, title_of
from reports.registries import register_source
from reports.sources.people import COURSE, LearnersRows, courses_of, learners_column, person_columns, person_name

POINTS, BADGE = _("Points"), _("Badge")


@register_source
class PointsLedger(LearnersRows):
    """Every line of the points ledger."""

    key = "points"
    title = _("Points")
    description = _("What earned, cost or took back points, and when. One row for each line of the ledger.")
    model = PointEntry
    details = ("at", "person", "team", "kind", "points", "rule", "what", "course")

    locals().update(person_columns("learner"))
    kind = Column(label=_("Kind"), entity=POINTS, type=Type.CHOICE, expression="kind", choices=tuple(EntryKind.choices))
    points = Column(
        label=_("Points"), entity=POINTS, type=Type.NUMBER, expression="points", help=_("Below zero where they went.")
    )
    counts = Column(
        label=_("Counts on leaderboards"),
        entity=POINTS,
        type=Type.BOOLEAN,
        expression=is_true(Q(kind__in=MERITS)),
        help=_("Earned, taken back or set by hand. Spending points costs no place."),
    )
    at = Column(label=_("When"), entity=POINTS, type=Type.DATETIME, expression="at")
    rule = Column(label=_("Rule"), entity=POINTS, type=Type.TEXT, expression="rule__name")
    what = Column(
        label=_("For"), entity=POINTS, type=Type.TEXT, expression="title", help=_("Its title when it happened.")
    )
    reason = Column(label=_("Reason"), entity=POINTS, type=Type.TEXT, expression="reason")
    by = Column(label=_("Given by"), entity=POINTS, type=Type.TEXT, expression=person_name("actor"), is_personal=True)
    course = Column(
        label=_("Course"),
        entity=COURSE,
        type=Type.REFERENCE,
        expression="course_key",
        label_expression=title_of(CoursePage.objects.all(), "course_key"),
        label_by_key=True,
        candidates=courses_of,
    )
    learner = learners_column("learner")

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return visible_to(viewer, queryset)


@register_source
class BadgesAwarded(LearnersRows):
    """Every badge that somebody has, or had."""

    key = "badges"
    title = _("Badges awarded")
    description = _("Who earned which badge, and when. One row for each badge of a person.")
    model = BadgeAward
    details = ("earned", "person", "team", "badge", "rarity", "valid_until", "is_revoked")

    locals().update(person_columns("learner"))
    badge = Column(
        label=_("Badge"), entity=BADGE, type=Type.TEXT, expression="badge_name", help=_("Its name when it was earned.")
    )
    rarity = Column(
        label=_("Rarity"), entity=BADGE, type=Type.CHOICE, expression="badge__rarity", choices=tuple(Rarity.choices)
    )
    earned = Column(label=_("Earned"), entity=BADGE, type=Type.DATETIME, expression="earned_at")
    valid_until = Column(
        label=_("Valid until"), entity=BADGE, type=Type.DATE, expression="expires_on", help=_("Empty: for good.")
    )
    is_by_hand = Column(
        label=_("Given by hand"), entity=BADGE, type=Type.BOOLEAN, expression=is_true(Q(awarded_by__isnull=False))
    )
    is_revoked = Column(
        label=_("Taken back"), entity=BADGE, type=Type.BOOLEAN, expression=is_true(Q(revoked_at__isnull=False))
    )
    why = Column(label=_("Why it was taken back"), entity=BADGE, type=Type.TEXT, expression="revoked_reason")
    learner = learners_column("learner")

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return visible_to(viewer, queryset)

    def scope_words(self, viewer: Any) -> str:
        if viewer.has_perm("learning.view_all_enrollments"):
            return super().scope_words(viewer)
        return gettext("badges of %(name)s, and of the teams they manage") % {"name": viewer.name}
