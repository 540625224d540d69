"""Fifty people who read, finish lessons, answer a quiz and look around, each in a thread of their own."""

import http.client
import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# Seconds between two pages of one person, on average, and how long one waits for an answer.
THINK, PATIENCE = 2.0, 60
# Less than the server leaves a connection open that nobody uses.
KEPT_ALIVE = 4.0


@dataclass(frozen=True)
class Asked:
    """When it was asked and answered (by the monotonic clock), what, and the status; 0 where nobody answered."""

    began: float
    ended: float
    what: str
    status: int


@dataclass
class Book:
    """What all of them saw."""

    asked: list[Asked] = field(default_factory=list)
    # What the site said was done: (run, lesson), and the last answer by attempt and place.
    done: set[tuple[Any, Any]] = field(default_factory=set)
    answers: dict[tuple[Any, int], str] = field(default_factory=dict)
    # Pages that were shown, and how often somebody was told nothing.
    pages: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Learner(threading.Thread):
    """``lessons`` are those still to do, as (address, address to say it is done, key)."""

    port: int
    headers: dict[str, str]
    pages: list[str]
    run_uuid: Any
    lessons: list[tuple[str, str, Any]]
    attempt: tuple[Any, str, dict[int, list[str]]]
    book: Book
    until: float
    seed: int

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.chance = random.Random(self.seed)
        self.link: http.client.HTTPConnection | None = None
        self.used = 0.0

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        while time.monotonic() < self.until:
            self.step()
            time.sleep(self.chance.expovariate(1 / THINK))

    def step(self) -> None:
        turn = self.chance.random()
        if turn < 0.06 and self.lessons:
            self.finish_a_lesson()
        elif turn < 0.25:
            self.answer_a_question()
        elif turn < 0.45 and self.lessons:
            self.get(self.lessons[0][0])
        else:
            self.get(self.chance.choice(self.pages))

    def ask(self, method: str, path: str, data: dict[str, Any] | None = None) -> tuple[int, bytes, str]:
        """Status, body and where it leads; status 0 where nobody answered."""
        began = time.monotonic()
        if self.link is not None and began - self.used > KEPT_ALIVE:
            # The server is about to close it, or has; a browser would open another one, too.
            self.link.close()
            self.link = None
        body = urlencode(data or {}) if method == "POST" else None
        try:
            if self.link is None:
                self.link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            self.link.request(method, path, body, {**self.headers, **(FORM if body is not None else {})})
            answer = self.link.getresponse()
            status, text, place = answer.status, answer.read(), answer.headers.get("Location", "")
        except (OSError, http.client.HTTPException):
            status, text, place = 0, b"", ""
            if self.link is not None:
                self.link.close()
            self.link = None
        what = f"{method} {path.split('?')[0]}"
        self.used = time.monotonic()
        with self.book.lock:
            self.book.asked.append(Asked(began, self.used, what, status))
        return status, text, place

    def get(self, path: str) -> None:
        status, _text, _place = self.ask("GET", path)
        if status == 200:
            with self.book.lock:
                self.book.pages += 1

    def finish_a_lesson(self) -> None:
        """Said to be done only where the answer leads on; else said again at another time."""
        _address, done, key = self.lessons[0]
        status, _text, place = self.ask("POST", done)
        if status == 302 and "/accounts/login" not in place:
            self.lessons.pop(0)
            with self.book.lock:
                self.book.done.add((self.run_uuid, key))

    def answer_a_question(self) -> None:
        attempt, address, options = self.attempt
        place = self.chance.choice(list(options))
        chosen = self.chance.choice(options[place])
        # Until it is acknowledged, nobody knows which of the two is kept.
        with self.book.lock:
            self.book.answers.pop((attempt, place), None)
        status, text, _place = self.ask("POST", address, {"asked": place, f"q{place}": chosen})
        if status == 200 and b"Saved at" in text:
            with self.book.lock:
                self.book.answers[attempt, place] = chosen


def by_status(asked: list[Asked]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for one in asked:
        found[one.status] += 1
    return dict(sorted(found.items()))
