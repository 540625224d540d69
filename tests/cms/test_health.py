"""The doctor tells what works and how to mend what does not."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cms import health
from cms.management.commands import doctor


def well():
    return health.Finding("Cache", "answers")


def ill():
    return health.Finding("Broker", "no answer", False, "Start it.")


def broken_check():
    raise RuntimeError("no idea")


def run(monkeypatch, *checks):
    monkeypatch.setattr(doctor, "CHECKS", checks)
    out = StringIO()
    call_command("doctor", stdout=out, no_color=True)
    return out.getvalue()


def test_a_well_site_is_said_line_by_line(monkeypatch):
    assert run(monkeypatch, well) == "well  Cache: answers\nAll 1 are well.\n"


def test_what_needs_mending_comes_with_the_mend_and_fails(monkeypatch):
    monkeypatch.setattr(doctor, "CHECKS", (well, ill))
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 2 need mending"):
        call_command("doctor", stdout=out, no_color=True)
    assert out.getvalue() == "well  Cache: answers\nmend  Broker: no answer\n        Start it.\n"


def test_a_check_that_fails_itself_hides_no_other(monkeypatch):
    monkeypatch.setattr(doctor, "CHECKS", (broken_check, well))
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 2"):
        call_command("doctor", stdout=out, no_color=True)
    assert "mend  Broken check: RuntimeError: no idea\nwell  Cache: answers" in out.getvalue()


def test_every_part_of_the_design_is_looked_at():
    assert [check.__name__ for check in health.CHECKS] == [
        "python", "libraries", "pango", "database", "migrations", "cache", "broker", "worker", "queues", "beat",
        "background", "mail_server", "disk", "write_access", "analytics",
    ]  # fmt: skip


def test_pins_are_read_from_a_requirements_file():
    assert health.pins("# words\n-c constraints.txt\nDjango==5.2.19\ncelery[redis]==5.7.0  # why\n") == {
        "Django": "5.2.19",
        "celery": "5.7.0",
    }


def test_the_libraries_here_are_the_pinned_ones():
    assert health.libraries().is_well, health.libraries().words


def test_a_library_of_another_version_is_named(monkeypatch):
    monkeypatch.setattr(health, "pins", lambda text: {"Django": "1.0", "no-such-package": "2"})
    found = health.libraries()
    assert not found.is_well
    assert "1.0 is wanted" in found.words
    assert "no-such-package is missing" in found.words


@pytest.mark.django_db(databases=["default", "analytics"])
def test_the_database_and_its_migrations():
    assert health.database().is_well
    assert health.migrations() == health.Finding("Migrations", "all applied")


def test_missing_pango_comes_with_the_apt_line(monkeypatch):
    monkeypatch.setattr(health, "missing_for_pdf", lambda: ["libpango-1.0.so.0"])
    assert health.pango().mend == (
        "On Debian and Ubuntu: sudo apt-get install --no-install-recommends "
        "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
    )


def test_too_little_room_is_said(monkeypatch, settings, tmp_path):
    settings.VAR_DIR = tmp_path / "not" / "there" / "yet"
    assert health.disk().is_well
    monkeypatch.setattr(health, "LEAST_FREE", 1024**6)
    assert health.disk().mend == "Make room: at least 1 GB."


def test_a_folder_that_cannot_be_written_to(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "file" / "below"
    (tmp_path / "file").write_text("")
    assert not health.write_access().is_well
