"""Importing people: what a row does, what is refused, all or nothing, and back again."""

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from accounts.models import TeamMembership
from accounts.resources import PeopleResource
from accounts.roles import ADMINISTRATOR
from accounts.selectors import primary_team
from accounts.services import assign_team
from tests.factories.accounts import make_person, make_team
from tests.factories.imports import (
    csv_bytes,
    errors_of,
    exported,
    make_batch,
    outcomes_of,
    undo_batch,
    write_batch,
)
from workbench.models import BatchState

pytestmark = pytest.mark.django_db

User = get_user_model()
WITH_TEAM = ["E-mail address", "First name", "Last name", "Team"]


@pytest.fixture
def ada():
    return make_person("Ada Admin", email="ada@example.com", roles=(ADMINISTRATOR,))


def everything():
    """All that an import of people may touch."""
    people = User.objects.order_by("email").values(
        "email", "first_name", "last_name", "language", "timezone", "is_active", "password"
    )
    memberships = TeamMembership.objects.order_by("pk").values("pk", "user", "team", "since", "until", "is_primary")
    return list(people), list(memberships)


def test_a_row_is_a_person_who_cannot_sign_in_yet(ada):
    team = make_team("Sales")
    batch = make_batch([["JO.DOE@example.com", " Jo ", "Doe", "sales"]], header=WITH_TEAM, actor=ada)
    assert (batch.state, batch.new_count) == (BatchState.CHECKED, 1)
    assert not User.objects.filter(email="jo.doe@example.com").exists()
    write_batch(batch)
    assert batch.state == BatchState.WRITTEN
    jo = User.objects.get(email="jo.doe@example.com")
    assert (jo.name, jo.has_usable_password(), primary_team(jo)) == ("Jo Doe", False, team)
    entry = ModelLogEntry.objects.get(action="workbench.import_new")
    assert (entry.object_id, entry.user, entry.data["import"]) == (str(jo.pk), ada, str(batch.uuid))
    assert ModelLogEntry.objects.get(action="workbench.import").data == {"new": 1, "changed": 0}


def test_a_row_of_somebody_known_changes_only_what_the_file_has(ada):
    jo = make_person("Jo Doe", email="jo@example.com", timezone_name="Europe/Berlin")
    batch = make_batch([["Jo@Example.com", "Joanna", "Doe"]], actor=ada)
    row = batch.rows.get()
    assert (row.outcome, row.diff) == ("changed", {"first_name": ["Jo", "Joanna"]})
    write_batch(batch)
    jo.refresh_from_db()
    assert (jo.name, jo.timezone) == ("Joanna Doe", "Europe/Berlin")


@pytest.mark.parametrize(
    ("header", "row", "column", "sentence"),
    [
        (None, ["jo at example.com", "Jo", "Doe"], "email", "“jo at example.com” is not an e-mail address. Write it as name@example.com."),
        (None, ["", "Jo", "Doe"], "email", "is empty. Every row needs it."),
        (None, ["jo@example.com", "", "Doe"], "first_name", "is empty. Every row needs it."),
        (None, ["jo@example.com", "=HYPERLINK(1)", "Doe"], "first_name", "holds a formula. Write the value instead."),
        (None, ["jo@example.com", "J\x07o", "Doe"], "first_name", "holds a character that cannot be seen. Delete it or type the text again."),
        (None, ["jo@example.com", "J" * 151, "Doe"], "first_name", "has 151 characters; at most 150 fit."),
        (None, ["jo@example.com", "Jo", "Doe", "Extra"], "", "This row has more cells than the header. Is a separator or a quotation mark missing?"),
        ("Team", ["jo@example.com", "Jo", "Doe", "Marketing"], "team", "There is no team “Marketing”. Write the name as the list of teams has it, or add the team first."),
        ("Time zone", ["jo@example.com", "Jo", "Doe", "Berlin"], "timezone", "“Berlin” is not a time zone. Write its region and city, such as Europe/Berlin."),
        ("Language", ["jo@example.com", "Jo", "Doe", "fr"], "language", "“fr” is not known. Write one of: en, de."),
        ("May sign in", ["jo@example.com", "Jo", "Doe", "perhaps"], "is_active", "“perhaps” is neither yes nor no."),
    ],
)  # fmt: skip
def test_what_a_row_may_not_say(ada, header, row, column, sentence):
    before = everything()
    head = [*WITH_TEAM[:3], header] if header else WITH_TEAM[:3]
    batch = make_batch([["fine@example.com", "Fi", "Ne"], row], header=head, actor=ada)
    assert errors_of(batch) == [(3, column, sentence)]
    assert (batch.error_count, batch.new_count) == (1, 1)
    assert everything() == before


def test_all_errors_of_a_row_are_told_at_once_and_numbered_through(ada):
    batch = make_batch([["x", "", ""], ["jo@example.com", "Jo", "Doe"], ["y", "Jo", "Doe"]], actor=ada)
    assert [(row.number, row.first_error, len(row.errors)) for row in batch.rows.exclude(errors=[])] == [
        (2, 1, 3),
        (4, 4, 1),
    ]


