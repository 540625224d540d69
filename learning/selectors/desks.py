"""Which desks somebody has: a team to look after, courses to teach."""

from django.db.models import Exists, OuterRef

from accounts.models import Team
from lms_pages.models import CourseStaff


def has_team() -> Exists:
    """Whether the person of the row looks after a team."""
    return Exists(Team.objects.filter(managers=OuterRef("pk")))


def teaches() -> Exists:
    """Whether the person of the row teaches a course."""
    return Exists(CourseStaff.objects.filter(user=OuterRef("pk")))
