"""How the grades of a category become one number; authors choose, `assessment.gradebook` computes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Aggregation(models.TextChoices):
    MEAN = "mean", _("Mean: every item counts the same")
    WEIGHTED_MEAN = "weighted_mean", _("Weighted mean: every item counts by its own weight")
    SUM = "sum", _("Sum: points got of points there are")
    HIGHEST = "highest", _("Highest: the best item alone")
    MEDIAN = "median", _("Median: the item in the middle")
