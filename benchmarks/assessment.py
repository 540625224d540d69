"""What answering costs: `python -m benchmarks.assessment steps [attempts]` and `… load [learners] [questions] [ramp] [think]`.

Needs an empty, migrated PostgreSQL database in DATABASE_URL and refuses any other.

`steps` times one saved answer and one submission of 30 questions, with 10 and with many stored attempts, beside the
floor: one UPDATE of one row by its key, committed.

`load` starts the web server as production does, on this machine, and lets learners take a quiz through it: they begin
within `ramp` seconds, answer one question after the other with `think` seconds between them on average, and hand in.
It prints how long the server took, every error, and whether each answer that was acknowledged is in the database.
"""

import asyncio
import os
import random
import secrets
import statistics
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")
django.setup()

from django.conf import settings  # noqa: E402 - Django must be set up first.
from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from assessment.models import Attempt, AttemptQuestion  # noqa: E402
from assessment.services import save_answers, start_attempt, submit_attempt  # noqa: E402
from cms.supervisor.processes import web  # noqa: E402
from deploy.services import free_port  # noqa: E402
from learning.models import Enrollment  # noqa: E402
from tests.factories.questions import make_question, option_ids  # noqa: E402
from tests.factories.quizzes import answers_to, asked, make_quiz, make_taker, section  # noqa: E402

ROUNDS = 40
ROOT = Path(__file__).resolve().parent.parent


def need_an_empty_database() -> None:
    if connection.vendor != "postgresql":
        raise SystemExit("Answering is timed on PostgreSQL: name an empty, migrated database in DATABASE_URL.")
    if get_user_model().objects.exists() or Attempt.objects.exists():
        raise SystemExit("This database holds people or attempts. Name an empty one in DATABASE_URL.")


def milliseconds(call) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def row(what: str, times: list[float], queries: int | str, floor: float) -> None:
    middle = statistics.median(times)
    print(f"{what:34} {middle:8.2f} {max(times):8.2f} {queries!s:>8} {middle / floor:7.1f}x", flush=True)


# One learner ------------------------------------------------------------------------


def steps(stored: int) -> None:
    need_an_empty_database()
    quiz = make_quiz(sections=[section(*(asked(make_question()) for _number in range(30)))])
    runs = iter([make_taker(quiz) for _number in range(4 * ROUNDS + 10)])
    for _number in range(10):
        submit_attempt(attempt=start_attempt(enrollment=next(runs), quiz=quiz))
    print(f"{'':34} {'median':>8} {'slowest':>8} {'queries':>8} {'floor':>8}   (milliseconds)")
    measure(quiz, runs, "10 attempts")
    multiply(stored)
    measure(quiz, runs, f"{Attempt.objects.count():,} attempts")


def measure(quiz, runs, title: str) -> None:
    some = Attempt.objects.order_by("pk").values_list("pk", flat=True)[:ROUNDS]
    touch = [milliseconds(lambda key=key: Attempt.objects.filter(pk=key).update(passed=None)) for key in some]
    floor = statistics.median(touch)
    row(f"{title}: floor, one UPDATE", touch, 1, floor)
    begin, save, submit, counts = [], [], [], Counter()
    for _number in range(ROUNDS):
        run = Enrollment.objects.select_related("course").get(pk=next(runs).pk)
        made: list[Attempt] = []
        begin.append(milliseconds(lambda run=run, made=made: made.append(start_attempt(enrollment=run, quiz=quiz))))
        (attempt,) = made
        answers = answers_to(attempt)
        with CaptureQueriesContext(connection) as saving:
            save.append(milliseconds(partial(save_answers, attempt=attempt, answers={1: answers[1]})))
        counts["save"] = len(saving)
        save_answers(attempt=attempt, answers=answers)
        fresh = Attempt.objects.select_related("enrollment__course", "quiz").get(pk=attempt.pk)
        with CaptureQueriesContext(connection) as submitting:
            submit.append(milliseconds(lambda fresh=fresh: submit_attempt(attempt=fresh)))
        counts["submit"] = len(submitting)
    row(f"{title}: begin, 30 questions", begin, "", floor)
    row(f"{title}: save one answer", save, counts["save"], floor)
    row(f"{title}: hand in 30 questions", submit, counts["submit"], floor)


def multiply(stored: int) -> None:
    """Copies of a finished attempt, with its questions, as many as there shall be."""
    model = Attempt.objects.order_by("pk").first()
    missing = stored - Attempt.objects.count()
    fields = [field.column for field in Attempt._meta.fields if field.name not in ("id", "uuid", "number")]
    columns = ", ".join(fields)
    rows = [field.column for field in AttemptQuestion._meta.fields if field.name not in ("id", "attempt")]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO assessment_attempt (uuid, number, {columns}) SELECT gen_random_uuid(), 100 + mod(n, 32000), "
            f"{columns} FROM assessment_attempt, generate_series(1, %s) n WHERE id = %s AND n < 32000",
            [min(missing, 31_999), model.pk],
        )
        done = min(missing, 31_999)
        others = iter(Enrollment.objects.exclude(pk=model.enrollment_id).values_list("pk", flat=True))
        while done < missing:
            part = min(missing - done, 31_999)
            other = [str(next(others)) if name == "enrollment_id" else name for name in fields]
            cursor.execute(
                f"INSERT INTO assessment_attempt (uuid, number, {columns}) SELECT gen_random_uuid(), 100 + mod(n, 32000), "
                f"{', '.join(other)} FROM assessment_attempt, generate_series(1, %s) n WHERE id = %s",
                [part, model.pk],
            )
            done += part
        names = ", ".join(rows)
        cursor.execute(
            f"INSERT INTO assessment_attemptquestion (attempt_id, {names}) SELECT a.id, "
            f"{', '.join('q.' + name for name in rows)} FROM assessment_attempt a, assessment_attemptquestion q "
            "WHERE q.attempt_id = %s AND a.number >= 100",
            [model.pk],
        )
        cursor.execute("ANALYZE")


