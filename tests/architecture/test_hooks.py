"""pre-commit's hooks run what is installed in .venv and fetch nothing."""

from pathlib import Path

import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def test_every_hook_is_local_and_runs_from_the_environment():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    hooks = [hook for repo in config["repos"] for hook in repo["hooks"]]
    assert {hook["language"] for hook in hooks} == {"system"}
    assert [hook["entry"] for hook in hooks if not hook["entry"].startswith(".venv/bin/")] == []


def test_the_readme_shows_both_commands_and_ci_runs_the_second():
    readme = (ROOT / "README.md").read_text()
    assert "make run" in readme
    assert "make test\n" in readme
    steps = [line.split()[2:] for line in (ROOT / ".ci" / "run").read_text().splitlines() if line.startswith("step ")]
    assert steps == [["make", "test"], ["make", "lint"], ["make", "test-services"], ["make", "test-browser"]]


def test_every_target_that_is_promised_exists():
    targets = {line.partition(":")[0] for line in (ROOT / "Makefile").read_text().splitlines() if "## " in line}
    promised = [
        "run",
        "test",
        "test-services",
        "test-browser",
        "lint",
        "format",
        "bench",
        "pictures",
        "doctor",
        "clean",
    ]
    assert [name for name in promised if name not in targets] == []
