"""Requests over a few connections that are kept alive, each answer looked at."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

CONNECTIONS = 4
PATIENCE = 30
FORM = "application/x-www-form-urlencoded"


class Void(Exception):
    """The run says nothing: an answer was not the one that was meant to be measured."""


@dataclass(frozen=True)
class Request:
    """What is asked, the status that is right for it, and pieces of text that its answer holds."""

    path: str
    markers: tuple[str, ...] = ()
    method: str = "GET"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    def as_sent(self) -> bytes:
        headers = {"Host": "127.0.0.1", "Accept-Encoding": "identity", **self.headers}
        if self.body or self.method == "POST":
            headers |= {"Content-Type": FORM, "Content-Length": str(len(self.body.encode()))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{self.method} {self.path} HTTP/1.1\r\n{lines}\r\n{self.body}".encode()

    def check(self, status: int, answered: bytes) -> None:
        """Void unless it is the right status and holds what it shall."""
        if status != self.status:
            raise Void(f"{self.method} {self.path} was answered with {status}, not {self.status}.")
        for marker in self.markers:
            if marker.encode() not in answered:
                raise Void(f"The answer to {self.method} {self.path} does not hold “{marker}”.")


@dataclass
class Answers:
    """How long each took, in milliseconds, and how many bytes came."""

    times: list[float] = field(default_factory=list)
    size: int = 0


def drive(port: int, requests: Iterator[Request], seconds: float, connections: int = CONNECTIONS) -> Answers:
    """Ask ``requests`` one after the other on each connection for so long. Void where one is answered otherwise."""
    answers, end = Answers(), time.monotonic() + seconds

    async def everybody() -> None:
        async with asyncio.TaskGroup() as group:
            for _number in range(connections):
                group.create_task(keep_asking(port, requests, end, answers))

    try:
        asyncio.run(everybody())
    except* Void as voids:
        raise voids.exceptions[0] from None
    return answers


async def keep_asking(port: int, requests: Iterator[Request], end: float, answers: Answers) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while time.monotonic() < end:
            request = next(requests, None)
            if request is None:
                raise Void("There was nothing left to ask for.")
            began = time.perf_counter()
            writer.write(request.as_sent())
            head, body = await asyncio.wait_for(answer(reader), PATIENCE)
            answers.times.append((time.perf_counter() - began) * 1000)
            answers.size += len(head) + len(body)
            request.check(int(head.split(b" ", 2)[1]), head + body)
    except (OSError, EOFError, TimeoutError) as error:
        raise Void(f"The server did not answer: {type(error).__name__}") from None
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _colon, value = line.partition(b":")
        if name.lower() == b"content-length":
            return head, await reader.readexactly(int(value))
    raise Void("An answer did not say how long it is.")
