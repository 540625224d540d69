"""What `manage.py up` decides before it starts a process."""

import logging
import os
import subprocess
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError
from django.core.management.base import OutputWrapper
from django.db import OperationalError

from cms.demo_accounts import ACCOUNTS, PASSWORD
from cms.management.commands import up
from cms.supervisor.address import Address
from cms.supervisor.first_start import FirstStart
from cms.supervisor.lock import Lock
from cms.supervisor.processes import on_one_machine

LOCAL = Address("127.0.0.1", 8000)
ELSEWHERE = Address("0.0.0.0", 8000)


@pytest.fixture
def command(settings, tmp_path, monkeypatch):
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    found = up.Command(stdout=StringIO())
    found.with_demo = True
    found.calls = []
    monkeypatch.setattr(up, "call_command", lambda *names, **options: found.calls.append(" ".join(names)))
    return found


@pytest.mark.parametrize(
    ("env", "port"),
    [
        ({}, None),
        ({"FLOWER_BASIC_AUTH": ""}, None),
        ({"FLOWER_BASIC_AUTH": "ada:long enough"}, 5555),
        ({"FLOWER_BASIC_AUTH": "ada:long enough", "FLOWER_PORT": "5600"}, 5600),
    ],
)
def test_flower_runs_where_it_is_guarded(env, port):
    assert up.flower_port(env) == port
    processes = on_one_machine("127.0.0.1:8000", port)
    assert [process.name for process in processes] == ["web", "worker", "beat", *(["flower"] if port else [])]
    if port:
        assert processes[-1].argv[-3:] == (f"--port={port}", "--url_prefix=flower", "--address=127.0.0.1")


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"FLOWER_BASIC_AUTH": "ada"}, "has to be name:password"),
        ({"FLOWER_BASIC_AUTH": "ada:short"}, "has to be name:password"),
        ({"FLOWER_BASIC_AUTH": ":long enough"}, "has to be name:password"),
        ({"FLOWER_BASIC_AUTH": "ada:long enough", "FLOWER_PORT": "http"}, "FLOWER_PORT is http"),
        ({"FLOWER_BASIC_AUTH": "ada:long enough", "FLOWER_PORT": "0"}, "FLOWER_PORT is 0"),
    ],
)
def test_flower_never_stands_open(env, words):
    with pytest.raises(CommandError, match=words):
        up.flower_port(env)


def make(account, password=PASSWORD, **extra):
    return get_user_model().objects.create_user(account.email, password, **extra)


@pytest.mark.django_db
class TestDemoAccounts:
    def test_accounts_with_the_public_password_are_known(self):
        make(ACCOUNTS[0])
        make(ACCOUNTS[1], "a password of one's own")
        make(ACCOUNTS[5])
        assert up.accounts_with_public_password() == [ACCOUNTS[0], ACCOUNTS[5]]

    def test_accounts_that_are_switched_off_do_not_count(self):
        make(ACCOUNTS[0], is_active=False)
        assert up.accounts_with_public_password() == []

    def test_other_hosts_are_refused_while_one_keeps_it(self, command):
        make(ACCOUNTS[0])
        with pytest.raises(CommandError, match="administrator@example.com. Change these passwords"):
            command.refuse_public_passwords(ELSEWHERE)
        command.refuse_public_passwords(LOCAL)

    def test_other_hosts_are_served_once_all_are_changed(self, command):
        make(ACCOUNTS[0], "a password of one's own")
        command.refuse_public_passwords(ELSEWHERE)
        assert command.public == []


