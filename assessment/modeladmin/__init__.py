"""Answers, grades and figures of questions in the admin."""

from assessment.modeladmin.answers import ResponseAdmin, answers_of_run
from assessment.modeladmin.grades import GradeOverrideAdmin
from assessment.modeladmin.statistics import ItemStatisticAdmin, PageStatisticAdmin

__all__ = ["GradeOverrideAdmin", "ItemStatisticAdmin", "PageStatisticAdmin", "ResponseAdmin", "answers_of_run"]
