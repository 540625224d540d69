"""What people may know of learning: courses as a learner meets them, teams, rosters, and what happened, in words."""

from learning.selectors.courses import (
    COMPLETED,
    LOCKED,
    VISITOR,
    CourseCard,
    CourseFigures,
    LearnerView,
    course_cards,
    course_figures,
    course_keys_of,
    enrollments_of,
    learner_view,
    lesson_sizes,
    requests_to_decide,
    stand_in_view,
    topic_names,
)
from learning.selectors.desks import Desks, desks_of
from learning.selectors.moments import course_moments_of_person, courses_of_person, moments_of_run

__all__ = [
    "COMPLETED",
    "LOCKED",
    "VISITOR",
    "CourseCard",
    "CourseFigures",
    "Desks",
    "LearnerView",
    "course_cards",
    "course_figures",
    "course_keys_of",
    "course_moments_of_person",
    "courses_of_person",
    "desks_of",
    "enrollments_of",
    "learner_view",
    "lesson_sizes",
    "moments_of_run",
    "requests_to_decide",
    "stand_in_view",
    "topic_names",
]
