"""Pages of learners, of managers and of those who teach."""

from learning.views.learner import own_enrollment, says_why

__all__ = ["own_enrollment", "says_why"]
