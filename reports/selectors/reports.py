"""Reports by their slug, whether shipped or saved."""

from reports.definitions import Definition, shipped
from reports.exceptions import UnknownReport
from reports.models import Report
from reports.spec import read_spec


def report_for(slug: str) -> Definition:
    """The report called ``slug``; UnknownReport where there is none, InvalidSpec where a saved one has lost its shape."""
    if slug in shipped:
        return shipped[slug]
    report = Report.objects.filter(slug=slug).first()
    if report is None:
        raise UnknownReport(slug)
    return definition_of(report)


def definition_of(report: Report) -> Definition:
    return Definition(slug=report.slug, title=report.title, description=report.description, spec=read_spec(report.spec))
