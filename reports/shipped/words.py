"""What the specs and sentences of shipped reports share."""

from typing import Any

from django.utils.translation import gettext_noop, ngettext

from reports.columns import Type
from reports.results import Table
from reports.wording import value_in_words

COURSE = {"column": "course", "operator": "any_of"}
TEAM = {"column": "team", "operator": "any_of"}
COHORT = {"column": "cohort", "operator": "any_of"}
# Who it is about: said by an address, such as a learner's dashboard, for nobody is chosen from a list of everybody.
ACCOUNT = {"column": "account", "operator": "any_of", "label": gettext_noop("Person")}
ENROLLED = {"column": "enrolled", "operator": "between", "label": gettext_noop("Enrolled from – to")}


def yes(column: str) -> dict[str, Any]:
    """The condition that ``column`` is yes."""
    return {"match": "all", "of": [{"column": column, "operator": "true"}]}


def counted(label: str, column: str = "records", conditions: dict[str, Any] | None = None) -> dict[str, Any]:
    """A number of rows, or of those that meet ``conditions``: a figure, and without them a column too."""
    found = {"label": label, "column": column, "aggregation": "count"}
    return {**found, "conditions": conditions} if conditions else found


def percent(value: float | None) -> str:
    return value_in_words(value, Type.PERCENT)


def decimal(value: float | None) -> str:
    return value_in_words(value, Type.DECIMAL)


def most(summary: Table | None, sentence: str, column: str = "records_count") -> str:
    """``sentence`` with %(name)s and %(value)s of the first row, where there are several and the first stands out."""
    if summary is None or summary.total < 2:
        return ""
    place = [entry.name for entry in summary.columns].index(column)
    first, second = summary.rows[0], summary.rows[1]
    if first[place] is None or first[place] == second[place] or first[0] is None:
        return ""
    kind = summary.columns[place].type
    return sentence % {"name": first[0], "value": value_in_words(first[place], kind)}


def joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def in_days(days: float | None) -> str:
    if days is None:
        return "–"
    return ngettext("%(days)s day", "%(days)s days", 1 if days == 1 else 2) % {"days": decimal(days)}
