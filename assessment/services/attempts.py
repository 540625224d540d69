"""Attempts: begun once, saved as answers are given, handed in once, by the learner or by the server when time is over.

Whoever writes to an attempt first holds the run (`hold_run`), then the attempt, so that two tabs, two clicks or a
sweep and a learner are served one after the other, and the later one finds what the first has done.
"""

import json
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from assessment.exceptions import AlreadyChecked, AttemptOver, NoSuchQuestion, NothingToAsk
from assessment.models import Attempt, AttemptQuestion, AttemptState, SubmittedBy
from assessment.rules import Rules, deadline, earned
from assessment.selectors.attempts import admission, allowance_for
from assessment.services.drawing import Drawn, draw_questions
from assessment.services.outcomes import settle
from learning.exceptions import NotEnrolled
from learning.models import Enrollment, LearningEvent, LessonProgress
from learning.policies import require_unlocked
from learning.services import hold_run, record_event
from learning.services.events import new_event, record_events
from learning.verbs import Verb
from lms_pages.models import FeedbackMode, Layout, LessonOrder, QuizPage
from lms_pages.selectors import read_outline
from questions.models import Question
from questions.types import Answer, Values

logger = logging.getLogger(__name__)

# Characters of an unfinished answer that are kept, as JSON: more than a whole answer of any type has.
UNFINISHED_LENGTH = 60_000
# What another process may have changed about an attempt.
ENDING = ["state", "due_at", "saved_at", "submitted_at", "submitted_by", "score", "passed"]


def grace() -> timedelta:
    """How long after its end an attempt still takes what was on its way."""
    return timedelta(seconds=settings.ASSESSMENT_GRACE_SECONDS)


def start_attempt(
    *, enrollment: Enrollment, quiz: QuizPage, at: datetime | None = None, source: str = "web", seed: str = ""
) -> Attempt:
    """Begin an attempt at a live quiz, or return the one that is under way: there is never more than one.

    ``seed`` decides what is drawn; without one nobody can know it before.

    NotEnrolled unless the run is open, LessonLocked where the quiz is not open yet in its course, CannotBegin with a
    sentence where the quiz's rules allow none now, NothingToAsk where the bank has no question for it.
    """
    at = at or timezone.now()
    with transaction.atomic():
        hold_run(enrollment=enrollment, lesson_key=quiz.translation_key, at=at)
        attempts = list(Attempt.objects.filter(enrollment=enrollment, quiz_key=quiz.translation_key).order_by("number"))
        under_way = next((attempt for attempt in attempts if attempt.is_open), None)
        if under_way is not None and not is_over(under_way, at):
            return under_way
        if under_way is not None and _end(under_way, by=SubmittedBy.DEADLINE, at=at, source=source).is_open:
            return under_way
        if enrollment.course.lesson_order == LessonOrder.IN_ORDER:
            done = set(LessonProgress.objects.filter(enrollment=enrollment).values_list("lesson_key", flat=True))
            outline = read_outline(enrollment.course)
            require_unlocked(enrollment=enrollment, outline=outline, done=done, key=quiz.translation_key)
        allowance = allowance_for(enrollment=enrollment, quiz=quiz)
        admission(quiz=quiz, allowance=allowance, attempts=attempts, at=at).require()
        key = uuid.uuid4()
        drawn = draw_questions(quiz=quiz, enrollment=enrollment, seed=seed or str(key))
        if not drawn:
            raise NothingToAsk()
        attempt = Attempt.objects.create(
            uuid=key,
            enrollment=enrollment,
            quiz=quiz,
            quiz_key=quiz.translation_key,
            page_revision_id=quiz.live_revision_id,
            number=attempts[-1].number + 1 if attempts else 1,
            rules=rules_of(quiz).model_dump(mode="json"),
            sections=[{"title": part.title, "introduction": part.introduction} for part in quiz.plan],
            started_at=at,
            due_at=deadline(
                started_at=at,
                time_limit=quiz.time_limit,
                extra_minutes=allowance.extra_minutes,
                closes_at=allowance.closes_at,
            ),
            max_score=sum((entry.points for entry in drawn), Decimal(0)),
        )
        AttemptQuestion.objects.bulk_create(
            AttemptQuestion(
                attempt=attempt,
                position=position,
                section=entry.section,
                question=entry.question,
                question_revision_id=revision_of(entry),
                points=entry.points,
            )
            for position, entry in enumerate(drawn, 1)
        )
        record_event(
            verb=Verb.QUIZ_STARTED,
            idempotency_key=f"quiz:started:{attempt.uuid}",
            enrollment=enrollment,
            page=quiz,
            lesson_key=quiz.translation_key,
            revision_id=quiz.live_revision_id,
            object_type="attempt",
            object_uuid=attempt.uuid,
            data={"attempt": attempt.number, "questions": len(drawn)},
            occurred_at=at,
            source=source,
        )
    return attempt


