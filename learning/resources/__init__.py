"""Cohorts, enrollments and past completions as files."""

from learning.resources.cohorts import CohortResource
from learning.resources.completions import CompletionResource
from learning.resources.enrollments import EnrollmentResource

__all__ = ["CohortResource", "CompletionResource", "EnrollmentResource"]
