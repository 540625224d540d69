"""Importing teams: what a row does, what is refused, and back again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Team
from accounts.resources import TeamResource
from accounts.roles import ADMINISTRATOR, MANAGER
from accounts.services import deactivate_person
from tests.factories.accounts import make_person, make_team
from tests.factories.imports import errors_of, exported, make_batch, outcomes_of, undo_batch, write_batch
from workbench.models import BatchState

pytestmark = pytest.mark.django_db

HEADER = ["Team", "Managers"]


@pytest.fixture
def ada():
    return make_person("Ada Admin", email="ada@example.com", roles=(ADMINISTRATOR,))


@pytest.fixture
def mona():
    return make_person("Mona Manager", email="mona@example.com", roles=(MANAGER,))


@pytest.fixture
def max_():
    return make_person("Max Manager", email="max@example.com", roles=(MANAGER,))


def teams(rows, *, header=HEADER, **extra):
    return make_batch(rows, header=header, resource="teams", **extra)


def everything():
    """Team -> addresses of its managers."""
    return {team.name: sorted(team.managers.values_list("email", flat=True)) for team in Team.objects.all()}


def test_rows_are_teams_with_their_managers(ada, mona, max_):
    rows = [["Sales", "MONA@example.com; max@example.com"], ["Büro", ""]]
    batch = write_batch(teams(rows, actor=ada))
    assert (batch.state, batch.new_count) == (BatchState.WRITTEN, 2)
    assert everything() == {"Sales": ["max@example.com", "mona@example.com"], "Büro": []}
    assert undo_batch(batch).state == BatchState.UNDONE
    assert everything() == {}


def test_a_known_team_gets_the_managers_of_the_file_and_back(ada, mona, max_):
    make_team("Sales", managers=[mona])
    make_team("Not in the file", managers=[mona])
    before = everything()
    batch = teams([["Sales", "max@example.com"]], actor=ada)
    assert batch.rows.get().diff == {"managers": ["mona@example.com", "max@example.com"]}
    assert everything() == before, "A check changes nothing."
    write_batch(batch)
    assert everything() == before | {"Sales": ["max@example.com"]}
    undo_batch(batch)
    assert everything() == before


def test_a_file_without_managers_leaves_them(ada, mona):
    make_team("Sales", managers=[mona])
    batch = write_batch(teams([["Sales"], ["Support"]], header=["Team"], actor=ada))
    assert outcomes_of(batch) == {2: "same", 3: "new"}
    assert everything() == {"Sales": ["mona@example.com"], "Support": []}


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        (["", "mona@example.com"], "name", "is empty. Every row needs it."),
        (["Sales", "nobody@example.com"], "managers", "There is nobody with the e-mail address “nobody@example.com”."),
        (["Sales", "lea@example.com"], "managers", "lea@example.com does not have the manager role, or may not sign in. Give them the role first."),
        (["Sales", "gone@example.com"], "managers", "gone@example.com does not have the manager role, or may not sign in. Give them the role first."),
        (["S" * 121, ""], "name", "has 121 characters; at most 120 fit."),
        (["Sa\u0007les", ""], "name", "holds a character that cannot be seen. Delete it or type the text again."),
    ],
)  # fmt: skip
def test_what_a_row_may_not_say(ada, mona, row, column, sentence):
    make_person("Lea Learner", email="lea@example.com")
    gone = make_person("Gone Manager", email="gone@example.com", roles=(MANAGER,))
    deactivate_person(person=gone, actor=ada)
    batch = teams([["Marketing", "mona@example.com"], row], actor=ada)
    assert errors_of(batch) == [(3, column, sentence)]
    assert everything() == {}


def test_a_manager_who_lost_the_role_may_stay_but_not_come(ada, mona):
    old = make_person("Old Manager", email="old@example.com")
    make_team("Sales", managers=[old])
    batch = write_batch(teams([["Sales", "old@example.com, mona@example.com"]], actor=ada))
    assert (batch.state, everything()["Sales"]) == (BatchState.WRITTEN, ["mona@example.com", "old@example.com"])


def test_one_team_twice(ada):
    batch = teams([["Sales", ""], [" Sales ", ""]], actor=ada)
    assert errors_of(batch) == [(3, "", "The same as row 2. Keep one of them.")]


def test_undo_is_refused_once_people_belong_to_it_or_it_was_edited(ada, mona, max_):
    make_team("Known", managers=[mona])
    batch = write_batch(teams([["Used", ""], ["Known", "max@example.com"]], actor=ada))
    used, known = Team.objects.get(name="Used"), Team.objects.get(name="Known")
    make_team("Other", members=[person := make_person()])
    used.memberships.create(user=person, since="2026-01-05", is_primary=False)
    known.managers.add(mona)
    before = everything()
    undo_batch(batch)
    assert batch.state == BatchState.WRITTEN
    assert batch.sentence == (
        "Nothing was undone: row 2 has team memberships by now; row 3 was edited later (Managers)."
    )
    assert everything() == before


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_export_imported_again_changes_nothing(ada, mona, max_, ending):
    for name, managers in (("=cmd", [mona, max_]), ("Zoë, “Süd”", []), ("-5", [mona])):
        make_team(name, managers=managers)
    before = everything()
    content = exported(TeamResource(actor=ada), Team.objects.order_by("pk"), ending)
    batch = make_batch(content=content, resource="teams", actor=ada)
    assert (errors_of(batch), outcomes_of(batch)) == ([], {2: "same", 3: "same", 4: "same"})
    assert everything() == before


def test_a_check_costs_the_same_number_of_queries_for_few_and_many(ada, mona):
    def queries(count):
        resource = TeamResource(actor=type(ada).objects.get(pk=ada.pk), mapped=["name", "managers"])
        rows = [(n, {"name": f"{count}-{n}", "managers": "mona@example.com"}) for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            planned = resource.plan(rows)
            resource.write(planned, {})
        assert {one.outcome for one in planned} == {"new"}
        return len(captured)

    assert queries(3) == queries(40)
