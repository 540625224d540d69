"""What graded attempts mean: their points, the results that count, and the lessons that are done with them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from assessment.models import Attempt, AttemptQuestion, AttemptState
from assessment.rules import kept, passes, total
from learning.models import Enrollment, LearningEvent, LessonProgress, Result
from learning.services import complete_lesson_in_runs, record_results
from learning.services.events import new_event, record_events
from learning.verbs import Verb
from lms_pages.models import QuizPage

Cause = Literal["submission", "person", "regrade"]
# An attempt with all its questions.
Graded = tuple[Attempt, Sequence[AttemptQuestion]]


def settle(
    *,
    attempt: Attempt,
    rows: Sequence[AttemptQuestion],
    cause: Cause,
    at: datetime,
    actor: Any = None,
    source: str = "web",
) -> None:
    """`settle_all` for one attempt; its run is read anew before and after."""
    attempt.enrollment.refresh_from_db()
    settle_all(graded=[(attempt, rows)], cause=cause, at=at, actor=actor, source=source)
    attempt.enrollment.refresh_from_db()


def settle_all(*, graded: Sequence[Graded], cause: Cause, at: datetime, actor: Any = None, source: str = "web") -> None:
    """Add up attempts that were handed in, those of which nothing waits for a person, and let their runs know.

    Call in the transaction that graded the rows, while the runs are held and with runs that were read since. The
    number of queries grows with the quizzes alone.
    """
    waiting, added = [], []
    for attempt, rows in graded:
        if any(row.needs_grading for row in rows):
            attempt.state, attempt.score, attempt.passed = AttemptState.SUBMITTED, None, None
            waiting.append(attempt)
            continue
        attempt.score = total([row.earned for row in rows if row.earned is not None])
        attempt.passed = passes(score=attempt.score, max_score=attempt.max_score, pass_mark=attempt.judged_by.pass_mark)
        attempt.state, attempt.graded_at, attempt.gradings = AttemptState.GRADED, at, attempt.gradings + 1
        added.append(attempt)
    Attempt.objects.bulk_update(waiting, ["state", "score", "passed"])
    Attempt.objects.bulk_update(added, ["score", "passed", "state", "graded_at", "gradings"])
    record_events([graded_event(attempt, cause, at, actor, source) for attempt in added])
    keep_outcomes(attempts=[attempt for attempt, _rows in graded], at=at, actor=actor, source=source)


def graded_event(attempt: Attempt, cause: Cause, at: datetime, actor: Any, source: str) -> LearningEvent:
    return new_event(
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


def keep_outcomes(*, attempts: Sequence[Attempt], at: datetime, actor: Any = None, source: str = "web") -> None:
    """Keep the result that counts among each run's attempts at a quiz, and mark the quiz done once it is earned. A score
    set by hand goes on counting in its place.

    A quiz with a pass mark is done when the result of its attempts has passed, one without when it is handed in. What
    was done stays done, whatever a later attempt or grade brings. A run that is over keeps what it has.
    """
    open_runs = {
        (attempt.enrollment_id, attempt.quiz_key): attempt for attempt in attempts if attempt.enrollment.is_open
    }
    runs, keys = {run for run, _key in open_runs}, {key for _run, key in open_runs}
    scores: dict[tuple[int, UUID], list[tuple[Decimal, Decimal]]] = defaultdict(list)
    graded = Attempt.objects.filter(
        enrollment__in=runs, quiz_key__in=keys, state=AttemptState.GRADED, max_score__gt=0
    ).order_by("number")
    for run, key, score, max_score in graded.values_list("enrollment", "quiz_key", "score", "max_score"):
        if score is not None:
            scores[run, key].append((score, max_score))
    progress = LessonProgress.objects.filter(enrollment__in=runs, lesson_key__in=keys)
    done = set(progress.values_list("enrollment", "lesson_key"))
    results: list[Result] = []
    earned: dict[QuizPage, list[Enrollment]] = defaultdict(list)
    for place, attempt in open_runs.items():
        quiz, passed = attempt.quiz, None
        if (result := kept(scores[place], quiz.kept_attempt)) is not None:
            score, max_score = result
            passed = passes(score=score, max_score=max_score, pass_mark=quiz.pass_mark)
            results.append(
                Result(
                    enrollment=attempt.enrollment,
                    page_key=quiz.translation_key,
                    page_id=quiz.pk,
                    score=score,
                    max_score=max_score,
                    passed=passed,
                    updated_at=at,
                )
            )
        # Where there was nothing to win, taking part is all that can be asked.
        if place not in done and (passed or quiz.pass_mark is None or attempt.max_score == 0):
            earned[quiz].append(attempt.enrollment)
    record_results(results)
    for quiz, enrollments in earned.items():
        # An attempt that was begun lawfully may end, also where a lesson before it was added meanwhile.
        complete_lesson_in_runs(
            enrollments=enrollments,
            lesson=quiz,
            rule="quiz",
            at=at,
            source=source,
            actor=actor,
            was_there=source not in ("staff", "sweep"),
        )
