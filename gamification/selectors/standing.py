"""Where a learner stands: points, level, streak, and who may look at it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from gamification.models import EntryKind, LearnerProfile, Level, PointEntry, Visibility
from gamification.rules import current_streak
from gamification.selectors.happenings import zones_of
from learning.models import Enrollment, EnrollmentStatus
from learning.policies import reach


def points_of_row() -> Subquery:
    """The merit of the person of the row; None where they have no profile yet."""
    return Subquery(LearnerProfile.objects.filter(learner=OuterRef("pk")).values("merit"))


def has_news() -> Exists:
    """Whether the person of the row earned something that they were not told of yet."""
    return Exists(LearnerProfile.objects.filter(learner=OuterRef("pk"), has_news=True))


@dataclass(frozen=True)
class Standing:
    """What a learner has, as they and others see it. ``merit`` is what was ever earned, ``balance`` what can be spent."""

    merit: int = 0
    balance: int = 0
    level: Level | None = None
    next_level: Level | None = None
    streak: int = 0
    longest_streak: int = 0
    was_active_today: bool = False

    @property
    def to_next(self) -> int:
        """Points that are missing to the next level."""
        return max(self.next_level.points - self.merit, 0) if self.next_level else 0

    @property
    def percent(self) -> int:
        """How far the way from this level to the next is gone, in whole percent, never rounded up."""
        if self.next_level is None:
            return 100
        start = self.level.points if self.level else 0
        way = self.next_level.points - start
        return min(max((self.merit - start) * 100 // way, 0), 100) if way > 0 else 0


def profile_of(learner: Any) -> LearnerProfile:
    """The learner's profile, an unsaved one with the defaults where there is none yet."""
    return LearnerProfile.objects.filter(learner=learner).first() or LearnerProfile(learner=learner)


def standing_of(profile: LearnerProfile) -> Standing:
    """The standing that a profile means today, by its learner's own calendar. Two queries."""
    level = next_level = None
    for one in Level.objects.order_by("points"):
        if one.points > profile.merit:
            next_level = one
            break
        level = one
    today = today_of(profile)
    return Standing(
        merit=profile.merit,
        balance=profile.balance,
        level=level,
        next_level=next_level,
        streak=current_streak(profile.last_active_on, profile.streak, today),
        longest_streak=profile.longest_streak,
        was_active_today=profile.last_active_on == today,
    )


def today_of(profile: LearnerProfile) -> date:
    return timezone.now().astimezone(zones_of([profile.learner_id])[profile.learner_id]).date()


def sums_by_kind(learner: Any) -> dict[str, int]:
    """Points of the learner's ledger by kind; kinds without a line are left out."""
    rows = PointEntry.objects.filter(learner=learner).order_by().values_list("kind")
    return dict(rows.annotate(points=Sum("points")))


def held_points(sums: dict[str, int]) -> int:
    """Points that wait for a reward to be handed over, declined or cancelled."""
    return -(sums.get(EntryKind.HELD, 0) + sums.get(EntryKind.RELEASED, 0))


def course_mates(viewer: Any) -> QuerySet:
    """Ids of the people on courses that ``viewer`` is on, or has completed."""
    is_there = Q(status__in=(EnrollmentStatus.ACTIVE, EnrollmentStatus.COMPLETED))
    own = Enrollment.objects.filter(is_there, learner=viewer).values("course_key")
    return Enrollment.objects.filter(is_there, course_key__in=own).order_by().values("learner")


def open_profiles(viewer: Any, people: Iterable[Any]) -> set[int]:
    """Ids of those of ``people`` whose profile ``viewer`` may open: their own, those of people they answer for, and what
    its owner lets them see. At most five queries, however many they are."""
    if not viewer.is_authenticated or not viewer.is_active:
        return set()
    asked = {person.pk for person in people if person.is_active}
    if viewer.has_perm("learning.view_all_enrollments"):
        return asked
    found = asked & {viewer.pk}
    rest = asked - found
    if not rest:
        return found
    managed = reach(viewer).people
    found |= rest & (
        set(managed.filter(user__in=rest).values_list("user", flat=True)) if isinstance(managed, QuerySet) else managed
    )
    said = dict(LearnerProfile.objects.filter(learner__in=rest).values_list("learner_id", "visibility"))
    found |= {pk for pk, visibility in said.items() if visibility == Visibility.EVERYONE}
    # Who never chose has the default.
    mates = {pk for pk in rest - found if said.get(pk, Visibility.COLLEAGUES) == Visibility.COLLEAGUES}
    return (
        found | set(course_mates(viewer).filter(learner__in=mates).values_list("learner", flat=True))
        if mates
        else found
    )


def may_see_profile(viewer: Any, person: Any) -> bool:
    """`open_profiles` for one."""
    return person.pk in open_profiles(viewer, [person])
