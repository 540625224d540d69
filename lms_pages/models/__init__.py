"""The page tree of teaching: catalog > course > module > lesson or quiz. It knows nothing of learners."""

from lms_pages.models.bases import OpenPage, OriginPage
from lms_pages.models.pages import (
    CatalogPage,
    CompletionRule,
    CoursePage,
    EnrollmentPolicy,
    GradingCategory,
    LessonOrder,
    LessonPage,
    Level,
    ModulePage,
    Visibility,
)
from lms_pages.models.publishing import BUSY, Publishing, PublishingState
from lms_pages.models.quizzes import FeedbackMode, KeptAttempt, Layout, PlannedEntry, QuizPage, Review
from lms_pages.models.staff import CourseStaff

__all__ = [
    "BUSY",
    "CatalogPage",
    "CompletionRule",
    "CoursePage",
    "CourseStaff",
    "EnrollmentPolicy",
    "FeedbackMode",
    "GradingCategory",
    "KeptAttempt",
    "Layout",
    "LessonOrder",
    "LessonPage",
    "Level",
    "ModulePage",
    "OpenPage",
    "OriginPage",
    "PlannedEntry",
    "Publishing",
    "PublishingState",
    "QuizPage",
    "Review",
    "Visibility",
]
