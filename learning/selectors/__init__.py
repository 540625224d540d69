"""What people may know of learning: courses as a learner meets them, teams, rosters, and what happened, in words."""

from learning.selectors.courses import (
    CourseCard,
    CourseFigures,
    course_cards,
    course_figures,
    lesson_sizes,
    topic_names,
)
from learning.selectors.desks import has_team, teaches
from learning.selectors.learner import COMPLETED, LOCKED, STAFF, VISITOR, LearnerView, learner_view, stand_in_view
from learning.selectors.moments import course_moments_of_person, courses_of_person, moments_of_run
from learning.selectors.runs import (
    course_keys_of,
    current_enrollment,
    current_enrollments,
    enrollments_of,
    requests_to_decide,
)

__all__ = [
    "COMPLETED",
    "LOCKED",
    "STAFF",
    "VISITOR",
    "CourseCard",
    "CourseFigures",
    "LearnerView",
    "course_cards",
    "course_figures",
    "course_keys_of",
    "course_moments_of_person",
    "courses_of_person",
    "current_enrollment",
    "current_enrollments",
    "enrollments_of",
    "has_team",
    "learner_view",
    "lesson_sizes",
    "moments_of_run",
    "requests_to_decide",
    "stand_in_view",
    "teaches",
    "topic_names",
]
