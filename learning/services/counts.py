"""The counters on enrollments, recomputed from the rows below them."""

from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from learning.models import ActivityDay, Enrollment, EnrollmentStatus, LessonProgress
from lms_pages.models import CoursePage
from lms_pages.selectors import read_outline


def recount_course(*, course: CoursePage) -> int:
    """Recompute done and required of every active run of ``course`` in one UPDATE; returns how many rows it wrote.

    Runs that are over keep the numbers they ended with. Nobody is completed by it: see `finish_course`.
    """
    required = [lesson.key for lesson in read_outline(course).lessons if lesson.is_required]
    return recount(course_key=course.translation_key, required=required)


def recount(*, course_key: UUID, required: list[UUID]) -> int:
    done = (
        LessonProgress.objects.filter(enrollment=OuterRef("pk"), lesson_key__in=required)
        .order_by()
        .values("enrollment")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return Enrollment.objects.filter(course_key=course_key, status=EnrollmentStatus.ACTIVE).update(
        completed_lessons=Coalesce(Subquery(done), 0), required_lessons=len(required)
    )


def recount_activity(*, runs: QuerySet[Enrollment]) -> int:
    """Recompute visits, clicks, time and active days of ``runs`` in one UPDATE; returns how many rows it wrote.

    For whoever writes many days at once, in the transaction that writes them.
    """
    days = ActivityDay.objects.filter(enrollment=OuterRef("pk")).order_by().values("enrollment")
    sums = {name: Sum(name) for name in ("hits", "clicks", "seconds")} | {"active_days": Count("day", distinct=True)}
    return runs.order_by().update(
        **{name: Coalesce(Subquery(days.annotate(n=added_up).values("n")), 0) for name, added_up in sums.items()}
    )
