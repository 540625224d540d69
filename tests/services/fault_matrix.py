"""Works off one schedule for each cell of the fault matrix, with workers that are killed; run as a script.

    python -m tests.services.fault_matrix PLAN.json

The plan names the cells by address, the ports of mail servers, and whether workers are the twin without a fence. Workers
are processes forked from this one, with connections of their own; this process is their broker: it hands every message
out three times, and again to a new worker when one dies. Two beats look what is due, at the same time.
"""

import datetime as dt
import errno
import json
import os
import select
import signal
import socket
import sys
from collections import deque
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from notifications import services as mail_services  # noqa: E402
from notifications import smtp  # noqa: E402
from notifications.models import OutboxMail  # noqa: E402
from notifications.selectors import due_mail  # noqa: E402
from notifications.services import delivery as hand_over  # noqa: E402
from notifications.smtp import Server  # noqa: E402
from reports import services  # noqa: E402
from reports.models import OPEN_STATES, Delivery, Run, RunAs, Schedule, ScheduleRecipient  # noqa: E402
from reports.services import delivery, rendering  # noqa: E402
from tests.factories.accounts import make_person  # noqa: E402
from tests.factories.reports import make_schedule  # noqa: E402
from tests.services import faults  # noqa: E402
from tests.services.faults import cell_of  # noqa: E402

WORKERS = 6
TIMES = 3
MOST_ROUNDS = 40
PATIENCE = 0.5


class Plan:
    def __init__(self, path: Path):
        data = json.loads(path.read_text())
        self.addresses: list[str] = data["addresses"]
        self.ports: dict[str, int] = data["ports"]
        self.is_unfenced: bool = data["is_unfenced"]
        self.folder = path.parent

    def server_for(self, address: str) -> Server:
        _state, fault = cell_of(address)
        attempts = OutboxMail.objects.values_list("attempts_made", flat=True).get(to_address=address)
        if attempts > 1 and not fault.is_lasting:
            return Server("127.0.0.1", self.ports["none"])
        hangs = "(hang)" in fault.script.values()
        patience = PATIENCE if hangs else 20
        return Server("127.0.0.1", self.ports[fault.name], timeout=patience, final_timeout=patience, **fault.server)

    def die(self, state: str, address: str) -> None:
        """Kill this process, if that is the cell's fate and it has not met it yet."""
        if cell_of(address)[0] != state:
            return
        try:
            (self.folder / f"killed-{address}").touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)


def address_of(run_id: int) -> str:
    return Schedule.objects.values_list("title", flat=True).get(runs=run_id)


# What a worker does ---------------------------------------------------------------


def prepare_worker(plan: Plan) -> None:
    """Put the places to die, and the plan's servers, into the code under test."""
    make_file, keep = rendering.make_file, rendering._keep
    queue_mail, attempt = delivery.queue_mail, hand_over.attempt
    deliver, record, transmit = smtp.deliver, hand_over.record_outcome, smtp._Conversation.transmit

    def dying_make_file(**options: Any) -> Any:
        run = Run.objects.select_related("schedule").get(pk=options["number"])
        plan.die(faults.RENDERING, run.schedule.title)
        if cell_of(run.schedule.title)[1].name == faults.DISK_FULL and run.attempts == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return make_file(**options)

    def dying_keep(run: Run, *rest: Any, **options: Any) -> None:
        plan.die(faults.RENDERED, run.schedule.title)
        keep(run, *rest, **options)

    def dying_queue(**fields: Any) -> OutboxMail:
        mail = queue_mail(**fields)
        plan.die(faults.DELIVERING, mail.to_address)
        return mail

    def dying_attempt(mail: OutboxMail) -> Any:
        plan.die(faults.SENDING, mail.to_address)
        return attempt(mail)

    def dying_transmit(self: Any) -> None:
        transmit(self)
        plan.die(faults.TRANSMITTING, self.envelope.recipient)

    def dying_record(*, mail: OutboxMail, outcome: Any) -> str:
        plan.die(faults.ANSWERED, mail.to_address)
        return record(mail=mail, outcome=outcome)

    rendering.make_file, rendering._keep, delivery.queue_mail = dying_make_file, dying_keep, dying_queue
    hand_over.attempt, hand_over.record_outcome = dying_attempt, dying_record
    smtp._Conversation.transmit = dying_transmit  # type: ignore[method-assign]
    smtp.deliver = lambda *, server, envelope: deliver(server=plan.server_for(envelope.recipient), envelope=envelope)


def work(plan: Plan, task: str, ids: int) -> list[tuple[str, int]]:
    """Do one message; returns the messages that follow from it."""
    match task:
        case "sweep":
            sweep = services.sweep_schedules()
            mail_services.expire_leases()
            return [
                *(("render", run) for run in sweep.to_render),
                *(("deliver", run) for run in sweep.to_deliver),
                *(("send", mail) for mail in due_mail().values_list("pk", flat=True)),
            ]
        case "render":
            plan.die(faults.DUE, address_of(ids))
            is_made = services.render_run(run_id=ids)
            plan.die(faults.READY, address_of(ids))
            return [("deliver", ids)] if is_made else []
        case "deliver":
            mails = services.deliver_run(run_id=ids)
            if mails and cell_of(address_of(ids))[1].name == faults.TAKEN_OFF:
                ScheduleRecipient.objects.filter(schedule__runs=ids).delete()
            plan.die(faults.QUEUED, address_of(ids))
            return [("send", mail.pk) for mail in mails]
        case "send":
            mail_services.hand_over_mail(mail_id=ids)
            plan.die(faults.RECORDED, OutboxMail.objects.values_list("to_address", flat=True).get(pk=ids))
            return []
    raise ValueError(task)