def rules_of(quiz: QuizPage) -> Rules:
    """What an attempt that begins now is judged by."""
    return Rules(
        time_limit=quiz.time_limit,
        pass_mark=quiz.pass_mark,
        feedback_mode=FeedbackMode(quiz.feedback_mode),
        penalty=quiz.penalty,
        negative_marks=quiz.negative_marks,
        layout=Layout(quiz.layout),
    )


def revision_of(drawn: Drawn) -> int:
    """The revision that is live; a question that was never saved with one gets it now, so that it is kept as asked."""
    question = drawn.question
    return question.live_revision_id or question.latest_revision_id or question.save_revision().pk


def is_over(attempt: Attempt, at: datetime) -> bool:
    """Whether the time of an open attempt is up, with what is granted for what was on its way."""
    return attempt.due_at is not None and at > attempt.due_at + grace()


def hold_attempt(*, attempt: Attempt, at: datetime) -> None:
    """Lock an attempt that still takes answers until the transaction ends. AttemptOver where it does not."""
    in_time = Q(due_at=None) | Q(due_at__gte=at - grace())
    if not Attempt.objects.filter(in_time, pk=attempt.pk, state=AttemptState.OPEN).update(saved_at=at):
        raise AttemptOver()


@dataclass(frozen=True)
class Window:
    """A page with the form of an attempt: its own name, and which window had saved each question when it was drawn."""

    name: str
    seen: Mapping[int, str]

    def may_write(self, row: AttemptQuestion) -> bool:
        return row.saved_by in (self.name, self.seen.get(row.position, ""))


@dataclass(frozen=True)
class Saved:
    """When answers were saved; ``elsewhere`` are numbers of questions that another window has saved since this one was
    drawn: they stay as they are there."""

    at: datetime
    elsewhere: tuple[int, ...] = ()


def save_answers(
    *,
    attempt: Attempt,
    answers: Mapping[int, Answer | None],
    unfinished: Mapping[int, Values] | None = None,
    at: datetime | None = None,
    window: Window | None = None,
) -> Saved:
    """Keep cleaned answers by the number of their question; None takes an answer back.

    ``unfinished`` are the values of forms that hold no whole answer yet. They are kept beside the last whole one, to
    go on with, and never judged; what is saved without them clears them. Of two windows the one that was drawn later
    wins; what is refused for that is named in the result.

    Nothing is judged. Questions that were checked for good keep the answer they have. AttemptOver once the attempt is
    handed in or its time is up, by the server's clock alone; NoSuchQuestion for a number the attempt does not have;
    ValueError for values beyond `UNFINISHED_LENGTH`. Then nothing of it is kept.
    """
    at = at or timezone.now()
    with transaction.atomic():
        hold_attempt(attempt=attempt, at=at)
        return Saved(at, _write_answers(attempt, answers, unfinished or {}, at, window))


