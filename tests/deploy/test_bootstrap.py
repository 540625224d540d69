"""The first install: what it asks of a machine, and what it does when something is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy import bootstrap
from deploy.bootstrap import Environment, Problem


@pytest.fixture
def root(tmp_path, monkeypatch):
    for name in [*bootstrap.LEVELS, "constraints.txt"]:
        (tmp_path / name).write_text(f"# {name}\n")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def environment(root):
    """An environment whose Python is there but where nothing was installed."""
    found = Environment(root / ".venv")
    found.python.parent.mkdir(parents=True)
    found.python.symlink_to(sys.executable)
    return found


def test_this_python_is_new_enough():
    assert bootstrap.newer_python() is None


def test_an_old_python_hands_over_to_a_newer_one(monkeypatch):
    monkeypatch.setattr(bootstrap.shutil, "which", {"python3.12": "/usr/bin/python3.12"}.get)
    assert bootstrap.newer_python((3, 9, 2)) == "/usr/bin/python3.12"


def test_an_old_python_alone_is_said(monkeypatch):
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    with pytest.raises(Problem, match=r"needs Python 3.11 or newer and this is 3\.9\."):
        bootstrap.newer_python((3, 9, 2))


def test_an_old_python_can_read_the_script():
    """Nothing newer than Python 3.6 may stand in it, or its first sentence would be a SyntaxError."""
    import ast

    ast.parse(Path(bootstrap.__file__).read_text(), feature_version=(3, 6))


def test_a_folder_that_cannot_be_written_to(tmp_path):
    with pytest.raises(Problem, match="cannot be written to"):
        bootstrap.check_writable(tmp_path / "none")
    bootstrap.check_writable(tmp_path)


def test_a_python_without_venv_names_the_package(monkeypatch):
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(bootstrap, "can_install_by_apt", lambda: False)
    package = "python{}.{}-venv".format(*sys.version_info[:2])
    with pytest.raises(Problem, match=f"sudo apt-get install --no-install-recommends {package}"):
        bootstrap.check_venv_module()


def test_missing_pango_names_the_packages(monkeypatch):
    monkeypatch.delenv("WITHOUT_PDF", raising=False)
    monkeypatch.setattr(bootstrap, "can_load", lambda *names: "libpango-1.0.so.0" not in names)
    monkeypatch.setattr(bootstrap, "can_install_by_apt", lambda: False)
    with pytest.raises(Problem, match=r"libpango-1\.0\.so\.0 is missing.*libharfbuzz-subset0 fonts-dejavu-core"):
        bootstrap.check_pango()
    monkeypatch.setenv("WITHOUT_PDF", "1")
    bootstrap.check_pango()


def test_a_machine_without_a_font_cannot_draw_either(monkeypatch):
    monkeypatch.setattr(bootstrap, "can_load", lambda *names: True)
    monkeypatch.setattr(bootstrap, "has_font", lambda: False)
    assert bootstrap.missing_for_pdf() == ["a font"]


def test_root_on_debian_gets_it_installed(monkeypatch):
    missing = [["libpango-1.0.so.0"], []]
    commands = []

    def run(command, **options):
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.delenv("WITHOUT_PDF", raising=False)
    monkeypatch.setattr(bootstrap, "missing_for_pdf", lambda: missing.pop(0))
    monkeypatch.setattr(bootstrap, "can_install_by_apt", lambda: True)
    monkeypatch.setattr(bootstrap.subprocess, "run", run)
    bootstrap.check_pango()
    assert commands == [["apt-get", "install", "-y", "-qq", "--no-install-recommends", *bootstrap.PANGO_PACKAGES]]


def test_nothing_is_installed_twice(environment, monkeypatch):
    runs = []
    monkeypatch.setattr(
        bootstrap.subprocess,
        "run",
        lambda command, **options: runs.append(command) or subprocess.CompletedProcess(command, 0),
    )
    assert not environment.has("requirements.txt")
    environment.install("requirements-dev.txt")
    assert [environment.has(level) for level in bootstrap.LEVELS] == [True, True, False]
    assert len(runs) == 1


def test_a_changed_pin_is_installed(environment, root, monkeypatch):
    monkeypatch.setattr(bootstrap.subprocess, "run", lambda command, **options: subprocess.CompletedProcess(command, 0))
    environment.install("requirements.txt")
    (root / "requirements-dev.txt").write_text("pytest==1\n")
    assert environment.has("requirements.txt")
    (root / "constraints.txt").write_text("django==1\n")
    assert not environment.has("requirements.txt")


def test_an_install_that_broke_off_is_started_anew(environment, monkeypatch):
    commands = []

    def run(command, **options):
        commands.append(command)
        return subprocess.CompletedProcess(command, 1 if "pip" in command else 0)

    monkeypatch.setattr(bootstrap.subprocess, "run", run)
    with pytest.raises(Problem, match="pip's lines above say why"):
        environment.install("requirements.txt")
    assert not environment.has("requirements.txt")
    environment.make()
    assert commands[-1][-3:] == ["venv", "--clear", str(environment.folder)]


def test_problems_are_one_sentence_and_exit_code_one(monkeypatch, capsys):
    def fail(level):
        raise Problem("Something is missing. Do this.")

    monkeypatch.setattr(bootstrap, "prepare", fail)
    assert bootstrap.main(["requirements.txt"]) == 1
    assert capsys.readouterr().out == "Something is missing. Do this.\n"


def test_a_full_disk_is_a_sentence_too(monkeypatch, capsys):
    def fail(level):
        raise OSError(28, "No space left on device", ".venv")

    monkeypatch.setattr(bootstrap, "prepare", fail)
    assert bootstrap.main(["requirements.txt"]) == 1
    assert capsys.readouterr().out.startswith("No space left on device: .venv. Free some space")


def test_an_unknown_level_is_refused(capsys):
    assert bootstrap.main([]) == 2
    assert "requirements-dev.txt" in capsys.readouterr().out
