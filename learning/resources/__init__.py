"""Enrollments and past completions as files."""

from learning.resources.completions import CompletionResource
from learning.resources.enrollments import EnrollmentResource

__all__ = ["CompletionResource", "EnrollmentResource"]
