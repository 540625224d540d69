"""A manager's people and how they stand on their courses."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import Team, TeamMembership
from learning.models import Enrollment, EnrollmentStatus
from learning.selectors.standing import ORDER, Standing, expected_lessons, last_reminders, standing_of
from workbench.days import site_day

SHOWN = (EnrollmentStatus.ACTIVE, EnrollmentStatus.COMPLETED, EnrollmentStatus.REQUESTED)


@dataclass(frozen=True)
class TeamRun:
    """One run of a person of the team. ``expected`` are the lessons an even pace would have done by today."""

    enrollment: Enrollment
    standing: Standing
    expected: int
    reminded_on: date | None
    today: date

    @property
    def was_reminded_today(self) -> bool:
        return self.reminded_on == self.today


@dataclass(frozen=True)
class TeamPerson:
    person: Any
    team_names: tuple[str, ...]
    runs: tuple[TeamRun, ...]

    @property
    def open_runs(self) -> list[TeamRun]:
        return [run for run in self.runs if run.standing != Standing.COMPLETED]

    @property
    def completed_runs(self) -> list[TeamRun]:
        return [run for run in self.runs if run.standing == Standing.COMPLETED]

    @property
    def worst(self) -> int:
        return min((ORDER[run.standing] for run in self.open_runs), default=len(ORDER))


@dataclass(frozen=True)
class TeamView:
    """The people of one manager's teams, those who need attention first. ``counts`` counts people by standing."""

    teams: tuple[Team, ...]
    people: tuple[TeamPerson, ...]
    counts: dict[str, int]
    on_no_course: int

    def with_standing(self, standing: str) -> tuple[TeamPerson, ...]:
        if standing == "none":
            return tuple(entry for entry in self.people if not entry.runs)
        return tuple(entry for entry in self.people if any(run.standing == standing for run in entry.runs))


def team_view(*, manager: Any, team_uuid: str = "") -> TeamView:
    """Everybody in the teams ``manager`` manages today, or in one of them: four queries, whatever their size.

    Whoever may not sign in is left out. Of several runs through a course the newest counts.
    """
    teams = tuple(Team.objects.filter(managers=manager).order_by("name"))
    chosen = [team.pk for team in teams if not team_uuid or str(team.uuid) == team_uuid]
    memberships = TeamMembership.objects.current(site_day()).filter(team__in=chosen, user__is_active=True)
    names: dict[int, list[str]] = {}
    people: dict[int, Any] = {}
    for membership in memberships.select_related("user", "team").order_by("team__name"):
        people[membership.user_id] = membership.user
        names.setdefault(membership.user_id, []).append(membership.team.name)
    runs = newest_runs(list(people))
    reminded = last_reminders(runs)
    today = site_day()
    by_person: dict[int, list[TeamRun]] = {key: [] for key in people}
    for run in runs:
        if (standing := standing_of(run, today)) is not None:
            last = reminded.get(run.pk)
            by_person[run.learner_id].append(
                TeamRun(run, standing, expected_lessons(run, today), site_day(last) if last else None, today)
            )
    entries = [
        TeamPerson(
            person,
            tuple(names[key]),
            tuple(sorted(by_person[key], key=lambda run: (ORDER[run.standing], run.enrollment.course.title))),
        )
        for key, person in people.items()
    ]
    entries.sort(key=lambda entry: (entry.worst, entry.person.last_name, entry.person.first_name, entry.person.pk))
    counts = Counter(standing for entry in entries for standing in {str(run.standing) for run in entry.runs})
    return TeamView(teams, tuple(entries), dict(counts), sum(not entry.runs for entry in entries))


def newest_runs(learner_ids: list[int]) -> list[Enrollment]:
    newest: dict[tuple[int, Any], Enrollment] = {}
    rows = Enrollment.objects.filter(learner__in=learner_ids, status__in=SHOWN).select_related("course")
    for run in rows.order_by("run"):
        newest[run.learner_id, run.course_key] = run
    return list(newest.values())
