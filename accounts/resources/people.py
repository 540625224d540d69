"""People with their teams as a file."""

import zoneinfo
from functools import cache

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import services
from accounts.models import Team, TeamMembership
from accounts.policies import visible_to
from accounts.resources.moves import current_teams, move_back, move_people
from workbench.imports.columns import ChoiceWidget, Column, EmailWidget, LookupWidget, TextWidget, YesNoWidget
from workbench.imports.resource import Planned, RecordResource
from workbench.models import Outcome

User = get_user_model()


@cache
def zones() -> dict[str, str]:
    return {name.casefold(): name for name in zoneinfo.available_timezones()}


class ZoneWidget(TextWidget):
    """A time zone by its name, or nothing for the site's."""

    def clean(self, value, row=None, **kwargs):
        text = super().clean(value, row)
        if text and text.casefold() not in zones():
            raise ValueError(
                _("“%(value)s” is not a time zone. Write its region and city, such as Europe/Berlin.")
                % {"value": text[:40]}
            )
        return zones().get(text.casefold(), "")


class InviteForm(forms.Form):
    invite = forms.BooleanField(
        label=gettext_lazy("Send an invitation to the new people"),
        help_text=gettext_lazy("A mail in their language, with a link to set a password and sign in."),
        required=False,
    )


