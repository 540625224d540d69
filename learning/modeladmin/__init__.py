"""The records of learning in the admin: cohorts, enrollments, progress, events, invitation links."""

from learning.modeladmin.cohorts import CohortAdmin
from learning.modeladmin.enrollments import EnrollmentAdmin
from learning.modeladmin.invites import InviteLinkAdmin
from learning.modeladmin.progress import LearningEventAdmin, LessonProgressAdmin

__all__ = ["CohortAdmin", "EnrollmentAdmin", "InviteLinkAdmin", "LearningEventAdmin", "LessonProgressAdmin"]
