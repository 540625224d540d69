"""To whom a schedule sends."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.forms import WagtailAdminModelForm

from reports.models import Audience, ScheduleAudience
from reports.selectors.audiences import known_audiences, people_of, share_names
from reports.services.rendering import MOST_RECIPIENTS

# Named one by one; whoever has more has a mailing list, or an audience.
MOST_ADDRESSES = 500
AUDIENCES = {
    "roles": Audience.ROLE,
    "teams": Audience.TEAM,
    "cohorts": Audience.COHORT,
    "staff": Audience.COURSE_STAFF,
}


def audience_field(label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple, label=label)


class RecipientsForm(WagtailAdminModelForm):
    """Addresses, one a line, and the audiences that the owner of a schedule knows."""

    owner: Any

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

    def begin_recipients(self) -> None:
        if self.instance.pk:
            people = self.instance.recipients.select_related("person").order_by("pk")
            self.fields["recipients"].initial = "\n".join(entry.email for entry in people)
        else:
            self.fields["recipients"].initial = self.owner.email

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

    def check_recipients(self, data: dict[str, Any]) -> None:
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
