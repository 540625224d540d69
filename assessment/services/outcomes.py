"""What a graded attempt means: its points, the result that counts, and the lesson that is done with it."""

from datetime import datetime
from typing import Any, Literal

from assessment.models import Attempt, AttemptQuestion, AttemptState
from assessment.rules import kept, passes, total
from learning.models import LessonProgress
from learning.services import complete_lesson, record_event, record_result
from learning.verbs import Verb

Cause = Literal["submission", "person", "regrade"]


def settle(
    *,
    attempt: Attempt,
    rows: list[AttemptQuestion],
    cause: Cause,
    at: datetime,
    actor: Any = None,
    source: str = "web",
) -> None:
    """Add up an attempt that was handed in, once nothing of it waits for a person, and let the run know.

    Call in the transaction that graded its ``rows`` (all of them), while the run is held.
    """
    if any(row.needs_grading for row in rows):
        Attempt.objects.filter(pk=attempt.pk).update(state=AttemptState.SUBMITTED, score=None, passed=None)
        attempt.refresh_from_db()
        keep_outcome(attempt=attempt, at=at, actor=actor, source=source)
        return
    attempt.score = total([row.earned for row in rows if row.earned is not None])
    attempt.passed = passes(score=attempt.score, max_score=attempt.max_score, pass_mark=attempt.judged_by.pass_mark)
    attempt.state, attempt.graded_at, attempt.gradings = AttemptState.GRADED, at, attempt.gradings + 1
    attempt.save(update_fields=["score", "passed", "state", "graded_at", "gradings"])
    record_event(
        verb=Verb.QUIZ_GRADED,
        idempotency_key=f"quiz:graded:{attempt.uuid}:{attempt.gradings}",
        enrollment=attempt.enrollment,
        actor=actor,
        page=attempt.quiz,
        lesson_key=attempt.quiz_key,
        revision_id=attempt.page_revision_id,
        object_type="attempt",
        object_uuid=attempt.uuid,
        score=attempt.score,
        data={
            "attempt": attempt.number,
            "score": str(attempt.score),
            "max_score": str(attempt.max_score),
            "passed": attempt.passed,
            "cause": cause,
        },
        occurred_at=at,
        source=source,
    )
    keep_outcome(attempt=attempt, at=at, actor=actor, source=source)


def keep_outcome(*, attempt: Attempt, at: datetime, actor: Any = None, source: str = "web") -> None:
    """Keep the result that counts among the run's attempts at the quiz, and mark the quiz done once it is earned.

    A quiz with a pass mark is done when the result that counts has passed, one without when it is handed in. What
    was done stays done, whatever a later attempt or grade brings. A run that is over keeps what it has.
    """
    enrollment, quiz = attempt.enrollment, attempt.quiz
    enrollment.refresh_from_db()
    if not enrollment.is_open:
        return
    graded = Attempt.objects.filter(
        enrollment=enrollment, quiz_key=attempt.quiz_key, state=AttemptState.GRADED, max_score__gt=0
    ).order_by("number")
    scores = [(score, of) for score, of in graded.values_list("score", "max_score") if score is not None]
    result = kept(scores, quiz.kept_attempt)
    passed = None
    if result is not None:
        score, max_score = result
        passed = passes(score=score, max_score=max_score, pass_mark=quiz.pass_mark)
        record_result(enrollment=enrollment, page=quiz, score=score, max_score=max_score, passed=passed, at=at)
    is_done = LessonProgress.objects.filter(enrollment=enrollment, lesson_key=attempt.quiz_key).exists()
    # Where there was nothing to win, taking part is all that can be asked.
    if not is_done and (passed or quiz.pass_mark is None or attempt.max_score == 0):
        # An attempt that was begun lawfully may end, also where a lesson before it was added meanwhile.
        complete_lesson(
            enrollment=enrollment,
            lesson=quiz,
            rule="quiz",
            at=at,
            source=source,
            actor=actor,
            may_be_locked=True,
            was_there=source not in ("staff", "sweep"),
        )
