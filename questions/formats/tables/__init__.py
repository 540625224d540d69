"""Questions as rows of a spreadsheet, CSV or XLSX; docs/questions.md describes the columns."""

from questions.formats.tables.reading import looks_like, parse_csv, parse_xlsx
from questions.formats.tables.writing import write_csv, write_xlsx

__all__ = ["looks_like", "parse_csv", "parse_xlsx", "write_csv", "write_xlsx"]
