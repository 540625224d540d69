"""The form of a schedule."""

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Iterator
from copy import copy
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.forms import WagtailAdminModelForm

from reports.builder.pinning import pin_questions, pinned
from reports.builder.reading import Question
from reports.checking import check_spec, given_values
from reports.definitions import Definition
from reports.exceptions import InvalidSpec, ReportError
from reports.models import Audience, Days, Delivered, Format, RunAs, Schedule, ScheduleAudience
from reports.moments import Moment
from reports.policies import ALL_ROWS, may_run_as
from reports.registries import Source, source_for
from reports.selectors.audiences import known_audiences, people_of, person_by_email, share_names
from reports.selectors.reports import report_for, saved_reports, shipped_reports
from reports.selectors.schedules import coming_occurrences, moment_in_words
from reports.services import change_schedule, set_audiences, set_recipients
from reports.services.rendering import MOST_RECIPIENTS
from reports.services.schedules import TIMING_FIELDS
from reports.spec import Spec
from reports.windows import values_at
from workbench.days import site_zone

# Named one by one; whoever has more has a mailing list, or an audience.
MOST_ADDRESSES = 500
# Says which report the filters in the form are those of.
PINS_OF = "pins_of"
AUDIENCES = {
    "roles": Audience.ROLE,
    "teams": Audience.TEAM,
    "cohorts": Audience.COHORT,
    "staff": Audience.COURSE_STAFF,
}
BY_MONTH_DAY = (Days.MONTHLY, Days.QUARTERLY)
TIMING = TIMING_FIELDS - {"is_enabled"}
DAY_WIDGET = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def zone_choices() -> list[Any]:
    """Zones by region, as the tz database names them."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        region, _slash, city = name.partition("/")
        if city and region not in ("Etc", "SystemV", "US"):
            regions.setdefault(region, []).append((name, city.replace("_", " ")))
    return [("UTC", "UTC"), *regions.items()]


def report_choices(viewer: Any) -> list[Any]:
    """The reports ``viewer`` may read: those people made, and those that come with Lectern."""
    saved = [(report.slug, report.title) for report in saved_reports(viewer).order_by("title", "pk")]
    found: list[Any] = [(_("Made here"), saved)] if saved else []
    return [*found, (_("Shipped"), [(one.slug, one.title) for one in shipped_reports(viewer)])]


def audience_field(label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple, label=label)


class ScheduleForm(WagtailAdminModelForm):
    """What is sent, when, to whom, and what they get. Who makes a schedule owns it; what the owner may not see or name
    stays out of it, whoever edits.

    Of the fields about days only those count that belong to the chosen kind; the others are kept as they were. ``pins``
    are the filters of the chosen report, read from what was posted beside the form's own fields.
    """

    report = forms.ChoiceField(label=gettext_lazy("Report"))
    days = forms.ChoiceField(choices=Days.choices, widget=forms.RadioSelect, label=gettext_lazy("Days"))
    weekdays = forms.TypedMultipleChoiceField(
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Days of the week"),
        help_text=gettext_lazy("Count for “on chosen days of the week”."),
    )
    month_day = forms.IntegerField(
        min_value=1,
        max_value=31,
        required=False,
        label=gettext_lazy("Day of the month"),
        help_text=gettext_lazy("Counts for “on a chosen day”. In a shorter month it is the last day."),
    )
    time = forms.TimeField(
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        label=gettext_lazy("Time"),
        help_text=gettext_lazy("On the clock of the time zone, summer and winter. Of “every hour”, only the minutes."),
    )
    zone = forms.ChoiceField(choices=zone_choices, label=gettext_lazy("Time zone"))
    starts_on = forms.DateField(
        required=False,
        widget=DAY_WIDGET,
        label=gettext_lazy("First day"),
        help_text=gettext_lazy("Empty: from now on."),
    )
    ends_on = forms.DateField(
        required=False,
        widget=DAY_WIDGET,
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Empty: without an end."),
    )
    formats = forms.MultipleChoiceField(
        choices=Format.choices, widget=forms.CheckboxSelectMultiple, label=gettext_lazy("Files")
    )
    run_as = forms.ChoiceField(
        choices=RunAs.choices,
        widget=forms.RadioSelect,
        label=gettext_lazy("Whose rows"),
        help_text=gettext_lazy("Somebody without an account has no rows of their own and gets the owner's."),
    )
    run_as_email = forms.EmailField(
        required=False,
        label=gettext_lazy("E-mail address of that person"),
        help_text=gettext_lazy("Counts for “one person”."),
    )
    # Not required: a form from before it was asked, left open in a browser, still saves.
    delivery = forms.ChoiceField(
        choices=Delivered.choices,
        required=False,
        widget=forms.RadioSelect,
        label=gettext_lazy("How they get the files"),
        help_text=gettext_lazy(
            "Small is under 5 MB for all files together. An address without an account cannot sign in, so as it fits it "
            "always gets them attached."
        ),
    )
    recipients = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        label=gettext_lazy("People and addresses"),
        help_text=gettext_lazy(
            "One e-mail address per line. An address of a person with an account stands for that person."
        ),
    )
    everyone = forms.BooleanField(required=False, label=Audience.EVERYONE.label)
    roles = audience_field(gettext_lazy("Roles"))
    teams = audience_field(gettext_lazy("Teams and their managers"))
    cohorts = audience_field(gettext_lazy("Cohorts"))
    staff = audience_field(gettext_lazy("Those who teach a course"))

    class Meta:
        model = Schedule
        fields = [
            "title",
            "report",
            "days",
            "weekdays",
            "month_day",
            "time",
            "zone",
            "starts_on",
            "ends_on",
            "formats",
            "run_as",
            "only_with_rows",
            "delivery",
            "is_enabled",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = copy(self.instance)
        self.owner = self.instance.owner if self.instance.pk else self.for_user
        self.offer_reports()
        self.offer_audiences()
        if not self.owner.has_perm(ALL_ROWS) and self.instance.run_as != RunAs.PERSON:
            self.fields["run_as"].choices = [(key, words) for key, words in RunAs.choices if key != RunAs.PERSON]
        if self.instance.pk:
            people = self.instance.recipients.select_related("person").order_by("pk")
            self.fields["recipients"].initial = "\n".join(entry.email for entry in people)
            if self.instance.run_as_person_id:
                self.fields["run_as_email"].initial = self.instance.run_as_person.email
        else:
            self.begin()
        self.definition = self.chosen_definition()
        self.read_pins()

    def begin(self) -> None:
        """What a new schedule proposes: Mondays at eight, to whoever makes it."""
        self.instance.zone = self.owner.timezone or site_zone().key
        self.instance.time = dt.time(8)
        self.initial |= {"zone": self.instance.zone, "time": self.instance.time}
        self.fields["recipients"].initial = self.owner.email

    def offer_reports(self) -> None:
        choices = report_choices(self.for_user)
        self.readable = {slug for _group, some in choices for slug, _title in some}
        if self.instance.pk and self.instance.report not in self.readable:
            # Not theirs to read, but what the schedule sends all the same.
            choices.append((self.instance.report, self.instance.report_title))
        self.fields["report"].choices = choices

    def offer_audiences(self) -> None:
        """The audiences the owner knows, and those the schedule has already."""
        entries = list(self.instance.audiences.all()) if self.instance.pk else []
        known, names = known_audiences(self.owner), share_names(entries)
        for name, audience in AUDIENCES.items():
            pairs = [(choice.value, choice.label) for choice in known[audience]]
            chosen = [entry.key for entry in entries if entry.audience == audience]
            offered = {key for key, _label in pairs}
            pairs += [
                (key, names.get((audience, key), _("somebody who is gone"))) for key in chosen if key not in offered
            ]
            self.fields[name].choices, self.fields[name].initial = pairs, chosen
        has_everyone = any(entry.audience == Audience.EVERYONE for entry in entries)
        self.fields["everyone"].initial = has_everyone
        if not known[Audience.EVERYONE] and not has_everyone:
            del self.fields["everyone"]

    # The report's own filters ---------------------------------------------------------

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

    # What may be said -------------------------------------------------------------------

    def clean_recipients(self) -> list[str]:
        """The addresses, lower case, each once. Names every line that is no address."""
        lines = [line.strip(" \t,;").lower() for line in self.cleaned_data["recipients"].splitlines()]
        addresses = list(dict.fromkeys(line for line in lines if line))
        wrong = []
        for address in addresses:
            try:
                validate_email(address)
            except ValidationError:
                wrong.append(address)
        if wrong:
            raise ValidationError(
                ngettext("This is not an e-mail address: %s", "These are not e-mail addresses: %s", len(wrong))
                % ", ".join(wrong)
            )
        if len(addresses) > MOST_ADDRESSES:
            raise ValidationError(
                _("%(n)s addresses are too many for one schedule: %(most)s at most. Use a mailing list's address.")
                % {"n": len(addresses), "most": MOST_ADDRESSES}
            )
        inactive = get_user_model().objects.filter(email__in=addresses, is_active=False)
        if names := ", ".join(person.email for person in inactive):
            raise ValidationError(_("These people have no access any more, so nothing can be sent to them: %s") % names)
        return addresses

    def audiences(self) -> list[tuple[str, str]]:
        data = self.cleaned_data
        found = [(Audience.EVERYONE.value, "")] if data.get("everyone") else []
        return found + [(audience.value, key) for name, audience in AUDIENCES.items() for key in data.get(name) or ()]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.check_days(data)
        self.check_report(data)
        self.check_run_as(data)
        data["delivery"] = data.get("delivery") or self.instance.delivery
        if data["delivery"] == Delivered.LINK:
            self.check_everybody_can_sign_in(data.get("recipients") or [])
        audiences = self.audiences()
        if not audiences and not data.get("recipients") and "recipients" not in self.errors:
            self.add_error("recipients", _("Name at least one recipient, or choose an audience below."))
        entries = [ScheduleAudience(audience=audience, key=key) for audience, key in audiences]
        if entries and (count := people_of(entries).count()) + len(data.get("recipients") or ()) > MOST_RECIPIENTS:
            self.add_error(
                "recipients",
                _(
                    "%(count)s people are in these audiences now, and one schedule sends to %(most)s at most. Choose "
                    "smaller ones, or make several schedules."
                )
                % {"count": count, "most": MOST_RECIPIENTS},
            )
        return data

    def check_days(self, data: dict[str, Any]) -> None:
        days = data.get("days")
        if days == Days.WEEKLY and not data.get("weekdays"):
            self.add_error("weekdays", _("Choose at least one day of the week."))
        if days in BY_MONTH_DAY and not data.get("month_day") and "month_day" not in self.errors:
            self.add_error("month_day", _("Say the day of the month."))
        if days not in BY_MONTH_DAY:
            self.errors.pop("month_day", None)
            data["month_day"] = self.before.month_day
        if days != Days.WEEKLY:
            self.errors.pop("weekdays", None)
            data["weekdays"] = self.before.weekdays
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("The last day lies before the first one."))

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

    def check_run_as(self, data: dict[str, Any]) -> None:
        self.run_as_person = None
        if data.get("run_as") != RunAs.PERSON:
            self.errors.pop("run_as_email", None)
            return
        email = data.get("run_as_email")
        if not email:
            if "run_as_email" not in self.errors:
                self.add_error("run_as_email", _("Say whose rows are sent."))
            return
        person = person_by_email(email, self.owner)
        if person is None or not may_run_as(self.owner, person):
            self.add_error(
                "run_as_email", _("There is nobody with this address whose rows the schedule's owner may send.")
            )
            return
        self.run_as_person = person

    def check_everybody_can_sign_in(self, addresses: list[str]) -> None:
        known = {person.email.lower() for person in get_user_model().objects.active().with_address(*addresses)}
        if strangers := [address for address in addresses if address not in known]:
            self.add_error(
                "delivery",
                _(
                    "These addresses have no account, so nobody there could open a link: %s. Choose another way for them."
                )
                % ", ".join(strangers),
            )

    # What comes of it -------------------------------------------------------------------

    @property
    def times(self) -> list[str] | None:
        """The next times as the form stands, also before it is saved. None while they cannot be said."""
        if self.is_bound and (TIMING & set(self.errors)):
            return None
        schedule = copy(self.instance)
        schedule.is_enabled = True
        if self.is_bound and any(getattr(schedule, name) != getattr(self.before, name) for name in TIMING):
            schedule.active_since = timezone.now()
        return [moment_in_words(entry.at, schedule) for entry in coming_occurrences(schedule=schedule)]

    def only_times(self) -> None:
        """Say nothing of what is missing elsewhere: somebody wants to see the times, or a report's filters."""
        for name in [name for name in self.errors if name not in TIMING]:
            del self.errors[name]

    @transaction.atomic
    def save(self, commit: bool = True) -> Schedule:
        if not self.instance.pk:
            self.instance.owner = self.owner
        self.instance.run_as_person = self.run_as_person
        self.instance.params = self.params
        changed = [name for name in self.changed_data if self.before.pk]
        schedule = super().save(commit=commit)
        set_recipients(schedule=schedule, addresses=self.cleaned_data["recipients"])
        set_audiences(schedule=schedule, audiences=self.audiences())
        change_schedule(schedule=schedule, changed=changed)
        return schedule


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
