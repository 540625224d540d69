"""Answers, attempts and extensions as records of the admin."""

from assessment.modeladmin.attempts import AttemptAdmin, ExtensionAdmin
from assessment.modeladmin.responses import ResponseAdmin, answers_of_run

__all__ = ["AttemptAdmin", "ExtensionAdmin", "ResponseAdmin", "answers_of_run"]
