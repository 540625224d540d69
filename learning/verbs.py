"""The verbs of the event log, and the shape of each verb's data by version."""

from datetime import date, datetime
from typing import Literal

from django.db import models
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict


class Verb(models.TextChoices):
    COURSE_REQUESTED = "course:requested", _("asked to enroll")
    COURSE_ENROLLED = "course:enrolled", _("enrolled")
    COURSE_DECLINED = "course:declined", _("was declined")
    COURSE_LEFT = "course:left", _("left the course")
    LESSON_COMPLETED = "lesson:completed", _("completed a lesson")
    LESSON_RECORDED = "lesson:recorded", _("was marked as having done a lesson")
    LESSON_RESET = "lesson:reset", _("had a lesson reset")
    QUESTION_ANSWERED = "question:answered", _("answered a question")
    QUIZ_STARTED = "quiz:started", _("began a quiz")
    QUIZ_SUBMITTED = "quiz:submitted", _("handed in a quiz")
    QUIZ_GRADED = "quiz:graded", _("got a grade for a quiz")
    GRADE_OVERRIDDEN = "grade:overridden", _("had a grade set by hand")
    COURSE_REMINDED = "course:reminded", _("was reminded of the course")
    COURSE_COMPLETED = "course:completed", _("completed the course")


class EventData(BaseModel):
    """Unknown fields are refused: a changed meaning is a new version, never a silent extra."""

    model_config = ConfigDict(extra="forbid")


class EnrollmentData(EventData):
    policy: str = ""
    reason: str = ""
    run: int = 1


class LessonCompletedData(EventData):
    rule: Literal["button", "checks", "quiz", "staff", "import"]
    completed: int
    required: int


class LessonRecordedData(EventData):
    """Done by the word of somebody who teaches: a class held in a room, a paper, a mistake put right."""

    reason: str
    completed: int
    required: int


class LessonResetData(EventData):
    """No longer done, with what the row said that went."""

    reason: str
    was_rule: str
    was_completed_at: datetime
    was_revision_id: int | None
    completed: int
    required: int


class RemindedData(EventData):
    due_on: date | None
    completed: int
    required: int


class QuestionAnsweredData(EventData):
    question_type: str
    block_id: str
    attempt: int
    is_right: bool | None


class QuizStartedData(EventData):
    attempt: int
    questions: int


class QuizSubmittedData(EventData):
    """``by`` is who ended it: the learner, or the server when the time was over."""

    attempt: int
    by: Literal["learner", "deadline"]
    answered: int
    questions: int


class QuizGradedData(EventData):
    """Points as decimal strings. ``cause`` is what gave the grade: the server at the end of the attempt, a person, or
    a question that was put right."""

    attempt: int
    score: str
    max_score: str
    passed: bool | None
    cause: Literal["submission", "person", "regrade"]


class GradeOverriddenData(EventData):
    """Points as decimal strings, those before as they counted. No score: what was earned counts again."""

    reason: str
    score: str | None
    max_score: str
    was_score: str | None
    was_max_score: str | None


class CourseCompletedData(EventData):
    lessons: list[str]


DATA_MODELS: dict[tuple[str, int], type[EventData]] = {
    (Verb.COURSE_REQUESTED, 1): EnrollmentData,
    (Verb.COURSE_ENROLLED, 1): EnrollmentData,
    (Verb.COURSE_DECLINED, 1): EnrollmentData,
    (Verb.COURSE_LEFT, 1): EnrollmentData,
    (Verb.LESSON_COMPLETED, 1): LessonCompletedData,
    (Verb.LESSON_RECORDED, 1): LessonRecordedData,
    (Verb.LESSON_RESET, 1): LessonResetData,
    (Verb.COURSE_REMINDED, 1): RemindedData,
    (Verb.QUESTION_ANSWERED, 1): QuestionAnsweredData,
    (Verb.QUIZ_STARTED, 1): QuizStartedData,
    (Verb.QUIZ_SUBMITTED, 1): QuizSubmittedData,
    (Verb.QUIZ_GRADED, 1): QuizGradedData,
    (Verb.GRADE_OVERRIDDEN, 1): GradeOverriddenData,
    (Verb.COURSE_COMPLETED, 1): CourseCompletedData,
}
