"""Teams with their managers as a file."""

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.widgets import Widget

from accounts.models import Team
from accounts.policies import visible_to
from accounts.roles import MANAGER
from workbench.imports.columns import Column, TextWidget
from workbench.imports.resource import RecordResource
from workbench.models import Outcome

User = get_user_model()
Managing = Team.managers.through


def addresses(text: str) -> list[str]:
    """The e-mail addresses in a cell, separated by semicolons, commas or blanks."""
    return [part for part in text.replace(";", " ").replace(",", " ").lower().split() if part]


class ManagersWidget(Widget):
    """People by their e-mail addresses, in alphabetical order."""

    def clean(self, value, row=None, **kwargs):
        return kwargs["resource"].find_managers(value or "", kwargs["record"])

    def render(self, value, obj=None, **kwargs):
        return "; ".join(sorted(person.email for person in value or ()))


class TeamResource(RecordResource):
    """One row for each team, known by its name."""

    slug = "teams"
    label = gettext_lazy("Teams")
    explanation = gettext_lazy(
        "One row for each team, known by its name. Teams that are not in the file stay as they are. "
        "Who belongs to a team is a column of the people's file."
    )
    keys = ("name",)
    permissions = ("accounts.add_team", "accounts.change_team")
    own_relations = frozenset({"accounts.Team_managers"})

    name = Column(
        gettext_lazy("Team"),
        attribute="name",
        widget=TextWidget(120),
        aliases=("team name", "department", "Abteilung", "Gruppe"),
        example="Sales",
        required=True,
    )
    managers = Column(
        gettext_lazy("Managers"),
        attribute="import_managers",
        widget=ManagersWidget(),
        help=gettext_lazy("E-mail addresses of people with the manager role, separated by semicolons."),
        aliases=("manager", "lead", "Leitung", "Vorgesetzte", "Führungskraft"),
        example="mona.manager@example.com",
    )

    class Meta:
        model = Team

    def scope(self, viewer):
        return visible_to(viewer, Team.objects.all())

    def key_of(self, row):
        return row.get("name", "").strip() or None

    def prepare(self, rows, *, for_update=False):
        names = {key for key in map(self.key_of, rows) if key}
        teams = self.get_queryset().filter(name__in=names)
        if for_update:
            # DISTINCT and locks do not go together.
            teams = Team.objects.filter(pk__in=list(teams.values_list("pk", flat=True))).select_for_update()
        self.found = {team.name: team for team in teams}
        self.prepare_export(list(self.found.values()))
        wanted = {address for row in rows for address in addresses(row.get("managers", ""))}
        self.people = {person.email: person for person in User.objects.filter(email__in=wanted)}
        self.eligible = set(
            User.objects.filter(email__in=wanted, is_active=True, groups__name=MANAGER).values_list("pk", flat=True)
        )

    def find(self, row):
        return self.found.get(self.key_of(row) or "")

    def init_instance(self, row=None):
        team = Team()
        team.import_managers = []
        return team

    def find_managers(self, text, team):
        already = {person.pk for person in team.import_managers}
        found = {}
        for address in addresses(text):
            person = self.people.get(address)
            if person is None:
                raise ValueError(_("There is nobody with the e-mail address “%(email)s”.") % {"email": address[:80]})
            if person.pk not in self.eligible and person.pk not in already:
                raise ValueError(
                    _("%(email)s does not have the manager role, or may not sign in. Give them the role first.")
                    % {"email": address}
                )
            found[person.pk] = person
        return list(found.values())

    def write(self, planned, options):
        Team.objects.bulk_create([one.instance for one in planned if one.outcome == Outcome.NEW])
        wanted = {one.instance.pk: {person.pk for person in one.instance.import_managers} for one in planned}
        present = {key: set() for key in wanted}
        for row in Managing.objects.filter(team__in=wanted):
            present[row.team_id].add(row.user_id)
        for one in planned:
            key = one.instance.pk
            one.trace = {
                "added": sorted(wanted[key] - present[key]),
                "removed": sorted(present[key] - wanted[key]),
            }
        self.set_managers(planned, add="added", remove="removed")

    def set_managers(self, planned, *, add, remove):
        Managing.objects.bulk_create(
            [Managing(team_id=one.instance.pk, user_id=user) for one in planned for user in one.trace.get(add, ())],
            ignore_conflicts=True,
        )
        for one in planned:
            if one.trace.get(remove):
                Managing.objects.filter(team=one.instance.pk, user__in=one.trace[remove]).delete()

    def undo(self, planned):
        changed = [one for one in planned if one.outcome == Outcome.CHANGED]
        self.set_managers(changed, add="removed", remove="added")
        Team.objects.filter(pk__in=[one.instance.pk for one in planned if one.outcome == Outcome.NEW]).delete()

    def prepare_export(self, instances):
        by_team = {team.pk: [] for team in instances}
        for row in Managing.objects.filter(team__in=by_team).select_related("user"):
            by_team[row.team_id].append(row.user)
        for team in instances:
            team.import_managers = by_team[team.pk]
