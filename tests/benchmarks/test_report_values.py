"""The benchmark of reports finds out where a report and the SQL written by hand differ; and here they do not."""

import dataclasses
import uuid

import pytest
from django.db import connection

from benchmarks.report_sql import HAND
from benchmarks.report_values import differences
from reports.columns import Type
from reports.results import KeyNumber, ReportResult, ResultColumn, Table

KEY = uuid.UUID(int=7)
TABLE = Table(
    columns=(ResultColumn("course", "Course", Type.REFERENCE), ResultColumn("share", "Share", Type.PERCENT)),
    rows=(("SQL", 33.3), ("Fire", None)),
    keys=({"course": str(KEY)}, {"course": None}),
    total=2,
)
RESULT = ReportResult("", "", TABLE, (), "", figures=(KeyNumber("People", 3),), summary=TABLE)
ROWS = [(KEY, "SQL", 33.333), (None, "Fire", None)]


def changed(*, rows=ROWS, figures=(7, 3), summary=ROWS) -> list[str]:
    return list(differences(RESULT, [rows, [figures], summary]))


def test_the_same_values_are_no_difference():
    assert changed() == []


@pytest.mark.parametrize(
    ("hand", "said"),
    [
        ({"rows": ROWS[:1]}, "rows: 2 in the report, 1 by hand"),
        ({"rows": [(KEY, "SQL", 33.4), ROWS[1]]}, "rows, row 1, column 3: 33.3 in the report, 33.4 by hand"),
        ({"rows": [ROWS[0], (None, "Fire", 0)]}, "rows, row 2, column 3: None in the report, 0.0 by hand"),
        ({"rows": [(None, "SQL", 33.3), ROWS[1]]}, f"rows, row 1, column 1: '{KEY}' in the report, None by hand"),
        ({"figures": (7, 4)}, "figures, column 1: 3 in the report, 4 by hand"),
        (
            {"summary": [ROWS[0], (None, "Fire!", None)]},
            "summary, row 2, column 2: 'Fire' in the report, 'Fire!' by hand",
        ),
    ],
)
def test_each_cell_counts(hand, said):
    assert changed(**hand) == [said]


def test_a_column_too_few_is_a_difference():
    assert changed(summary=[(KEY, "SQL"), ROWS[1]]) == ["summary, row 1: 3 columns in the report, 2 by hand"]


def test_a_summary_that_only_one_has_is_a_difference():
    alone = dataclasses.replace(RESULT, summary=None)
    assert list(differences(alone, [ROWS, [(7, 3)], ROWS])) == ["summary: none in the report, 2 rows by hand"]
    assert list(differences(RESULT, [ROWS, [(7, 3)]])) == ["summary: 2 rows in the report, none by hand"]


@pytest.mark.services
@pytest.mark.django_db
def test_all_cells_are_those_of_the_sql_written_by_hand(capsys):
    if connection.vendor != "postgresql":
        pytest.skip("The SQL is PostgreSQL's: set DATABASE_URL.")
    from benchmarks.report_rows import fill
    from benchmarks.reports import agree

    for who, person in fill(10_000).items():
        for slug in sorted(HAND):
            assert agree(slug, person, who), capsys.readouterr().out
