"""A report while somebody makes it: rows of texts, as a form has them, that need not be right yet."""

from reports.drafts.changes import Outcome, change, settle
from reports.drafts.checks import Findings, findings
from reports.drafts.fields import read_draft, write_draft
from reports.drafts.shape import Draft
from reports.drafts.specs import draft_of, spec_data

__all__ = [
    "Draft",
    "Findings",
    "Outcome",
    "change",
    "draft_of",
    "findings",
    "read_draft",
    "settle",
    "spec_data",
    "write_draft",
]
