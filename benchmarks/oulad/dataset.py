"""What the small files say: presentations, sites, assessments and registrations, checked against each other."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from benchmarks.oulad.files import UNKNOWN, Problems, Refused, Table, whole, whole_or_none

# The letter of a presentation says in which month it began (Kuzilek, Hlosta, Zdrahal 2017, Scientific Data 4:170171).
# On which day is not published: days are counted from the first.
MONTHS = {"B": 2, "J": 10}
RESULTS = ("Distinction", "Pass", "Fail", "Withdrawn")
PRESENTATION = ("code_module", "code_presentation")
# Days from a presentation's start. Clicks run from about -25 to 270; beyond this a number is a mistake.
FARTHEST = 2000


@dataclass(frozen=True)
class Presentation:
    """One run of a module, such as AAA 2013J. ``length`` is in days."""

    module: str
    code: str
    length: int

    @property
    def name(self) -> str:
        return f"{self.module} {self.code}"

    @property
    def start(self) -> dt.date:
        return dt.date(int(self.code[:4]), MONTHS[self.code[4]], 1)

    @property
    def end(self) -> dt.date:
        return self.day(self.length - 1)

    def day(self, number: int) -> dt.date:
        return self.start + dt.timedelta(days=number)


@dataclass(frozen=True)
class Assessment:
    """``weight`` in percent. ``name`` ("TMA 2") is the same for the second of each presentation."""

    presentation: Presentation
    kind: str
    due: int | None
    weight: Decimal
    name: str = ""


@dataclass(frozen=True)
class Registration:
    presentation: Presentation
    student: int
    result: str
    registered: int | None
    left: int | None


class Dataset:
    """The dataset in ``folder``, all but its long files, cut down to the presentations that are wanted (None: all)."""

    def __init__(self, folder: Path, wanted: list[str] | None) -> None:
        self.folder = folder
        self.problems = Problems()
        self.presentations = self.read_presentations()
        self.problems.refuse()
        self.picked = self.pick(wanted)
        self.sites = self.read_sites()
        self.assessments = self.read_assessments()
        self.registrations = self.read_registrations()
        self.problems.refuse()

    def table(self, name: str, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> Table:
        return Table(self.folder, name, needed, optional)

    def read_presentations(self) -> dict[tuple[str, str], Presentation]:
        found: dict[tuple[str, str], Presentation] = {}
        table = self.table("courses.csv", (*PRESENTATION, "module_presentation_length"))
        for module, code, length in table.rows(self.problems):
            try:
                presentation = Presentation(module, code, whole(length))
                # Raises where the code says no month or no year.
                presentation.end  # noqa: B018
            except (ValueError, KeyError, IndexError, OverflowError):
                self.problems.add(table, f"“{module} {code}” with length “{length}” is no presentation.")
                continue
            if (module, code) in found:
                self.problems.add(table, f"{module} {code} stands here twice.")
            found[module, code] = presentation
        return found

    def pick(self, wanted: list[str] | None) -> set[Presentation]:
        if wanted is None:
            return set(self.presentations.values())
        known = {f"{one.module}-{one.code}": one for one in self.presentations.values()}
        if unknown := [name for name in wanted if name not in known]:
            raise Refused(
                f"{self.folder} has no presentation {', '.join(unknown)}. It has: {', '.join(sorted(known))}."
            )
        return {known[name] for name in wanted}

    def presentation(self, table: Table, module: str, code: str) -> Presentation | None:
        found = self.presentations.get((module, code))
        if found is None:
            self.problems.add(table, f"courses.csv has no {module} {code}.")
        return found

    def read_sites(self) -> dict[int, tuple[Presentation, str]]:
        """By site, where it stands and the type of activity."""
        found: dict[int, tuple[Presentation, str]] = {}
        table = self.table("vle.csv", ("id_site", *PRESENTATION, "activity_type"))
        for site, module, code, kind in table.rows(self.problems):
            if (presentation := self.presentation(table, module, code)) is None:
                continue
            try:
                key = whole(site)
            except ValueError:
                self.problems.add(table, f"“{site}” is no number of a site.")
                continue
            if key in found:
                self.problems.add(table, f"site {key} stands here twice.")
            found[key] = presentation, kind
        return found

    def read_assessments(self) -> dict[int, Assessment]:
        found: dict[int, Assessment] = {}
        columns = ("id_assessment", *PRESENTATION, "assessment_type", "date", "weight")
        table = self.table("assessments.csv", columns)
        for key, module, code, kind, due, weight in table.rows(self.problems):
            if (presentation := self.presentation(table, module, code)) is None:
                continue
            try:
                percent = Decimal(0) if weight in UNKNOWN else Decimal(weight)
                if not 0 <= percent <= 1000:
                    raise ValueError(weight)
                assessment = Assessment(presentation, kind, day_number(due), percent)
                number = whole(key)
            except (ValueError, InvalidOperation):
                self.problems.add(table, f"“{key}” on day “{due}” with weight “{weight}” is no assessment.")
                continue
            if number in found:
                self.problems.add(table, f"assessment {number} stands here twice.")
            found[number] = assessment
        return named(found)

    def read_registrations(self) -> list[Registration]:
        """Those of the picked presentations, in the order in which they began."""
        days: dict[tuple[Presentation, int], tuple[int | None, int | None]] = {}
        table = self.table(
            "studentRegistration.csv", (*PRESENTATION, "id_student", "date_registration", "date_unregistration")
        )
        for module, code, student, registered, left in table.rows(self.problems):
            if (presentation := self.presentation(table, module, code)) is None:
                continue
            try:
                key = presentation, whole(student)
                values = day_number(registered), day_number(left)
            except ValueError:
                self.problems.add(table, f"student “{student}”, days “{registered}” and “{left}” are no registration.")
                continue
            if key in days:
                self.problems.add(table, f"student {key[1]} stands here twice for {presentation.name}.")
            days[key] = values
        found: dict[tuple[Presentation, int], Registration] = {}
        table = self.table("studentInfo.csv", (*PRESENTATION, "id_student", "final_result"))
        for module, code, student, result in table.rows(self.problems):
            if (presentation := self.presentation(table, module, code)) is None:
                continue
            try:
                key = presentation, whole(student)
            except ValueError:
                self.problems.add(table, f"“{student}” is no number of a student.")
                continue
            if result not in RESULTS:
                self.problems.add(table, f"“{result}” is no result; known are {', '.join(RESULTS)}.")
            if key in found:
                self.problems.add(table, f"student {key[1]} stands here twice for {presentation.name}.")
            registered, left = days.pop(key, (None, None))
            found[key] = Registration(presentation, key[1], result, registered, left)
        for presentation, number in list(days)[:1]:
            self.problems.lines.append(
                f"studentInfo.csv has no student {number} of {presentation.name}, whom studentRegistration.csv names; "
                f"so it is with {len(days)} in all."
            )
        picked = [entry for entry in found.values() if entry.presentation in self.picked]
        return sorted(picked, key=lambda entry: (entry.presentation.start, entry.presentation.module, entry.student))


def day_number(text: str) -> int | None:
    number = whole_or_none(text)
    if number is not None and abs(number) > FARTHEST:
        raise ValueError(text)
    return number


def named(found: dict[int, Assessment]) -> dict[int, Assessment]:
    """The same with names: those of one presentation and type are counted in the order in which they are due."""
    counts: dict[tuple[Presentation, str], int] = {}
    result: dict[int, Assessment] = {}
    for key, entry in sorted(found.items(), key=lambda pair: (pair[1].due is None, pair[1].due or 0, pair[0])):
        group = entry.presentation, entry.kind
        counts[group] = counts.get(group, 0) + 1
        result[key] = Assessment(
            entry.presentation, entry.kind, entry.due, entry.weight, f"{entry.kind} {counts[group]}"
        )
    return result
