"""Many runs at once, from a file: each with its event, all in the caller's transaction."""

from typing import Any

from learning.models import Enrollment, LearningEvent
from learning.services.events import new_event, record_events
from learning.verbs import Verb

SOURCE = "import"
# What a completion that was earned elsewhere was judged by: somebody's word, in a file.
IMPORTED = {"rule": "import"}


def enrolled_event(run: Enrollment, actor: Any) -> LearningEvent:
    return new_event(
        verb=Verb.COURSE_ENROLLED,
        idempotency_key=f"course:enrolled:{run.uuid}",
        enrollment=run,
        actor=actor,
        page=run.course,
        revision_id=run.course.live_revision_id,
        data={"policy": run.course.enrollment_policy, "run": run.run},
        occurred_at=run.enrolled_at,
        source=SOURCE,
    )


def completed_event(run: Enrollment, actor: Any) -> LearningEvent:
    return new_event(
        verb=Verb.COURSE_COMPLETED,
        idempotency_key=f"course:completed:{run.uuid}",
        enrollment=run,
        actor=actor,
        page=run.course,
        data={"lessons": []},
        occurred_at=run.completed_at,
        source=SOURCE,
    )


def enroll_many(*, runs: list[Enrollment], actor: Any) -> None:
    """Write new active runs and their events. IntegrityError where somebody has an open run in that course already.

    Must run inside a transaction, with ``run.run`` and ``run.required_lessons`` set.
    """
    Enrollment.objects.bulk_create(runs)
    record_events([enrolled_event(run, actor) for run in runs])


def record_completions(*, runs: list[Enrollment], actor: Any) -> None:
    """Write runs that were completed elsewhere, each with the day it began and the day it ended as events.

    No lesson is marked done and no revision is named: nobody knows what was read. Must run inside a transaction.
    """
    Enrollment.objects.bulk_create(runs)
    record_events([event for run in runs for event in (enrolled_event(run, actor), completed_event(run, actor))])


def remove_imported_runs(*, runs: list[Enrollment]) -> None:
    """Take back runs that an import wrote and nobody used, with their events: what they told never happened.

    ProtectedError where something was built on one of them.
    """
    LearningEvent.objects.filter(enrollment__in=runs, source=SOURCE).delete()
    Enrollment.objects.filter(pk__in=[run.pk for run in runs]).delete()
