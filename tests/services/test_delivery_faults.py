"""State x fault x outcome of scheduled mail, five hundred mails through a storm of kills, and what rivals are mailed."""

import contextlib
import datetime as dt
import json
import shutil
import socket
import subprocess
import sys
from collections import Counter
from email import message_from_bytes, policy

import pytest
from django.conf import settings

from tests.notifications.smtp_server import ScriptedServer
from tests.services import faults
from tests.services.faults import FAULTS, LEARNERS, STATES, Fault, address_of, expected
from tests.services.processes import Site, wait_until

pytestmark = pytest.mark.services

CROWD = 500
# So many mails a worker may send before it is killed: a few seconds' work.
STORM = 110


@contextlib.contextmanager
def mail_servers():
    """A server for each fault, by its name; a port where nobody listens for those that cannot be reached."""
    with contextlib.ExitStack() as stack:
        closed = stack.enter_context(socket.socket())
        closed.bind(("127.0.0.1", 0))
        servers = {
            fault.name: stack.enter_context(ScriptedServer(fault.script)) for fault in FAULTS if fault.is_reachable
        }
        ports = {fault.name: closed.getsockname()[1] for fault in FAULTS}
        yield servers, ports | {name: server.port for name, server in servers.items()}


def work_off(site: Site, cells: list[tuple[str, Fault]], *, is_unfenced: bool = False) -> tuple[dict, Counter]:
    """What became of each cell by its address, and how many mails servers accepted for each address."""
    with mail_servers() as (servers, ports):
        plan = site.folder / "plan.json"
        addresses = [address_of(state, fault) for state, fault in cells]
        plan.write_text(json.dumps({"addresses": addresses, "ports": ports, "is_unfenced": is_unfenced}))
        log = site.folder / "matrix.log"
        with log.open("w") as errors:
            command = [sys.executable, "-m", "tests.services.fault_matrix", str(plan)]
            done = subprocess.run(
                command, env=site.env, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        assert done.returncode == 0, log.read_text()[-3000:]
        bodies = [body for server in servers.values() for body in server.accepted]
    accepted = Counter(message_from_bytes(body, policy=policy.default)["To"] for body in bodies)
    return json.loads(done.stdout.splitlines()[-1]), accepted


def tell(words: str) -> None:
    """Shown by `pytest -s`, and where a test fails."""
    sys.stdout.write(f"\n{words}\n")


def table(cells: list[tuple[str, Fault]], told: dict, accepted: Counter) -> str:
    results = {address: result for _title, address, result in told["results"]}
    lines = [f"{'killed':38} {'mail server':34} {'outcome':11} accepted"]
    for state, fault in cells:
        address = address_of(state, fault)
        lines.append(f"{state:38} {fault.name:34} {results.get(address, 'lost'):11} {accepted[address]}")
    return "\n".join(lines)


def test_state_by_fault_by_outcome(empty_site):
    """Every state a worker can die in, by everything a mail server can do; two beats, every message three times."""
    cells = [(state, fault) for state in STATES for fault in FAULTS]
    told, accepted = work_off(empty_site, cells)
    tell(f"{table(cells, told, accepted)}\n{told['kills']} workers killed, {told['rounds']} rounds of two beats")
    results = {address: result for _title, address, result in told["results"]}
    # One run for each period and one delivery for each run, whoever noticed it however often.
    assert len(told["runs"]) == len(told["results"]) == len(results) == len(cells)
    assert max(accepted.values()) == 1
    wanted = {address_of(state, fault): expected(state, fault) for state, fault in cells}
    assert results == wanted
    assert {address for address, result in results.items() if result == "sent"} <= set(accepted)
    for address, result in results.items():
        assert result in ("sent", "unknown") or not accepted[address]
    # Every state was died in, wherever its fault lets a worker come that far.
    assert told["kills"] == sum(dies(state, fault) for state, fault in cells)


def dies(state: str, fault: Fault) -> bool:
    return state != faults.NEVER and (state != faults.TRANSMITTING or fault.transmits)


def test_the_twin_without_the_fence_doubles(empty_site):
    cells = [(state, FAULTS[0]) for state in STATES]
    told, accepted = work_off(empty_site, cells, is_unfenced=True)
    tell(table(cells, told, accepted))
    assert accepted[address_of(faults.ANSWERED, FAULTS[0])] >= 2


def prepare(site: Site, *arguments: str) -> None:
    command = [sys.executable, "-m", "tests.services.prepare_recipients", *arguments]
    subprocess.run(command, env=site.env, cwd=settings.BASE_DIR, check=True)
    # Beat looks every second instead of every minute; what is due is decided by the rows all the same.
    site.sql("UPDATE django_celery_beat_intervalschedule SET every = 1, period = 'seconds' WHERE every < 100")
    site.sql("UPDATE django_celery_beat_periodictask SET expire_seconds = NULL")


def test_five_hundred_mails_through_a_storm_of_kills(empty_site):
    """The worker and all its children are killed again and again, a few seconds after they have begun to send."""
    site = empty_site
    prepare(site, "crowd", str(CROWD))
    site.schedule_at(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1))
    site.beat()
    kills = 0
    while open_mails(site) or not site.mailbox.accepted:
        worker, enough = site.worker(), len(site.mailbox.accepted) + STORM
        wait_until(lambda most=enough: len(site.mailbox.accepted) > most or not open_mails(site), "it sends", 300)
        site.kill(worker)
        kills += 1
        # Its leases would run out after eleven minutes; here that time has passed.
        site.sql(
            "UPDATE notifications_outboxmail SET lease_until = now() - interval '1 second' WHERE state = 'sending'"
        )
        # And what was on the queue when it died is woken anew after three.
        site.sql("UPDATE notifications_outboxmail SET woken_at = NULL WHERE state = 'pending'")
    site.worker()
    wait_until(lambda: site.run_state() in ("done", "partial"), "the run is closed", 120)
    states, accepted = site.mail_states(), site.mailbox.count()
    told = Counter(states.values())
    lost = [address for address, state in states.items() if state == "sent" and not accepted[address]]
    doubled = [address for address, count in accepted.items() if count > 1]
    tell(f"{CROWD} mails, {kills} kills: {dict(told)}, {len(lost)} lost, {len(doubled)} doubled")
    assert (len(states), lost, doubled) == (CROWD, [], [])
    assert set(told) <= {"sent", "unknown"}
    assert kills >= 3
    # At most the two mails a worker was speaking for when it died are unknown.
    assert told["unknown"] <= 2 * kills


def open_mails(site: Site) -> int:
    """How many mails are not settled; some, before they are written at all."""
    (row,) = site.sql(
        "SELECT count(*), count(*) FILTER (WHERE state IN ('pending', 'sending')) FROM notifications_outboxmail"
    )
    return row[1] if row[0] else 1


def test_the_pdfs_mailed_to_rivals_share_no_learner(empty_site, tmp_path):
    if not shutil.which("pdftotext"):
        pytest.skip("Needs pdftotext: sudo apt-get install poppler-utils")
    site = empty_site
    prepare(site, "rivals")
    site.schedule_at(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1))
    site.beat()
    site.worker()
    wait_until(lambda: site.run_state() == "done", "both have their mail", 120)
    texts = {}
    for address in LEARNERS:
        (attachment,) = site.mailbox.mail_to(address).iter_attachments()
        path = tmp_path / f"{address}.pdf"
        path.write_bytes(attachment.get_content())
        done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
        texts[address] = done.stdout
    everybody = {name for names in LEARNERS.values() for name in names}
    shown = {address: {name for name in everybody if name in text} for address, text in texts.items()}
    assert shown == {address: set(names) for address, names in LEARNERS.items()}