@pytest.mark.django_db
class TestPrepareData:
    def test_an_empty_database_gets_the_demo(self, command, settings):
        command.prepare_data(LOCAL)
        assert command.calls == ["migrate", "migrate analytics", "load_demo"]
        assert not FirstStart(settings.VAR_DIR).broke_off

    def test_a_database_with_people_is_left_alone(self, command):
        make(ACCOUNTS[0])
        command.prepare_data(LOCAL)
        assert command.calls == ["migrate", "migrate analytics"]

    def test_without_the_demo_it_says_how_to_make_the_first_person(self, command):
        command.with_demo = False
        command.prepare_data(LOCAL)
        assert command.calls == ["migrate", "migrate analytics"]
        assert "manage.py create_administrator" in command.stdout.getvalue()

    def test_the_demo_is_never_loaded_for_other_hosts(self, command):
        with pytest.raises(CommandError, match="DEMO=0 HOST=0.0.0.0 make run"):
            command.prepare_data(ELSEWHERE)
        assert command.calls == ["migrate", "migrate analytics"]

    def test_a_first_start_that_broke_off_is_done_again(self, command, settings):
        first = FirstStart(settings.VAR_DIR)
        first.begin()
        leftover = settings.MEDIA_ROOT / "images" / "half.png"
        leftover.parent.mkdir(parents=True)
        leftover.touch()
        command.prepare_data(LOCAL)
        assert command.calls == ["migrate", "migrate analytics", "load_demo"]
        assert "did not finish" in command.stdout.getvalue()
        assert not leftover.exists()
        assert not first.broke_off

    def test_without_its_analytics_database_it_starts_all_the_same(self, command, monkeypatch):
        def gone(*names, **options):
            if options.get("database") == "analytics":
                raise OperationalError("refused")

        command.stderr = OutputWrapper(StringIO())
        command.with_demo = False
        monkeypatch.setattr(up, "call_command", gone)
        command.prepare_data(LOCAL)
        assert "The analytics database cannot be opened: refused." in command.stderr.getvalue()

    def test_a_demo_that_breaks_off_leaves_the_marker(self, command, settings, monkeypatch):
        monkeypatch.setattr(up.MigrationRecorder, "has_table", lambda recorder: False)

        def fail(name, *_names, **options):
            if name == "load_demo":
                raise KeyboardInterrupt

        monkeypatch.setattr(up, "call_command", fail)
        with pytest.raises(KeyboardInterrupt):
            command.prepare_data(LOCAL)
        assert FirstStart(settings.VAR_DIR).broke_off


def test_a_broker_that_was_not_started_yet_is_no_news(caplog):
    with up.no_broker_yet():
        logging.getLogger("workbench.queue").warning("not queued")
    logging.getLogger("workbench.queue").warning("gone")
    assert caplog.messages == ["gone"]


def test_a_folder_that_cannot_be_written_to(command, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.VAR_DIR = tmp_path / "file" / "var"
    with pytest.raises(CommandError, match="cannot be written to .* LECTERN_VAR="):
        command.make_folders()


def test_a_second_copy_is_told_of_the_first(command, settings):
    command.make_folders()
    path = settings.VAR_DIR / "run" / "up.lock"
    first = Lock(path)
    first.take("http://127.0.0.1:8000/")
    with pytest.raises(CommandError, match=rf"process {os.getpid()}\) at http://127.0.0.1:8000/.*PORT=8001"):
        command.take(Lock(path), LOCAL)
    first.release()


def test_a_killed_copy_is_waited_for(command, settings, monkeypatch):
    """The guard holds the lock a little longer than the process whose number stands in it."""
    command.make_folders()
    path = settings.VAR_DIR / "run" / "up.lock"
    first = Lock(path)
    first.take("http://127.0.0.1:8000/")
    ended = subprocess.Popen(["true"])
    ended.wait()
    path.write_text(f'{{"pid": {ended.pid}, "address": "x"}}')
    monkeypatch.setattr(up.time, "sleep", lambda seconds: first.release())
    second = Lock(path)
    assert command.take(second, LOCAL) > 0
    second.release()


def test_a_redis_that_does_not_answer_is_said(command, settings, unused_tcp_port):
    settings.REDIS_URL = f"redis://:secret@127.0.0.1:{unused_tcp_port}/0"
    with pytest.raises(CommandError, match="REDIS_URL does not answer") as refused:
        command.check_broker()
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "hosts"),
    [(LOCAL, None), (Address("learn.example.com", 80), "127.0.0.1,localhost,[::1],learn.example.com")],
)
def test_the_processes_know_the_address_they_serve(monkeypatch, address, hosts):
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)
    monkeypatch.setattr(up.socket, "gethostname", lambda: "here")
    env = up.environment_for_children(address)
    assert env.get("ALLOWED_HOSTS") == (hosts and f"{hosts},here")
    assert env["WAGTAILADMIN_BASE_URL"] == address.url.rstrip("/")


def test_ctrl_c_before_the_site_is_up_is_no_error_to_puzzle_over(command, monkeypatch):
    def stop(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(up.Command, "run", stop)
    with pytest.raises(CommandError, match="The next start goes on from here"):
        command.handle()
