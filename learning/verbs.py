"""The verbs of the event log, and the shape of each verb's data by version."""

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
    QUESTION_ANSWERED = "question:answered", _("answered a question")
    COURSE_COMPLETED = "course:completed", _("completed the course")


class EventData(BaseModel):
    """Unknown fields are refused: a changed meaning is a new version, never a silent extra."""

    model_config = ConfigDict(extra="forbid")


class EnrollmentData(EventData):
    policy: str = ""
    reason: str = ""
    run: int = 1


class LessonCompletedData(EventData):
    rule: Literal["button", "checks", "staff", "import"]
    completed: int
    required: int


class QuestionAnsweredData(EventData):
    question_type: str
    block_id: str
    attempt: int
    is_right: bool | None


class CourseCompletedData(EventData):
    lessons: list[str]


DATA_MODELS: dict[tuple[str, int], type[EventData]] = {
    (Verb.COURSE_REQUESTED, 1): EnrollmentData,
    (Verb.COURSE_ENROLLED, 1): EnrollmentData,
    (Verb.COURSE_DECLINED, 1): EnrollmentData,
    (Verb.COURSE_LEFT, 1): EnrollmentData,
    (Verb.LESSON_COMPLETED, 1): LessonCompletedData,
    (Verb.QUESTION_ANSWERED, 1): QuestionAnsweredData,
    (Verb.COURSE_COMPLETED, 1): CourseCompletedData,
}