def _write_answers(
    attempt: Attempt,
    answers: Mapping[int, Answer | None],
    unfinished: Mapping[int, Values],
    at: datetime,
    window: Window | None,
) -> tuple[int, ...]:
    """The numbers of those that another window has saved meanwhile, and that stay."""
    if any(is_too_long(values) for values in unfinished.values()):
        raise ValueError("an unfinished answer is too long to be kept")
    given = sorted({*answers, *unfinished})
    rows = {row.position: row for row in attempt.questions.filter(position__in=given)}
    if missing := set(given) - set(rows):
        raise NoSuchQuestion(f"{NoSuchQuestion().args[0]} ({', '.join(map(str, sorted(missing)))})")
    changed, elsewhere = [], []
    for position in given:
        row, values = rows[position], unfinished.get(position)
        answer = answers.get(position, row.answer)
        if row.is_final or (row.answer, row.unfinished) == (answer, values):
            continue
        if window is not None and not window.may_write(row):
            elsewhere.append(position)
            continue
        if row.answer != answer:
            # A share that a check gave was that of the answer before.
            row.answer, row.answered_at, row.share = answer, at if answer is not None else None, None
        row.unfinished, row.saved_by = values, window.name if window is not None else ""
        changed.append(row)
    AttemptQuestion.objects.bulk_update(changed, ["answer", "unfinished", "answered_at", "share", "saved_by"])
    return tuple(elsewhere)


def is_too_long(values: Values) -> bool:
    """Whether an unfinished answer is longer than what is kept."""
    return len(json.dumps(values, ensure_ascii=False)) > UNFINISHED_LENGTH


def check_answer(*, attempt: Attempt, position: int, answer: Answer, at: datetime | None = None) -> AttemptQuestion:
    """Save one answer and judge it at once, where the attempt's rules say so; a wrong one counts as a try.

    Checked once, or, with another try, once it is right, nothing is left to win, or nobody but a person could judge
    it, the question is closed for good. AlreadyChecked then; AttemptOver and NoSuchQuestion as in `save_answers`.
    """
    at = at or timezone.now()
    rules = attempt.judged_by
    if rules.feedback_mode == FeedbackMode.AT_THE_END:
        raise AlreadyChecked()
    with transaction.atomic():
        hold_attempt(attempt=attempt, at=at)
        row = attempt.questions.select_related("question_revision").filter(position=position).first()
        if row is None:
            raise NoSuchQuestion()
        if row.is_final:
            raise AlreadyChecked()
        if row.answer == answer and row.share is not None:
            # The same click once more: no other try was made.
            return row
        question = row.as_asked
        grade = question.kind.grade(question.value, answer)
        row.answer, row.answered_at, row.tries, row.share = answer, at, row.tries + 1, grade.score
        row.unfinished = None
        nothing_to_win = rules.penalty * row.tries >= 1
        row.is_final = rules.feedback_mode == FeedbackMode.AT_ONCE or grade.score in (None, 1) or nothing_to_win
        row.save(update_fields=["answer", "unfinished", "answered_at", "tries", "share", "is_final"])
    return row


def submit_attempt(
    *,
    attempt: Attempt,
    answers: Mapping[int, Answer | None] | None = None,
    unfinished: Mapping[int, Values] | None = None,
    at: datetime | None = None,
    source: str = "web",
    window: Window | None = None,
) -> Attempt:
    """Hand an attempt in, with the last ``answers`` if there are any, and grade what the server can grade.

    An answer that is ``unfinished`` counts as none, or as the last whole one where there is one.

    Handed in twice, it is one attempt with one grade, and the second call changes nothing. What arrives after the
    end of its time is not taken: then the attempt is handed in with what was saved before, by its deadline.
    """
    at = at or timezone.now()
    with transaction.atomic():
        _hold_run_if_open(attempt, at)
        attempt.refresh_from_db(fields=ENDING)
        if not attempt.is_open:
            return attempt
        if is_over(attempt, at) and not _end(attempt, by=SubmittedBy.DEADLINE, at=at, source=source).is_open:
            return attempt
        hold_attempt(attempt=attempt, at=at)
        _write_answers(attempt, answers or {}, unfinished or {}, at, window)
        return _end(attempt, by=SubmittedBy.LEARNER, at=at, source=source)


