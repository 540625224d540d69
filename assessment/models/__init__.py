"""What learners answered, and how it was judged."""

from assessment.models.attempts import Attempt, AttemptQuestion, AttemptState, Extension, SubmittedBy
from assessment.models.responses import Response

__all__ = ["Attempt", "AttemptQuestion", "AttemptState", "Extension", "Response", "SubmittedBy"]
