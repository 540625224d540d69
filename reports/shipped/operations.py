"""Shipped reports on what runs by itself: scheduled reports, mails, and imported files."""

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


def runs_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    total, wrong = figures
    if not total:
        return _("No report was due in this time.")
    return ngettext(
        "%(n)s run; failed, missed or not sent to everybody: %(wrong)s.",
        "%(n)s runs; failed, missed or not sent to everybody: %(wrong)s.",
        total,
    ) % {"n": number(total), "wrong": number(wrong)}


def mails_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    total, wrong = figures
    if not total:
        return _("No mail that you may see was written in this time.")
    return ngettext(
        "%(n)s mail; failed or unknown: %(wrong)s.", "%(n)s mails; failed or unknown: %(wrong)s.", total
    ) % {"n": number(total), "wrong": number(wrong)}


def imports_sentence(figures: tuple[Any, ...], summary: Table | None) -> str:
    total, wrong, rows = figures
    if not total:
        return _("No file that you may see was imported in this time.")
    return ngettext(
        "%(n)s file with %(rows)s rows; failed or with errors: %(wrong)s.",
        "%(n)s files with %(rows)s rows; failed or with errors: %(wrong)s.",
        total,
    ) % {"n": number(total), "rows": number(rows or 0), "wrong": number(wrong)}


def by_state(counted_as: str) -> dict[str, Any]:
    return {
        "title": gettext_noop("By state"),
        "columns": [{"column": "state"}, counted(counted_as)],
        "sort": [{"column": "records_count", "descending": True}, {"column": "state"}],
    }


WRONG = counted(gettext_noop("Went wrong"), conditions=yes("went_wrong"))

ship(
    Definition(
        slug="report-runs",
        title=gettext_lazy("Runs of schedules"),
        description=gettext_lazy("Which scheduled report was made when, and which was not."),
        is_shipped=True,
        sentence=runs_sentence,
        spec=read_spec(
            {
                "source": "report-runs",
                "columns": [
                    {"column": "schedule"},
                    {"column": "period"},
                    {"column": "due"},
                    {"column": "state"},
                    {"column": "recipients"},
                    {"column": "took"},
                    {"column": "why"},
                ],
                "filters": [
                    {"column": "state", "operator": "any_of"},
                    {"column": "due", "operator": "between", "label": gettext_noop("Due from – to")},
                ],
                "sort": [{"column": "due", "descending": True}, {"column": "schedule"}],
                "figures": [counted(gettext_noop("Runs")), WRONG],
                "summary": by_state(gettext_noop("Runs")),
                "chart": {
                    "kind": "donut",
                    "by": "state",
                    "measures": ["records_count"],
                    "title": gettext_noop("Runs by state"),
                },
            }
        ),
    )
)

ship(
    Definition(
        slug="mails",
        title=gettext_lazy("Mails"),
        description=gettext_lazy("What was sent to whom, and what kept mails from being sent. Without their texts."),
        is_shipped=True,
        sentence=mails_sentence,
        spec=read_spec(
            {
                "source": "mails",
                "columns": [
                    {"column": "written"},
                    {"column": "kind"},
                    {"column": "address"},
                    {"column": "state"},
                    {"column": "attempts"},
                    {"column": "why"},
                ],
                "filters": [
                    {"column": "state", "operator": "any_of"},
                    {"column": "kind", "operator": "any_of"},
                    {"column": "written", "operator": "between", "label": gettext_noop("Written from – to")},
                ],
                "sort": [{"column": "written", "descending": True}, {"column": "address"}],
                "figures": [counted(gettext_noop("Mails")), WRONG],
                "summary": by_state(gettext_noop("Mails")),
                "chart": {
                    "kind": "donut",
                    "by": "state",
                    "measures": ["records_count"],
                    "title": gettext_noop("Mails by state"),
                },
            }
        ),
    )
)

ship(
    Definition(
        slug="imports",
        title=gettext_lazy("Imported files"),
        description=gettext_lazy("Which files were imported, by whom, and which were refused."),
        is_shipped=True,
        sentence=imports_sentence,
        spec=read_spec(
            {
                "source": "imports",
                "columns": [
                    {"column": "uploaded"},
                    {"column": "file"},
                    {"column": "by"},
                    {"column": "state"},
                    {"column": "rows"},
                    {"column": "errors"},
                ],
                "filters": [
                    {"column": "state", "operator": "any_of"},
                    {"column": "uploaded", "operator": "between", "label": gettext_noop("Uploaded from – to")},
                ],
                "sort": [{"column": "uploaded", "descending": True}, {"column": "file"}],
                "figures": [
                    counted(gettext_noop("Files")),
                    WRONG,
                    {"column": "rows", "aggregation": "sum", "label": gettext_noop("Rows")},
                ],
                "summary": by_state(gettext_noop("Files")),
                "chart": {
                    "kind": "donut",
                    "by": "state",
                    "measures": ["records_count"],
                    "title": gettext_noop("Imported files by state"),
                },
            }
        ),
    )
)
