"""Lectern's processes and how each is started. docker-compose.yml is compared with these by a test."""

import signal
from dataclasses import dataclass

QUEUES = ("default", "mail", "reports")


@dataclass(frozen=True)
class Process:
    """A long-running process: ``argv`` starts it, each signal of ``stop`` in turn asks it to end."""

    name: str
    argv: tuple[str, ...]
    stop: tuple[signal.Signals, ...] = (signal.SIGTERM,)


def web(bind: str) -> Process:
    return Process(
        "web",
        (
            "gunicorn", "cms.wsgi:application",
            "--bind", bind,
            "--worker-class", "gthread", "--workers", "2", "--threads", "4",
            "--timeout", "60", "--graceful-timeout", "5", "--keep-alive", "5",
            "--no-control-socket", "--log-level", "warning",
        ),
    )  # fmt: skip


def worker(name: str = "worker", queues: tuple[str, ...] = QUEUES, concurrency: int = 2) -> Process:
    return Process(
        name,
        (
            "celery", "-A", "cms", "--quiet", "worker",
            "--hostname", f"{name}@%h",
            "--queues", ",".join(queues),
            "--concurrency", str(concurrency),
            "--without-gossip", "--without-mingle",
        ),
        # Asked once, Celery finishes what runs; asked by SIGQUIT, it hands it back to the queue.
        stop=(signal.SIGTERM, signal.SIGQUIT),
    )  # fmt: skip


def beat() -> Process:
    return Process("beat", ("celery", "-A", "cms", "--quiet", "beat", "--pidfile="))


def flower(port: int = 5555, *more: str) -> Process:
    """FLOWER_BASIC_AUTH in the environment guards it; nobody starts it without."""
    return Process("flower", ("celery", "-A", "cms", "flower", f"--port={port}", "--url_prefix=flower", *more))


def on_one_machine(bind: str, flower_port: int | None = None) -> tuple[Process, ...]:
    """What `manage.py up` keeps running beside the broker. Flower answers this machine alone."""
    seen = (flower(flower_port, "--address=127.0.0.1"),) if flower_port else ()
    return (web(bind), worker(), beat(), *seen)


def on_many_machines() -> tuple[Process, ...]:
    """What docker-compose.yml runs: reports have a worker of their own, since a PDF takes memory and time."""
    return (
        web("0.0.0.0:8000"),
        worker("worker", queues=("default", "mail")),
        worker("worker-reports", queues=("reports",), concurrency=1),
        beat(),
        flower(),
    )
