"""The table of role, record and action in docs/records.md is what the site does, cell by cell.

A person reads the table; this test compares it with what each role finds over HTTP. After a change that is meant,
``WRITE_RECORDS=1`` writes the table anew, and its difference is read before it is committed.
"""

import os
from pathlib import Path

import pytest
from django.conf import settings

from tests.records.world import ROLES, ROWS, label_of, observed
from workbench.modeladmin import registered

PAGE = Path(settings.BASE_DIR) / "docs" / "records.md"
ACTIONS = ("list", "view", "change", "export", "import", "act")
HEAD = """# Who may do what with which record

Every record screen of the admin, and what each role finds there. **all**: every row. **own**: some rows: those in the
role's scope (for instructors the courses they teach, for managers the people of their teams, for report administrators
the mail that carries reports), or those whose state allows it (only an active run has a due date to change). **–**:
nothing; the address refuses. **own courses**: files about the courses they teach; one row about another course refuses
the whole file. **no page**: the record has none. Learners and visitors have no access to the admin.
Superusers may do what administrators may.

A test compares this page with the site, cell by cell; a record that is not on it fails the test.

| Record | Role | List | View | Change | Export | Import | Act |
|---|---|---|---|---|---|---|---|
"""


def written() -> dict[tuple[str, str], dict[str, str]]:
    """The table as it stands in the page."""
    found = {}
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 2 + len(ACTIONS):
            key = (cells[0].strip("`"), cells[1])
            assert key not in found, f"{key} stands there twice"
            found[key] = dict(zip(ACTIONS, cells[2:], strict=True))
    return found


def write(table: dict[tuple[str, str], dict[str, str]]) -> None:
    lines = [
        f"| `{record}` | {role} | " + " | ".join(cells[action] for action in ACTIONS) + " |"
        for (record, role), cells in sorted(table.items())
    ]
    PAGE.write_text(HEAD + "\n".join(lines) + "\n")


def test_every_record_has_rows_to_ask_about():
    assert {label_of(admin) for admin in registered} - set(ROWS) == set(), "Add rows to tests/records/world.py."


def test_every_record_stands_in_the_table_for_every_role():
    wanted = {(label_of(admin), role) for admin in registered for role in ROLES}
    assert set(written()) == wanted


@pytest.mark.django_db
def test_every_cell_is_what_the_site_does():
    table = observed()
    if os.environ.get("WRITE_RECORDS"):
        write(table)
    said = written()
    wrong = [
        f"{record}, {role}, {action}: the page says “{said.get((record, role), {}).get(action)}”, the site “{cell}”"
        for (record, role), cells in table.items()
        for action, cell in cells.items()
        if said.get((record, role), {}).get(action) != cell
    ]
    assert wrong == []
