"""Spreadsheets as strangers send them and as we write them: CSV and XLSX, read within limits, written without formulas."""

from workbench.sheets.cells import BOM, FORMULA_STARTS, Unusable, plain_cell, safe_cell
from workbench.sheets.limits import Limits, SheetRefused
from workbench.sheets.reading import Sheet, open_sheet
from workbench.sheets.writing import write_csv, write_xlsx

__all__ = [
    "BOM",
    "FORMULA_STARTS",
    "Limits",
    "Sheet",
    "SheetRefused",
    "Unusable",
    "open_sheet",
    "plain_cell",
    "safe_cell",
    "write_csv",
    "write_xlsx",
]
