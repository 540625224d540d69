"""Pages of learners, of managers and of those who teach."""

from learning.views.learner import lesson_of, own_enrollment, says_why

__all__ = ["lesson_of", "own_enrollment", "says_why"]
