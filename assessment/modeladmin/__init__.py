"""Answers, attempts, extensions, grades and figures of questions as records of the admin."""

from assessment.modeladmin.answers import ResponseAdmin, answers_of_run
from assessment.modeladmin.attempts import AttemptAdmin, ExtensionAdmin
from assessment.modeladmin.grades import GradeOverrideAdmin
from assessment.modeladmin.statistics import ItemStatisticAdmin, PageStatisticAdmin

__all__ = [
    "AttemptAdmin",
    "ExtensionAdmin",
    "GradeOverrideAdmin",
    "ItemStatisticAdmin",
    "PageStatisticAdmin",
    "ResponseAdmin",
    "answers_of_run",
]
