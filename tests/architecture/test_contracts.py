"""The import contracts hold, and each is shown to fail on a planted breach, in a copy of the code."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.architecture.rows import CONTRACTS, rows

ROOT = Path(settings.BASE_DIR)


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / CONTRACTS, folder)
    for app in rows():
        shutil.copytree(ROOT / app, folder / app, ignore=shutil.ignore_patterns("__pycache__", "content"))
    return folder


def lint(folder: Path) -> tuple[int, str]:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def broken(output: str) -> list[str]:
    """The names of the contracts that do not hold."""
    return [line.removesuffix(" BROKEN") for line in output.splitlines() if line.endswith(" BROKEN")]


def test_the_contracts_hold(copy):
    code, output = lint(copy)
    assert code == 0, output


ROWS, MODULES, WIRING = (
    "Apps import only from lower rows",
    "Modules of an app import only downwards",
    "Modules of the wiring import only downwards",
)


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        pytest.param("accounts/roles.py", "import reports.models", ROWS, id="upward"),
        pytest.param("library/policies.py", "import notifications", ROWS, id="sideways"),
        pytest.param("learning/exceptions.py", "import learning.policies", MODULES, id="inside"),
        pytest.param(
            "learning/selectors/courses.py",
            "def late():\n    from learning.services import progress",
            MODULES,
            id="hidden in a function",
        ),
        pytest.param("reports/figures.py", "import reports.views.dashboard", MODULES, id="a module of one app alone"),
        pytest.param("reports/exports/csv.py", "import reports.sources.learning", MODULES, id="side by side"),
        pytest.param("reports/planted.py", "", MODULES, id="a module without a row"),
        pytest.param("cms/supervisor/lock.py", "import cms.health", WIRING, id="wiring"),
        pytest.param("cms/planted.py", "", WIRING, id="a module of the wiring without a row"),
    ],
)
def test_a_planted_breach_is_found(copy, module, line, contract):
    path = copy / module
    before = path.read_text() if path.exists() else None
    try:
        path.write_text(f"{before or ''}\n{line}\n")
        code, output = lint(copy)
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before)
    assert (code, broken(output)) == (1, [contract])