# A thousand learners ------------------------------------------------------------------


def load(learners: int, questions: int, ramp: float, think: float) -> None:
    need_an_empty_database()
    bank = [make_question() for _number in range(questions)]
    option_ids_of.update({question.pk: option_ids(question) for question in bank})
    quiz = make_quiz(sections=[section(*(asked(question) for question in bank))], time_limit=120)
    port = free_port()
    env = {**os.environ, "LOG_LEVEL": "ERROR"}
    argv = [str(Path(sys.executable).with_name("gunicorn")), *web(f"127.0.0.1:{port}").argv[1:]]
    server = subprocess.Popen(argv, cwd=ROOT, env=env)
    try:
        takers = [taker(quiz) for _number in range(learners)]
        connection.close()
        results = Results()
        began = time.monotonic()
        asyncio.run(everybody(takers, quiz, bank, port, ramp, think, results))
        results.show(time.monotonic() - began)
        lost = sum(
            not AttemptQuestion.objects.filter(
                attempt__enrollment__uuid=run, question=key, answer__options=[option]
            ).exists()
            for run, key, option in results.acknowledged
        )
        graded = Attempt.objects.filter(state="graded").count()
        print(f"acknowledged answers {len(results.acknowledged):,}, of them lost {lost}; attempts graded {graded:,}")
    finally:
        server.terminate()
        server.wait(20)


def taker(quiz) -> tuple[str, str]:
    """The run's uuid and the cookie of somebody new who is on the course and signed in."""
    run, client = make_taker(quiz), Client()
    client.force_login(run.learner, settings.AUTHENTICATION_BACKENDS[0])
    return str(run.uuid), client.cookies[settings.SESSION_COOKIE_NAME].value


class Results:
    def __init__(self):
        self.times: dict[str, list[float]] = {}
        self.errors: Counter = Counter()
        self.acknowledged: list[tuple[str, int, str]] = []

    def show(self, seconds: float) -> None:
        print(f"{'':10} {'requests':>9} {'p50 ms':>8} {'p95 ms':>8} {'slowest':>8}")
        for name, times in self.times.items():
            cuts = statistics.quantiles(times, n=100)
            print(f"{name:10} {len(times):9,} {cuts[49]:8.1f} {cuts[94]:8.1f} {max(times):8.1f}")
        print(f"errors {sum(self.errors.values())} {dict(self.errors)} in {seconds:.0f} s")


async def everybody(takers, quiz, bank, port, ramp, think, results) -> None:
    chance = random.Random(7)
    async with asyncio.TaskGroup() as group:
        for run, cookie in takers:
            start = chance.uniform(0, ramp)
            group.create_task(one(run, cookie, quiz, bank, port, start, think, results))


async def one(run, cookie, quiz, bank, port, start, think, results) -> None:
    token = secrets.token_hex(16)
    headers = f"Host: 127.0.0.1\r\nCookie: {settings.SESSION_COOKIE_NAME}={cookie}; csrftoken={token}\r\nX-CSRFToken: {token}\r\n"
    chance = random.Random(run)
    await asyncio.sleep(start)
    _status, place, _body = await call(
        results, "begin", port, headers, f"/learn/enrollments/{run}/quizzes/{quiz.translation_key}/begin/"
    )
    if not place:
        return
    await call(results, "questions", port, headers, place, method="GET")
    for position, question in enumerate(bank, 1):
        await asyncio.sleep(chance.expovariate(1 / think))
        option = chance.choice(option_ids_of[question.pk])
        status, _place, _body = await call(
            results, "save", port, headers, f"{place}save/", body=f"asked={position}&q{position}={option}"
        )
        if status == 200:
            results.acknowledged.append((run, question.pk, option))
    await call(results, "hand in", port, headers, f"{place}finish/")


option_ids_of: dict[int, list[str]] = {}


async def call(results, name, port, headers, path, *, method="POST", body="") -> tuple[int, str, bytes]:
    """One request on a connection of its own, so that the time includes waiting for the server to take it."""
    began = time.perf_counter()
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), 30)
        kind = "Content-Type: application/x-www-form-urlencoded\r\n"
        writer.write(
            f"{method} {path} HTTP/1.1\r\n{headers}{kind}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
        )
        answer = await asyncio.wait_for(reader.read(), 60)
        writer.close()
    except (OSError, TimeoutError) as error:
        results.errors[f"{name}: {type(error).__name__}"] += 1
        return 0, "", b""
    results.times.setdefault(name, []).append((time.perf_counter() - began) * 1000)
    head, _gap, content = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1]) if head else 0
    if status not in (200, 302):
        results.errors[f"{name}: {status}"] += 1
    places = [line[9:].strip().decode() for line in head.split(b"\r\n") if line.lower().startswith(b"location:")]
    return status, places[0] if places else "", content


def main() -> None:
    what, *numbers = sys.argv[1:] or ["steps"]
    if what == "steps":
        steps(int(numbers[0]) if numbers else 100_000)
    elif what == "load":
        defaults = [1000, 20, 60, 20]
        learners, questions, ramp, think = [*map(float, numbers), *defaults[len(numbers) :]]
        load(int(learners), int(questions), ramp, think)
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
