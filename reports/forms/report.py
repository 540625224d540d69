"""The report of a schedule, and the values its filters are pinned to."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from reports.builder.pinning import pin_questions, pinned
from reports.builder.reading import Question
from reports.checking import check_spec, given_values
from reports.definitions import Definition
from reports.exceptions import InvalidSpec, ReportError
from reports.moments import Moment
from reports.registries import Source, source_for
from reports.selectors.reports import report_for, saved_reports, shipped_reports
from reports.spec import Spec
from reports.windows import values_at

# Says which report the filters in the form are those of.
PINS_OF = "pins_of"


def report_choices(viewer: Any) -> list[Any]:
    """The reports ``viewer`` may read: those people made, and those that come with Lectern."""
    saved = [(report.slug, report.title) for report in saved_reports(viewer).order_by("title", "pk")]
    found: list[Any] = [(_("Made here"), saved)] if saved else []
    return [*found, (_("Shipped"), [(one.slug, one.title) for one in shipped_reports(viewer)])]


class ReportForm(WagtailAdminModelForm):
    """Which report a schedule sends. ``pins`` are its filters, read from what was posted beside the form's own fields."""

    owner: Any

    report = forms.ChoiceField(label=gettext_lazy("Report"))

    def offer_reports(self) -> None:
        choices = report_choices(self.for_user)
        self.readable = {slug for _group, some in choices for slug, _title in some}
        if self.instance.pk and self.instance.report not in self.readable:
            # Not theirs to read, but what the schedule sends all the same.
            choices.append((self.instance.report, self.instance.report_title))
        self.fields["report"].choices = choices

    @property
    def slug(self) -> str:
        return str(self["report"].value() or "")

    def chosen_definition(self) -> Definition | None:
        try:
            definition = report_for(self.slug)
            check_spec(definition.spec)
        except ReportError:
            return None
        return definition if self.slug in {slug for slug, _title in flat(self.fields["report"].choices)} else None

    def read_pins(self) -> None:
        """What the report is pinned to: as posted, where these are its filters; else as saved, or as it begins."""
        self.pin_problems: tuple[str, ...] = ()
        asked_of = self.data.get(PINS_OF) if self.is_bound else None
        # Another report was chosen, and its filters have not been seen yet.
        self.asks_again = asked_of is not None and asked_of != self.slug
        self.params = dict(self.instance.params) if self.slug == self.instance.report else {}
        if self.definition is not None and asked_of == self.slug:
            try:
                self.params = pinned(self.definition.spec, self.source, self.data)
            except InvalidSpec as error:
                self.pin_problems = error.problems

    @property
    def source(self) -> Source:
        return source_for(self.definition.spec.source)

    @cached_property
    def pins(self) -> list[Question]:
        if self.definition is None:
            return []
        spec = self.definition.spec
        values = {**first_values(spec), **self.params}
        return pin_questions(spec, self.source, values, self.owner)

    def check_report(self, data: dict[str, Any]) -> None:
        """The report and its filters fit, and whoever says who gets it may read it."""
        slug = data.get("report")
        if not slug:
            return
        if self.for_user != self.owner and slug not in self.readable:
            self.add_error("report", _("You may not read this report, so you cannot change who gets it."))
        elif self.definition is None:
            self.add_error("report", _("This report does not run. Open it to see why, or choose another."))
        elif self.asks_again and self.pins:
            self.add_error("report", _("This report has filters of its own. They stand below now; look, and save."))
        elif not self.pin_problems:
            try:
                spec, moment = self.definition.spec, Moment(at=timezone.now(), zone=self.owner.zone)
                given_values(spec, values_at(self.params, spec, moment), self.source)
            except InvalidSpec as error:
                self.pin_problems = error.problems
        if self.pin_problems:
            self.add_error(None, ValidationError([ValidationError(problem) for problem in self.pin_problems]))


def flat(choices: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label


def first_values(spec: Spec) -> dict[str, Any]:
    """What a report's filters and params begin with."""
    found = {param.name: param.default for param in spec.params if param.default is not None}
    return found | {entry.name: entry.value for entry in spec.filters if entry.value is not None}