def submit_overdue(*, at: datetime | None = None, most: int = 500) -> int:
    """Hand in open attempts whose time is up, each in a transaction of its own; returns how many.

    One that cannot be handed in is logged and does not stop the others; the next sweep tries it again.
    """
    at = at or timezone.now()
    found = Attempt.objects.filter(state=AttemptState.OPEN, due_at__lt=at - grace()).order_by("due_at")
    count = 0
    for attempt in found.select_related("enrollment__course", "quiz")[:most]:
        try:
            with transaction.atomic():
                # The learner was not there: their last activity stays what it is.
                _hold_run_if_open(attempt, attempt.enrollment.last_activity_at or at)
                # Its end may have been moved since it was found.
                attempt.refresh_from_db(fields=ENDING)
                if attempt.is_open and is_over(attempt, at):
                    count += _end(attempt, by=SubmittedBy.DEADLINE, at=at, source="sweep").is_open is False
        except Exception:
            logger.exception("Attempt %s could not be handed in at its deadline", attempt.uuid)
    return count


def _hold_run_if_open(attempt: Attempt, at: datetime) -> None:
    """The lock that comes first. A learner who left meanwhile still gets the attempt ended, without progress."""
    try:
        hold_run(enrollment=attempt.enrollment, lesson_key=None, at=at)
    except NotEnrolled:
        logger.info("Attempt %s ends in a run that is over", attempt.uuid)


def close(attempt: Attempt, *, by: SubmittedBy, at: datetime) -> bool:
    """The fence: of two that end an attempt at once, one passes; and none at a deadline that was moved meanwhile."""
    still = Attempt.objects.filter(pk=attempt.pk, state=AttemptState.OPEN)
    if by == SubmittedBy.DEADLINE:
        still = still.filter(due_at=attempt.due_at)
    return bool(still.update(state=AttemptState.SUBMITTED, submitted_at=at, submitted_by=by))


def _end(attempt: Attempt, *, by: SubmittedBy, at: datetime, source: str) -> Attempt:
    """Close an open attempt and grade it; one that somebody else has closed meanwhile, or
    whose deadline was moved, stays as it is."""
    ended_at = min(at, attempt.due_at) if attempt.due_at else at
    was_open = close(attempt, by=by, at=ended_at)
    attempt.refresh_from_db(fields=ENDING)
    if not was_open:
        return attempt
    rows = list(attempt.questions.select_related("question_revision"))
    rules = attempt.judged_by
    events = []
    for row in rows:
        question = row.as_asked
        if row.answer is None:
            row.share = Decimal(0) if question.kind.is_graded else None
        else:
            grade = question.kind.grade(question.value, row.answer)
            # An answer that was changed after its last check is one more try.
            row.tries += row.share is None
            row.share, row.needs_grading = grade.score, bool(getattr(grade, "needs_grading", False))
            events.append(_answered(attempt, row, question, source))
        if row.share is not None:
            row.earned = earned(share=row.share, points=row.points, tries=row.tries, rules=rules)
    AttemptQuestion.objects.bulk_update(rows, ["share", "earned", "tries", "needs_grading"])
    record_event(
        verb=Verb.QUIZ_SUBMITTED,
        idempotency_key=f"quiz:submitted:{attempt.uuid}",
        enrollment=attempt.enrollment,
        page=attempt.quiz,
        lesson_key=attempt.quiz_key,
        revision_id=attempt.page_revision_id,
        object_type="attempt",
        object_uuid=attempt.uuid,
        data={"attempt": attempt.number, "by": by, "answered": len(events), "questions": len(rows)},
        occurred_at=ended_at,
        source=source,
    )
    record_events(events)
    settle(attempt=attempt, rows=rows, cause="submission", at=at, source=source)
    return attempt


def _answered(attempt: Attempt, row: AttemptQuestion, question: Question, source: str) -> LearningEvent:
    return new_event(
        verb=Verb.QUESTION_ANSWERED,
        idempotency_key=f"question:answered:{attempt.uuid}:{row.position}",
        enrollment=attempt.enrollment,
        page=attempt.quiz,
        lesson_key=attempt.quiz_key,
        revision_id=attempt.page_revision_id,
        object_type="question",
        object_uuid=question.uuid,
        score=row.share,
        data={
            "question_type": question.kind.name,
            "block_id": "",
            "attempt": attempt.number,
            "is_right": None if row.share is None else row.share == 1,
        },
        occurred_at=row.answered_at,
        source=source,
    )
