"""Shipped report on the reports that are mailed on a schedule."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from reports.definitions import Definition, ship
from reports.figures import number
from reports.results import Table
from reports.shipped.words import counted, joined, yes
from reports.spec import read_spec

NOT_SENT = {
    "match": "all",
    "of": [{"column": "state", "operator": "any_of", "value": ["failed", "unknown", "suppressed"]}],
}


def deliveries_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    total, sent, failed = figures
    if not total:
        return _("No report was due to be mailed in this time.")
    return joined(
        ngettext("%(sent)s of %(total)s delivery was sent.", "%(sent)s of %(total)s deliveries were sent.", total)
        % {"sent": number(sent), "total": number(total)},
        _("Failed, unknown or held back: %(failed)s.") % {"failed": number(failed)},
    )


ship(
    Definition(
        slug="report-deliveries",
        title=gettext_lazy("Report deliveries"),
        description=gettext_lazy("Which scheduled report reached whom, and what kept the others back."),
        is_shipped=True,
        sentence=deliveries_sentence,
        spec=read_spec(
            {
                "source": "deliveries",
                "columns": [
                    {"column": "schedule"},
                    {"column": "period"},
                    {"column": "due"},
                    {"column": "recipient"},
                    {"column": "address"},
                    {"column": "state"},
                    {"column": "sent"},
                    {"column": "reason"},
                ],
                "filters": [
                    {"column": "state", "operator": "any_of"},
                    {"column": "due", "operator": "between", "label": gettext_noop("Due from – to")},
                ],
                "sort": [{"column": "due", "descending": True}, {"column": "schedule"}, {"column": "address"}],
                "figures": [
                    counted(gettext_noop("Deliveries")),
                    counted(gettext_noop("Sent"), conditions=yes("was_sent")),
                    counted(gettext_noop("Failed, unknown or held back"), conditions=NOT_SENT),
                ],
                "summary": {
                    "title": gettext_noop("By state"),
                    "columns": [{"column": "state"}, counted(gettext_noop("Deliveries"))],
                    "sort": [{"column": "records_count", "descending": True}],
                },
                "chart": {
                    "kind": "donut",
                    "by": "state",
                    "measures": ["records_count"],
                    "title": gettext_noop("Deliveries by state"),
                },
            }
        ),
    )
)