# The broker -----------------------------------------------------------------------


@dataclass(eq=False)
class Worker:
    pid: int
    line: socket.socket
    message: tuple[str, int] | None = None

    def fileno(self) -> int:
        return self.line.fileno()


def start_worker(plan: Plan, others: list[Worker]) -> Worker:
    connection.close()
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid:
        theirs.close()
        return Worker(pid, ours)
    ours.close()
    for other in others:
        other.line.close()
    prepare_worker(plan)
    with theirs.makefile("rw") as stream:
        for line in stream:
            task, number = json.loads(line)
            stream.write(json.dumps(work(plan, task, number)) + "\n")
            stream.flush()
    os._exit(0)


class Broker:
    def __init__(self, plan: Plan):
        self.plan = plan
        self.workers: list[Worker] = []
        self.kills = 0
        while len(self.workers) < WORKERS:
            self.workers.append(start_worker(plan, self.workers))

    def hand_out(self, messages: list[tuple[str, int]]) -> None:
        """Until nothing is left to do: every message three times, and once more where its worker died."""
        waiting = deque(message for message in messages for _time in range(TIMES))
        while waiting or any(worker.message for worker in self.workers):
            for worker in self.workers:
                if waiting and worker.message is None:
                    worker.message = waiting.popleft()
                    worker.line.sendall((json.dumps(worker.message) + "\n").encode())
            busy = [worker for worker in self.workers if worker.message]
            for worker in select.select(busy, [], [], 60)[0] or self.stuck(busy):
                answer = read_line(worker.line)
                if answer is None:
                    self.replace(worker, waiting)
                    continue
                worker.message = None
                waiting.extend(tuple(message) for message in json.loads(answer) for _time in range(TIMES))

    def stuck(self, busy: list[Worker]) -> list[Worker]:
        raise RuntimeError(f"Workers that do not come back: {[worker.message for worker in busy]}")

    def replace(self, worker: Worker, waiting: deque) -> None:
        _pid, status = os.waitpid(worker.pid, 0)
        if not os.WIFSIGNALED(status):
            raise RuntimeError(f"A worker failed at {worker.message}; its log says why.")
        self.kills += 1
        worker.line.close()
        self.workers.remove(worker)
        waiting.appendleft(worker.message)
        self.workers.append(start_worker(self.plan, self.workers))

    def beat(self) -> list[tuple[str, int]]:
        """Two beats at once; the messages of both."""
        found: list[tuple[str, int]] = []
        for worker in self.workers[:2]:
            worker.line.sendall(b'["sweep", 0]\n')
        for worker in self.workers[:2]:
            found += [tuple(message) for message in json.loads(read_line(worker.line) or "[]")]
        return found

    def close(self) -> None:
        for worker in self.workers:
            worker.line.close()
            os.waitpid(worker.pid, 0)


def read_line(line: socket.socket) -> bytes | None:
    """One line; None when the other side is dead."""
    data = b""
    while not data.endswith(b"\n"):
        try:
            piece = line.recv(65536)
        except ConnectionError:
            return None
        if not piece:
            return None
        data += piece
    return data


def let_time_pass() -> None:
    """Nobody works now: whoever holds a lease is dead, and every wait is over."""
    with connection.cursor() as cursor:
        for statement in (
            "UPDATE reports_run SET lease_until = now() - interval '1 second' WHERE state = 'rendering'",
            "UPDATE reports_run SET next_attempt_at = now() WHERE state = 'due'",
            "UPDATE notifications_outboxmail SET lease_until = now() - interval '1 second' WHERE state = 'sending'",
            "UPDATE notifications_outboxmail SET next_attempt_at = now(), woken_at = NULL WHERE state = 'pending'",
        ):
            cursor.execute(statement)


def main(path: Path) -> dict[str, Any]:
    plan = Plan(path)
    if plan.is_unfenced:
        import_module("tests.services.unfenced")
    owner = make_person("Rita Report", roles=("report_administrator",))
    for address in plan.addresses:
        make_schedule(owner=owner, title=address, addresses=[address], formats=["csv"], run_as=RunAs.OWNER, **due_now())
    broker = Broker(plan)
    rounds = 0
    while rounds < MOST_ROUNDS:
        rounds += 1
        broker.hand_out(broker.beat())
        let_time_pass()
        if not Run.objects.filter(state__in=OPEN_STATES).exists() and Run.objects.count() >= len(plan.addresses):
            break
    broker.close()
    rows = Delivery.objects.select_related("mail", "run__schedule")
    return {
        "rounds": rounds,
        "kills": broker.kills,
        "runs": list(Run.objects.values_list("schedule__title", "period", "state")),
        "results": [(row.run.schedule.title, row.address, row.shown_state) for row in rows],
    }


def due_now() -> dict[str, Any]:
    """The fields of a schedule that fell due a moment ago, for the first time."""
    moment = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(minutes=1)
    return {"zone": "UTC", "at": moment.time(), "since": moment - dt.timedelta(minutes=1)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))) + "\n")
