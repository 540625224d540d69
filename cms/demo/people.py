"""Generated people: names from many places, addresses at example.com, teams of a believable company."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import Team, TeamMembership, User
from accounts.roles import ADMINISTRATOR, CONTENT_EDITOR, INSTRUCTOR, MANAGER, REPORT_ADMINISTRATOR
from accounts.services import assign_team, create_person
from cms.demo_accounts import PASSWORD

TEAMS = [
    "Customer Support",
    "Engineering",
    "Finance",
    "Human Resources",
    "Logistics",
    "Marketing",
    "Operations",
    "Sales",
]

FIRST_NAMES = [
    "Aaliyah",
    "Abel",
    "Adaeze",
    "Adriana",
    "Aiko",
    "Alejandro",
    "Alina",
    "Amara",
    "Amir",
    "Ana",
    "Andrzej",
    "Anika",
    "Anton",
    "Arjun",
    "Astrid",
    "Ayse",
    "Beatriz",
    "Bilal",
    "Bogdan",
    "Bruno",
    "Camila",
    "Carlos",
    "Chiara",
    "Chidi",
    "Clara",
    "Dagny",
    "Daniel",
    "Daria",
    "Diego",
    "Dimitri",
    "Elena",
    "Elif",
    "Emeka",
    "Emma",
    "Enzo",
    "Esra",
    "Fatima",
    "Felix",
    "Fernanda",
    "Filip",
    "Freya",
    "Gabriel",
    "Georgi",
    "Giulia",
    "Grace",
    "Hana",
    "Hannah",
    "Hassan",
    "Helena",
    "Hiroshi",
    "Hugo",
    "Ibrahim",
    "Imani",
    "Ines",
    "Ingrid",
    "Isabel",
    "Ivan",
    "Jakub",
    "Jana",
    "Jin",
    "Joana",
    "Jonas",
    "Jorge",
    "Julia",
    "Kamal",
    "Karin",
    "Kofi",
    "Lars",
    "Laura",
    "Layla",
    "Leandro",
    "Lena",
    "Liam",
    "Linh",
    "Lucia",
    "Luka",
    "Maja",
    "Malik",
    "Marek",
    "Maria",
    "Marta",
    "Mateo",
    "Maya",
    "Mehmet",
    "Mei",
    "Miguel",
    "Mila",
    "Minh",
    "Nadia",
    "Naomi",
    "Nia",
    "Nikolai",
    "Nina",
    "Noah",
    "Nora",
    "Oksana",
    "Olga",
    "Omar",
    "Oscar",
    "Paolo",
    "Petra",
    "Piotr",
    "Priya",
    "Rafael",
    "Rania",
    "Ravi",
    "Rosa",
    "Ruth",
    "Samir",
    "Sanna",
    "Sara",
    "Selma",
    "Sofia",
    "Stefan",
    "Suki",
    "Sven",
    "Tamar",
    "Tariq",
    "Teresa",
    "Thabo",
    "Tomas",
    "Uma",
    "Valentina",
    "Vera",
    "Viktor",
    "Wanjiru",
    "Yara",
    "Yuki",
    "Yusuf",
    "Zara",
    "Zofia",
]

LAST_NAMES = [
    "Abdi",
    "Acosta",
    "Adeyemi",
    "Almeida",
    "Andersen",
    "Bakker",
    "Banerjee",
    "Barros",
    "Becker",
    "Berg",
    "Bianchi",
    "Brandt",
    "Cabrera",
    "Castillo",
    "Chen",
    "Costa",
    "Dahl",
    "Demir",
    "Diallo",
    "Dubois",
    "Eriksson",
    "Farah",
    "Fischer",
    "Fontana",
    "Garcia",
    "Gruber",
    "Haddad",
    "Hansen",
    "Hashimoto",
    "Herrera",
    "Hoffmann",
    "Horvat",
    "Ibarra",
    "Ivanova",
    "Jansen",
    "Kaya",
    "Keller",
    "Khan",
    "Kim",
    "Kovacs",
    "Kowalski",
    "Kruger",
    "Larsen",
    "Lehmann",
    "Lindqvist",
    "Lopes",
    "Marino",
    "Mensah",
    "Meyer",
    "Moreau",
    "Moreno",
    "Mwangi",
    "Nakamura",
    "Navarro",
    "Nguyen",
    "Novak",
    "Nowak",
    "Okafor",
    "Okonkwo",
    "Olsen",
    "Ortega",
    "Osei",
    "Park",
    "Patel",
    "Petrov",
    "Pinto",
    "Popescu",
    "Rahman",
    "Reyes",
    "Ricci",
    "Rossi",
    "Saito",
    "Salazar",
    "Santos",
    "Schmidt",
    "Sharma",
    "Silva",
    "Singh",
    "Sokolov",
    "Suzuki",
    "Tanaka",
    "Thomsen",
    "Torres",
    "Tran",
    "Vargas",
    "Virtanen",
    "Vogel",
    "Wagner",
    "Wang",
    "Weber",
    "Wolf",
    "Yilmaz",
    "Zhang",
    "Zielinski",
]


@dataclass(frozen=True)
class Accounts:
    """One account for each role, all with the demo password."""

    administrator: User
    editor: User
    instructor: User
    manager: User
    reporter: User
    learner: User


@dataclass(frozen=True)
class Company:
    accounts: Accounts
    teams: dict[str, Team]
    learners: list[User]
    team_of: dict[int, str]


def morning(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 8, 0))


def hire(*, rng: random.Random, learners: int, until: date) -> Company:
    """The six accounts, eight teams with managers, and ``learners`` people who joined over the years."""
    start = until - timedelta(days=900)
    hashed = make_password(PASSWORD)

    def account(name: str, first: str, last: str, *roles: str) -> Any:
        return create_person(
            email=f"{name}@example.com",
            first_name=first,
            last_name=last,
            roles=roles,
            password_hash=hashed,
            joined=morning(start),
        )

    accounts = Accounts(
        administrator=account("administrator", "Ada", "Brandt", ADMINISTRATOR),
        editor=account("editor", "Emil", "Novak", CONTENT_EDITOR),
        instructor=account("instructor", "Ines", "Okafor", INSTRUCTOR),
        manager=account("manager", "Mona", "Lindqvist", MANAGER),
        reporter=account("reporter", "Ravi", "Costa", REPORT_ADMINISTRATOR),
        learner=account("learner", "Lena", "Moreau"),
    )
    teams = {name: Team.objects.create(name=name) for name in TEAMS}
    people, team_of = [], {}
    taken = {"ada brandt", "emil novak", "ines okafor", "mona lindqvist", "ravi costa", "lena moreau"}
    nobody = make_password(None)
    while len(people) < learners - 1:
        first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
        if f"{first} {last}".lower() in taken:
            continue
        taken.add(f"{first} {last}".lower())
        joined = start + timedelta(days=int(rng.betavariate(1, 2) * 880))
        people.append(
            create_person(
                email=f"{first}.{last}@example.com",
                first_name=first,
                last_name=last,
                password_hash=nobody,
                joined=morning(joined),
            )
        )
    people.append(accounts.learner)
    for number, person in enumerate(people):
        name = "Operations" if person == accounts.learner else TEAMS[number % len(TEAMS)]
        assign_team(user=person, team=teams[name], since=person.date_joined.date())
        team_of[person.pk] = name
    managers = rng.sample(people[:-1], len(TEAMS) - 2)
    others = [name for name in TEAMS if name not in ("Operations", "Logistics")]
    for name, person in zip(others, managers, strict=True):
        teams[name].managers.add(person)
    teams["Operations"].managers.add(accounts.manager)
    teams["Logistics"].managers.add(accounts.manager)
    for person in (accounts.manager, accounts.instructor, accounts.editor, accounts.reporter, accounts.administrator):
        team = "Operations" if person == accounts.manager else "Human Resources"
        TeamMembership.objects.create(user=person, team=teams[team], since=start)
    return Company(accounts, teams, people, team_of)
