"""Enrollments of a person whose two accounts are merged."""

from typing import Any

from django.db.models import Field, Max
from django.utils.translation import gettext as _

from accounts.registries import Move
from learning.models import Enrollment, EnrollmentStatus

OPEN = (EnrollmentStatus.REQUESTED, EnrollmentStatus.ACTIVE)


class MoveRuns(Move):
    """Runs keep their progress and get the next free number where both accounts took a course. Two open runs of one
    course cannot be one person's: which of them goes on is for somebody to decide.
    """

    def refusals(self, field: Field, kept: Any, merged: Any) -> list[str]:
        theirs = Enrollment.objects.filter(learner=kept, status__in=OPEN).values("course_key")
        both = Enrollment.objects.filter(learner=merged, status__in=OPEN, course_key__in=theirs)
        return [
            _("Both accounts are on “%s” right now. End one of the two enrollments first.") % title
            for title in both.order_by("course__title").values_list("course__title", flat=True)
        ]

    def run(self, field: Field, kept: Any, merged: Any) -> None:
        theirs = Enrollment.objects.filter(learner=kept)
        last = dict(theirs.order_by().values_list("course_key").annotate(Max("run")))
        for row in Enrollment.objects.filter(learner=merged).order_by("course_key", "run"):
            last[row.course_key] = last.get(row.course_key, 0) + 1
            Enrollment.objects.filter(pk=row.pk).update(learner=kept, run=last[row.course_key])
