"""How the grades of a category become one number; authors choose, `assessment.gradebook` computes."""

from collections.abc import Iterable
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Aggregation(models.TextChoices):
    MEAN = "mean", _("Mean: every item counts the same")
    WEIGHTED_MEAN = "weighted_mean", _("Weighted mean: every item counts by its own weight")
    SUM = "sum", _("Sum: points got of points there are")
    HIGHEST = "highest", _("Highest: the best item alone")
    MEDIAN = "median", _("Median: the item in the middle")


def weights_in_words(weights: Iterable[Decimal]) -> str:
    """What the weights of a course's categories add up to; nothing is refused, because any weights but 0 can be used."""
    weights = list(weights)
    if not weights:
        return gettext("Without categories, all scores count together: points got of points there are.")
    together = sum(weights, Decimal(0))
    percent = f"{(together * 100).normalize():f}"
    if not together:
        return gettext("The weights add up to 0 %, so the course has no total. Give at least one category a weight.")
    if together == 1:
        return gettext("The weights add up to 100 %.")
    return gettext("The weights add up to %(percent)s %%. Each counts as its part of that.") % {"percent": percent}
