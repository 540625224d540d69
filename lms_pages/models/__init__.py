"""The page tree of teaching: catalog > course > module > lesson. It knows nothing of learners."""

from lms_pages.models.pages import (
    CatalogPage,
    CompletionRule,
    CoursePage,
    CourseStaff,
    EnrollmentPolicy,
    GradingCategory,
    LessonOrder,
    LessonPage,
    Level,
    ModulePage,
    OriginPage,
    Visibility,
)

__all__ = [
    "CatalogPage",
    "CompletionRule",
    "CoursePage",
    "CourseStaff",
    "EnrollmentPolicy",
    "GradingCategory",
    "LessonOrder",
    "LessonPage",
    "Level",
    "ModulePage",
    "OriginPage",
    "Visibility",
]
