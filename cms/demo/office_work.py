"""What the administrator did this month: files of people imported and looked at, invitations sent."""

import csv
import io

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from accounts.resources.people import PeopleResource
from accounts.services import invite_people
from cms.demo.people import Company
from workbench.models import ImportBatch
from workbench.services import choose_columns, confirm_batch, create_batch, run_batch

HEADER = ["E-mail address", "First name", "Last name", "Team", "Time zone"]
INVITED = 5


def do_office_work(*, company: Company) -> None:
    """Three files in the three states that ask something of a reader: written, ready to be written, full of errors."""
    clerk = company.accounts.administrator
    newest = sorted(company.learners[:-1], key=lambda person: (person.date_joined, person.pk))[-INVITED:]
    invite_people(people=newest, actor=clerk)

    abroad = company.learners[:6]
    lines = [line_of(person, company, zone="Europe/Lisbon" if number else "") for number, person in enumerate(abroad)]
    moved = check_file("moved-to-lisbon.csv", lines, clerk=clerk)
    confirm_batch(batch=moved, options={})
    run_batch(batch_id=moved.pk)

    starters = [
        ["noor.dahl@example.com", "Noor", "Dahl", "Sales", "Europe/Oslo"],
        ["ilse.van.der.berg@example.com", "Ilse", "van der Berg", "Finance", ""],
        ["teodor.marin@example.com", "Teodor", "Marin", "Engineering", "Europe/Bucharest"],
        ["amara.eze@example.com", "Amara", "Eze", "Marketing", ""],
    ]
    transfer = [line_of(person, company, team="Sales") for person in abroad[:2]]
    check_file(
        "starting-next-month.csv",
        [*starters, *transfer, line_of(abroad[3], company, zone="Europe/Lisbon")],
        clerk=clerk,
    )

    wrong = [
        ["sven.holm@example.com", "Sven", "Holm", "Sails", ""],
        ["kaia.lund.example.com", "Kaia", "Lund", "Finance", ""],
        ["piet.jansen@example.com", "Piet", "", "Logistics", "Europe/Atlantis"],
    ]
    check_file("starting-in-spring.csv", [*wrong, *starters[:2]], clerk=clerk)


def line_of(person: User, company: Company, *, team: str = "", zone: str = "") -> list[str]:
    return [person.email, person.first_name, person.last_name, team or company.team_of[person.pk], zone]


def check_file(name: str, lines: list[list[str]], *, clerk: User) -> ImportBatch:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([HEADER, *lines])
    upload = SimpleUploadedFile(name, stream.getvalue().encode(), "text/csv")
    batch = create_batch(resource=PeopleResource, upload=upload, actor=clerk)
    choose_columns(batch=batch, mapping=batch.mapping)
    run_batch(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch
