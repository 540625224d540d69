"""What an attempt shows to its learner: while it is taken, before it is handed in, and afterwards."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.models import Attempt, AttemptQuestion
from assessment.selectors.attempts import allowance_for, review_rights
from lms_pages.models import FeedbackMode, Layout, Review
from questions.exceptions import AnswerInvalid, AnswerUnfinished
from questions.models import Question
from questions.shown import ShownQuestion


@dataclass(frozen=True)
class Section:
    title: str
    introduction: str


@dataclass(frozen=True)
class AttemptItem:
    """A question of an attempt as its learner may see it now."""

    row: AttemptQuestion
    shown: ShownQuestion
    # What stands above the first question of a section.
    section: Section | None = None
    may_check: bool = False
    is_closed: bool = False
    # Why what stands there is no whole answer yet, and what it is worth until it is one.
    missing: str = ""
    until_then: str = ""
    right_words: str = ""
    solution: str = ""
    shows_points: bool = False

    @property
    def is_answered(self) -> bool:
        return self.row.is_answered

    @property
    def is_complete(self) -> bool:
        return self.row.is_complete


@dataclass(frozen=True)
class AttemptPage:
    """``items`` are those on this page, ``numbers`` all of the attempt; ``seconds_left`` is None without a limit."""

    items: tuple[AttemptItem, ...]
    numbers: tuple[AttemptQuestion, ...]
    here: int | None
    seconds_left: int | None
    # Names this page among the windows that may be open on the attempt.
    window: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def answered(self) -> int:
        return sum(row.is_complete for row in self.numbers)

    @property
    def incomplete(self) -> tuple[AttemptQuestion, ...]:
        return tuple(row for row in self.numbers if not row.is_complete)

    @property
    def before(self) -> int | None:
        return self.here - 1 if self.here and self.here > 1 else None

    @property
    def after(self) -> int | None:
        return self.here + 1 if self.here and self.here < len(self.numbers) else None


def attempt_page(*, attempt: Attempt, wanted: str, all_of_it: bool = False, empty: int | None = None) -> AttemptPage:
    """The questions of an open attempt: all, or the one that is ``wanted`` by its number. Two queries.

    Nothing here tells a right answer; a verdict and feedback stand only at a question that was checked.
    ``empty`` is the number of a question that was to be checked without an answer.
    """
    rows = list(attempt.questions.select_related("question_revision").order_by("position"))
    here = None
    on_page = rows
    if attempt.judged_by.layout == Layout.ONE and not all_of_it:
        numbers = {str(row.position): row.position for row in rows}
        here = numbers.get(wanted) or first_open(rows)
        on_page = [row for row in rows if row.position == here]
    return AttemptPage(
        items=tuple(items(attempt, on_page, empty)),
        numbers=tuple(rows),
        here=here,
        seconds_left=seconds_left(attempt),
    )


def seconds_left(attempt: Attempt) -> int | None:
    """Until the attempt ends by itself; None without a limit."""
    if attempt.due_at is None:
        return None
    return max(int((attempt.due_at - timezone.now()).total_seconds()), 0)


def first_open(rows: list[AttemptQuestion]) -> int:
    return next((row.position for row in rows if not row.is_complete), 1)


def shortcoming(row: AttemptQuestion, question: Question) -> tuple[str, str]:
    """Why an answer is not complete, in the reader's language, and what counts until it is; empty where it is."""
    if row.unfinished is None:
        return "", ""
    try:
        question.kind.clean_answer(question.value, row.unfinished)
    except AnswerUnfinished as error:
        return str(error), _("It is handed in as it stands.")
    except AnswerInvalid as error:
        return str(error), _("Until then your earlier answer counts.") if row.is_answered else ""
    # The rules of its type have changed since.
    return _("This answer was not saved as a whole. Save it once more."), ""