def test_one_address_twice_in_different_case(ada):
    batch = make_batch([["jo@example.com", "Jo", "Doe"], ["JO@example.com", "Jo", "Roe"]], actor=ada)
    assert errors_of(batch) == [(3, "", "The same as row 2. Keep one of them.")]


def test_nobody_locks_themselves_out_or_edits_a_superuser(ada):
    root = make_person("Ro Ot", email="root@example.com")
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    before = everything()
    rows = [["ada@example.com", "Ada", "Admin", "no"], ["root@example.com", "Mallory", "Ot", "yes"]]
    batch = make_batch(rows, header=[*WITH_TEAM[:3], "May sign in"], actor=ada)
    assert errors_of(batch) == [
        (2, "is_active", "You cannot lock yourself out. Ask another administrator to do it."),
        (3, "", "You may not edit this person."),
    ]
    assert everything() == before


def test_german_headers_semicolons_and_windows_1252_are_understood_and_said(ada):
    make_team("Büro")
    content = csv_bytes(
        [["jörg@example.com".replace("ö", "oe"), "Jörg", "Müller", "Büro"]],
        header=["E-Mail-Adresse", "Vorname", "Nachname", "Abteilung"],
        encoding="cp1252",
        separator=";",
    )
    batch = make_batch(content=content, actor=ada)
    assert batch.facts[0] == "CSV, read as Windows-1252, separated by semicolon"
    assert batch.rows.get().diff == {
        "email": ["", "joerg@example.com"],
        "first_name": ["", "Jörg"],
        "last_name": ["", "Müller"],
        "team": ["", "Büro"],
        "is_active": ["", "yes"],
    }


def test_undo_takes_new_people_away_and_gives_changed_ones_back_what_they_had(ada):
    sales, support = make_team("Sales"), make_team("Support")
    jo = make_person("Jo Doe", email="jo@example.com")
    assign_team(user=jo, team=sales, since=datetime.date(2026, 1, 5))
    left = make_person("Lee Left", email="lee@example.com")
    before = everything()
    header = [*WITH_TEAM, "May sign in", "Language"]
    rows = [
        ["new@example.com", "Nia", "New", "Support", "yes", "de"],
        ["jo@example.com", "Joanna", "Doe", "Support", "yes", "de"],
        ["lee@example.com", "Lee", "Left", "", "no", ""],
    ]
    batch = write_batch(make_batch(rows, header=header, actor=ada))
    left.refresh_from_db()
    assert (primary_team(jo), left.is_active) == (support, False)
    undo_batch(batch)
    assert (batch.state, batch.sentence) == (BatchState.UNDONE, "")
    assert everything() == before


def test_undo_is_refused_once_somebody_was_edited_signed_in_or_did_something(ada):
    rows = [[f"p{n}@example.com", "Pat", f"No{n}"] for n in range(2, 6)]
    batch = write_batch(make_batch(rows, actor=ada))
    User.objects.filter(email="p2@example.com").update(first_name="Patricia")
    signed_in = User.objects.get(email="p3@example.com")
    signed_in.set_password("a long password")
    signed_in.save()
    make_team("Sales", managers=[User.objects.get(email="p4@example.com")])
    make_team("Support", members=[User.objects.get(email="p5@example.com")])
    before = everything()
    undo_batch(batch)
    assert batch.state == BatchState.WRITTEN
    assert batch.sentence == (
        "Nothing was undone: row 2 was edited later (First name); row 3 has set a password or signed in; "
        "row 4 has teams by now; row 5 was moved to another team later."
    )
    assert everything() == before


def test_an_export_imported_again_changes_nothing(ada):
    sales = make_team("=Sales")
    for name in ("=cmd|' /C calc'!A0", "'=quoted", "+49 30", " blanks ", "Zoë \u202eabc", "a,b;c\td|e", 'say "hi"'):
        person = make_person("Jo X")
        User.objects.filter(pk=person.pk).update(first_name=name, language="de", timezone="Europe/Berlin")
    assign_team(user=person, team=sales)
    resource = PeopleResource(actor=ada)
    for ending in ("csv", "xlsx"):
        batch = make_batch(content=exported(resource, User.objects.order_by("pk"), ending), actor=ada)
        assert errors_of(batch) == []
        assert set(outcomes_of(batch).values()) == {"same"}
        assert batch.rows_total == User.objects.count() == 8


def test_a_check_costs_the_same_number_of_queries_for_few_and_many(ada):
    make_team("Sales")

    def queries(count):
        resource = PeopleResource(
            actor=User.objects.get(pk=ada.pk), mapped=["email", "first_name", "last_name", "team"]
        )
        rows = [
            (n, {"email": f"q{count}-{n}@example.com", "first_name": "Q", "last_name": "R", "team": "Sales"})
            for n in range(count)
        ]
        with CaptureQueriesContext(connection) as captured:
            planned = resource.plan(rows)
            resource.write(planned, {})
        assert {one.outcome for one in planned} == {"new"}
        return len(captured)

    assert queries(5) == queries(50)
