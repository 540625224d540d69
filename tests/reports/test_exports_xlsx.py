"""The workbook: real dates in the report's zone, text that stays text, and no half file."""

import datetime as dt
import zoneinfo

from openpyxl import load_workbook

from reports.columns import Type
from reports.exports.xlsx import export_xlsx
from reports.results import ResultColumn, Stream

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
COLUMNS = (
    ResultColumn("person", "Person"),
    ResultColumn("enrolled", "Enrolled", Type.DATE),
    ResultColumn("due", "Due", Type.DATE),
    ResultColumn("seen", "Last activity", Type.DATETIME),
    ResultColumn("score", "Score", Type.PERCENT),
    ResultColumn("late", "Is overdue", Type.BOOLEAN),
)


def exported(tmp_path, rows, columns=COLUMNS):
    path = tmp_path / "report.xlsx"
    stream = Stream(columns=columns, rows=iter(rows), total=len(rows), shown=len(rows))
    assert export_xlsx(stream, path, title="Progress", zone=BERLIN) == len(rows)
    (sheet,) = load_workbook(path).worksheets
    return sheet


def test_cells(tmp_path):
    late = dt.datetime(2026, 11, 22, 23, 30, 12, tzinfo=dt.UTC)
    name = '=HYPERLINK("https://example.com","Ada")'
    sheet = exported(
        tmp_path, [(name, late, dt.date(2026, 12, 1), late, 87.5, True), ("Ben", None, None, None, None, False)]
    )
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Person", "Enrolled", "Due", "Last activity (Europe/Berlin)", "Score (%)", "Is overdue"],
        [f"'{name}", dt.datetime(2026, 11, 23), dt.datetime(2026, 12, 1), dt.datetime(2026, 11, 23, 0, 30), 87.5, "yes"],
        ["Ben", None, None, None, None, "no"],
    ]  # fmt: skip
    assert [cell.data_type for cell in sheet[2]] == [*"sdddns"]
    assert [cell.number_format for cell in sheet[2]][1:4] == ["yyyy-mm-dd", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"]


def test_columns_are_as_wide_as_what_stands_in_them(tmp_path):
    sheet = exported(tmp_path, [])
    widths = [round(sheet.column_dimensions[letter].width) for letter in "ABCDEF"]
    assert widths == [29, 13, 13, 34, 14, 15]