class PeopleResource(RecordResource):
    """One row for each person, known by the e-mail address; new people cannot sign in until they set a password."""

    slug = "people"
    label = gettext_lazy("People")
    explanation = gettext_lazy(
        "One row for each person, known by the e-mail address. Nobody is deleted or left out: people who are not in "
        "the file stay as they are. Roles are given on a person's page, not here."
    )
    keys = ("email",)
    permissions = ("accounts.add_user", "accounts.change_user")
    options_form = InviteForm
    own_relations = frozenset(
        {"accounts.TeamMembership", "accounts.Invitation", "notifications.OutboxMail", "account.EmailAddress"}
    )

    email = Column(
        gettext_lazy("E-mail address"),
        attribute="email",
        widget=EmailWidget(254),
        aliases=("e-mail", "mail", "email address", "E-Mail-Adresse", "Mailadresse", "user name", "login"),
        example="jo.doe@example.com",
        required=True,
    )
    first_name = Column(
        gettext_lazy("First name"),
        attribute="first_name",
        widget=TextWidget(150),
        aliases=("given name", "forename", "Vorname"),
        example="Jo",
        required=True,
    )
    last_name = Column(
        gettext_lazy("Last name"),
        attribute="last_name",
        widget=TextWidget(150),
        aliases=("surname", "family name", "Nachname", "Familienname", "Name"),
        example="Doe",
        required=True,
    )
    team = Column(
        gettext_lazy("Team"),
        attribute="import_team",
        widget=LookupWidget("find_team"),
        help=gettext_lazy("The name of a team that exists. Another team than before holds from today on."),
        aliases=("department", "group", "unit", "Abteilung", "Gruppe", "Bereich"),
    )
    language = Column(
        gettext_lazy("Language"),
        attribute="language",
        widget=ChoiceWidget(settings.LANGUAGES),
        help=gettext_lazy("en or de; empty for the site's."),
        aliases=("locale", "Sprache"),
        example="en",
    )
    timezone = Column(
        gettext_lazy("Time zone"),
        attribute="timezone",
        widget=ZoneWidget(64),
        help=gettext_lazy("Such as Europe/Berlin; empty for the site's."),
        aliases=("zone", "Zeitzone"),
        example="Europe/Berlin",
    )
    is_active = Column(
        gettext_lazy("May sign in"),
        attribute="is_active",
        widget=YesNoWidget(empty=True),
        help=gettext_lazy("yes or no; empty means yes."),
        aliases=("active", "status", "aktiv", "darf sich anmelden"),
        example="yes",
    )

    class Meta:
        model = User

    def scope(self, viewer):
        return visible_to(viewer, User.objects.all())

    # Checking ---------------------------------------------------------------------

    def key_of(self, row):
        return row.get("email", "").strip().lower() or None

    def label_of(self, row):
        name = f"{row.get('first_name', '')} {row.get('last_name', '')}".strip()
        return f"{name} · {row.get('email', '')}" if name else row.get("email", "")

    def prepare(self, rows, *, for_update=False):
        if not hasattr(self, "teams"):
            self.teams = {team.name.casefold(): team for team in Team.objects.all()}
        people = User.objects.with_address(*(key for key in map(self.key_of, rows) if key))
        if for_update:
            people = people.select_for_update()
        self.found = {person.email.lower(): person for person in people}
        self.in_scope = set(
            self.get_queryset()
            .filter(pk__in=[person.pk for person in self.found.values()])
            .values_list("pk", flat=True)
        )
        self.prepare_export(list(self.found.values()))

    def find(self, row):
        return self.found.get(self.key_of(row) or "")

    def find_team(self, text: str) -> Team:
        team = self.teams.get(text.casefold())
        if team is None:
            raise ValueError(
                _("There is no team “%(name)s”. Write the name as the list of teams has it, or add the team first.")
                % {"name": text[:80]}
            )
        return team

    def init_instance(self, row=None):
        person = User()
        person.import_team = None
        return person

    def judge(self, planned, errors):
        person = planned.instance
        if person.pk is None:
            return
        if person.pk not in self.in_scope or (person.is_superuser and not self.actor.is_superuser):
            errors[""] = _("You may not edit this person.")
        elif person.pk == self.actor.pk and not person.is_active:
            errors["is_active"] = _("You cannot lock yourself out. Ask another administrator to do it.")

    # Writing ----------------------------------------------------------------------

    def write(self, planned, options):
        new = [one for one in planned if one.outcome == Outcome.NEW]
        for one in new:
            one.instance.set_unusable_password()
        User.objects.bulk_create([one.instance for one in new])
        self.update([one for one in planned if one.outcome == Outcome.CHANGED])
        moving = [one for one in planned if one.changes("team")]
        traces = move_people([(one.instance, one.instance.import_team) for one in moving])
        for one in moving:
            one.trace = traces[one.instance.pk]

    def update(self, planned: list[Planned]) -> None:
        for column in ("first_name", "last_name", "language", "timezone"):
            touched = [one.instance for one in planned if one.changes(column)]
            User.objects.bulk_update(touched, [column], batch_size=200)
        for one in planned:
            if one.changes("is_active"):
                # Not in bulk: sessions end, open invitations are revoked, and the log says it of each.
                change = services.return_person if one.instance.is_active else services.deactivate_person
                change(person=one.instance, actor=self.actor)

    def after_write(self, batch, options):
        if not options.get("invite"):
            return ""
        keys = batch.rows.filter(outcome=Outcome.NEW).values("object_id")
        people = list(User.objects.filter(pk__in=keys, is_active=True))
        count = len(services.invite_people(people=people, actor=self.actor))
        return ngettext("%d person was invited.", "%d people were invited.", count) % count

    # Undoing ----------------------------------------------------------------------

    def why_not_undone(self, planned):
        reasons = {}
        made = {key for one in planned for key in one.trace.get("made", ())}
        new = [one.instance for one in planned if one.outcome == Outcome.NEW]
        for row in TeamMembership.objects.filter(user__in=new).exclude(pk__in=made):
            reasons[row.user_id] = _("was moved to another team later")
        for person in new:
            if person.last_login or not person.password.startswith(UNUSABLE_PASSWORD_PREFIX):
                reasons[person.pk] = _("has set a password or signed in")
        return reasons

    def undo(self, planned):
        move_back([one.trace for one in planned])
        User.objects.filter(pk__in=[one.instance.pk for one in planned if one.outcome == Outcome.NEW]).delete()
        changed = [one for one in planned if one.outcome == Outcome.CHANGED]
        for one in changed:
            for column in one.diff.keys() - {"team"}:
                before = self.fields[column].widget.clean(one.diff[column][0])
                setattr(one.instance, column, before)
        self.update(changed)

    # Exporting --------------------------------------------------------------------

    def prepare_export(self, instances):
        teams = current_teams(instances)
        for person in instances:
            person.import_team = teams.get(person.pk)