def items(attempt: Attempt, rows: list[AttemptQuestion], empty: int | None = None) -> Iterator[AttemptItem]:
    at_once = attempt.judged_by.feedback_mode != FeedbackMode.AT_THE_END
    section = None
    for row in rows:
        question = row.as_asked
        missing, until_then = shortcoming(row, question)
        kind, definition = question.kind, question.value
        # A verdict was that of the answer before, while another one is being written.
        was_checked = at_once and not missing and row.tries > 0 and (row.share is not None or row.is_final)
        given = kind.values(definition, row.answer) if row.answer is not None else {}
        yield AttemptItem(
            row=row,
            shown=ShownQuestion(
                question=question,
                field=f"q{row.position}",
                seed=str(attempt.uuid),
                values=given if row.unfinished is None else row.unfinished,
                error=missing or (_("Answer the question, then check it.") if row.position == empty else ""),
                is_answered=was_checked,
                is_right=None if row.share is None else row.share == 1,
                is_partly_right=bool(row.share and 0 < row.share < 1),
                grade=kind.grade(definition, row.answer) if was_checked and row.answer is not None else None,
                # The hint is what a wrong try opens; without other tries there is nothing to use it for.
                shows_hint=was_checked and not row.is_final,
                shows_solution=False,
            ),
            section=heading(attempt, row) if row.section != section else None,
            may_check=at_once and not row.is_final and kind.is_graded and not kind.graded_by_hand,
            is_closed=row.is_final,
            missing=missing,
            until_then=until_then,
        )
        section = row.section


def heading(attempt: Attempt, row: AttemptQuestion) -> Section | None:
    if row.section >= len(attempt.sections):
        return None
    return Section(**attempt.sections[row.section])


@dataclass(frozen=True)
class ReviewPage:
    """A finished attempt as far as it may be seen ``at`` this moment. ``rights`` are values of `Review`."""

    items: tuple[AttemptItem, ...]
    rights: frozenset[str]
    closes_at: datetime | None
    waits: int
    # What the quiz says to such a score.
    overall: str = ""

    @property
    def shows_points(self) -> bool:
        return Review.POINTS in self.rights

    @property
    def more_later(self) -> bool:
        """Whether closing the quiz will show more than there is to see now."""
        return self.closes_at is not None


def review_page(*, attempt: Attempt, at: datetime, rights: frozenset[str] | None = None) -> ReviewPage:
    """The review of an attempt that was handed in: three queries. ``rights`` is given for staff, who see everything."""
    quiz = attempt.quiz
    closes_at = allowance_for(enrollment=attempt.enrollment, quiz=quiz).closes_at
    if rights is None:
        rights = review_rights(quiz=quiz, closes_at=closes_at, at=at)
    rows = list(attempt.questions.select_related("question_revision", "judged_revision").order_by("position"))
    later = closes_at is not None and at < closes_at and not set(quiz.review_after_close) <= rights
    return ReviewPage(
        items=tuple(reviewed(attempt, rows, rights)),
        rights=rights,
        closes_at=closes_at if later else None,
        waits=sum(row.needs_grading for row in rows),
        overall=overall_feedback(attempt) if Review.POINTS in rights else "",
    )


def overall_feedback(attempt: Attempt) -> str:
    """As the quiz is published now; nothing while a person has yet to grade."""
    if attempt.score is None:
        return ""
    return attempt.quiz.feedback_on(score=attempt.score, max_score=attempt.max_score)


def reviewed(attempt: Attempt, rows: list[AttemptQuestion], rights: frozenset[str]) -> Iterator[AttemptItem]:
    section = None
    for row in rows:
        question, judged = row.as_asked, row.as_judged
        kind, definition = question.kind, question.value
        verdict, feedback = Review.VERDICT in rights, Review.FEEDBACK in rights
        right = judged.kind.right_answer(judged.value) if Review.RIGHT in rights and row.share != 1 else None
        yield AttemptItem(
            row=row,
            shown=ShownQuestion(
                question=question,
                field=f"q{row.position}",
                seed=str(attempt.uuid),
                values=kind.values(definition, row.answer) if row.answer is not None else row.unfinished or {},
                is_answered=row.is_answered and (verdict or feedback),
                is_right=(row.share == 1) if verdict and row.share is not None else None,
                is_partly_right=verdict and row.share is not None and 0 < row.share < 1,
                grade=graded(row, judged) if feedback and row.is_answered else None,
                shows_hint=False,
                shows_feedback=feedback,
                shows_verdict=verdict,
                # It stands below, where the right answers may be seen.
                shows_solution=False,
            ),
            section=heading(attempt, row) if row.section != section else None,
            is_closed=True,
            right_words=judged.kind.describe(judged.value, right) if right is not None else "",
            solution=judged.solution if Review.RIGHT in rights else "",
            shows_points=Review.POINTS in rights and row.points > 0,
        )
        section = row.section


def graded(row: AttemptQuestion, question: Any) -> Any:
    """What the question says about its answer; nothing where a person or a regrade judged it otherwise."""
    if not question.kind.fits(question.value, row.answer):
        return None
    grade = question.kind.grade(question.value, row.answer)
    return grade if grade.score is None or grade.score == row.share else None
