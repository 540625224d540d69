"""Click rows as days of activity, in bounded memory: rows go into a temporary table as they are read, and the database
adds up those of one run, lesson and day. So their order in the file does not matter."""

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.utils import timezone

from benchmarks.oulad.dataset import PRESENTATION, Dataset, Presentation, day_number
from benchmarks.oulad.files import Table, whole
from benchmarks.oulad.pages import Course
from benchmarks.oulad.people import batches, noon
from benchmarks.oulad.progress import Progress
from learning.models import ActivityDay, Enrollment, LessonPage
from learning.services import recount_activity

ROWS = 20_000
# Days are kept as numbers from here until they are added up.
FIRST = dt.date(2000, 1, 1)
MOST_CLICKS = 1_000_000


class Known(dict):
    """What a text of a cell stands for, found out once: the same few stand in millions of rows."""

    def __init__(self, find: Any) -> None:
        self.find = find

    def __missing__(self, text: str) -> Any:
        self[text] = found = self.find(text)
        return found


def add_activity(
    data: Dataset, courses: dict[str, Course], runs: dict[Presentation, dict[int, int]], progress: Progress
) -> int:
    """Returns how many click rows there are in the picked presentations."""
    lessons: list[LessonPage] = []
    places: dict[tuple[str, str], int] = {}
    for module, course in courses.items():
        for kind, page in course.activities.items():
            places[module, kind] = len(lessons)
            lessons.append(page)
    clicks = Clicks(data, runs, places)
    with connection.cursor() as cursor:
        make_tables(cursor, lessons)
        write_rows(cursor, clicks.batches(progress))
        data.problems.refuse()
        progress.end(clicks.count)
        began = time.monotonic()
        add_up(cursor)
        recount_activity(runs=Enrollment.objects.filter(course__in=[course.page for course in courses.values()]))
        print(f"added up by run, lesson and day in {time.monotonic() - began:.1f} s", file=progress.stream, flush=True)
    note_last_activity(clicks.latest)
    return clicks.count


class Clicks:
    """The rows of studentVle.csv as numbers: run, lesson, day, clicks. ``latest`` is each run's last day."""

    def __init__(self, data: Dataset, runs: dict[Presentation, dict[int, int]], places: dict[tuple[str, str], int]):
        self.data, self.runs, self.places = data, runs, places
        self.table: Table = data.table(
            "studentVle.csv", ("id_student", "id_site", "date", "sum_click"), optional=PRESENTATION
        )
        self.count = 0
        self.latest: dict[int, int] = {}

    def batches(self, progress: Progress) -> Iterator[list[tuple[int, int, int, int]]]:
        some: list[tuple[int, int, int, int]] = []
        for row in self.numbers():
            some.append(row)
            if len(some) == ROWS:
                self.count += ROWS
                yield some
                some = []
                progress.show(self.table.share, self.count)
        self.count += len(some)
        yield some

    def numbers(self) -> Iterator[tuple[int, int, int, int]]:
        table, problems, latest = self.table, self.data.problems, self.latest
        sites = Known(lambda text: self.data.sites.get(whole(text)))
        students = {one: Known(lambda text, keys=keys: keys.get(whole(text))) for one, keys in self.runs.items()}
        starts = {one: (one.start - FIRST).days for one in self.data.presentations.values()}
        days, numbers = Known(known_day), Known(clicks_of)
        # Where a row names its presentation, that one counts; else its site leads there.
        is_named, presentations = table.has_optional, self.data.presentations
        for student, site, date, sum_click, *named in table.rows(problems):
            try:
                place = sites[site]
                presentation = presentations.get(tuple(named)) if is_named else place and place[0]
                if place is None or presentation is None:
                    problems.add(
                        table,
                        f"vle.csv has no site {site}." if place is None else f"courses.csv has no {' '.join(named)}.",
                    )
                    continue
                if presentation not in students:
                    continue
                run = students[presentation][student]
                if run is None:
                    problems.add(table, f"student {student} is not registered for {presentation.name}.")
                    continue
                day = starts[presentation] + days[date]
                lesson = self.places.get((presentation.module, place[1]))
                if lesson is None:
                    problems.add(table, f"site {site} belongs to no lesson of module {presentation.module}.")
                    continue
                row = run, lesson, day, numbers[sum_click]
            except ValueError:
                problems.add(
                    table, f"student “{student}”, site “{site}”, day “{date}”, clicks “{sum_click}” are no click row."
                )
                continue
            if latest.get(run, 0) < day:
                latest[run] = day
            yield row


def known_day(text: str) -> int:
    day = day_number(text)
    if day is None:
        raise ValueError(text)
    return day


def clicks_of(text: str) -> int:
    clicks = whole(text)
    if not 0 <= clicks <= MOST_CLICKS:
        raise ValueError(text)
    return clicks


# The database ------------------------------------------------------------------------


def make_tables(cursor: Any, lessons: list[LessonPage]) -> None:
    ends = " ON COMMIT DROP" if connection.vendor == "postgresql" else ""
    field = ActivityDay._meta.get_field("lesson_key")
    key = field.db_type(connection)
    cursor.execute(f"CREATE TEMPORARY TABLE oulad_lesson (number integer PRIMARY KEY, key {key} NOT NULL){ends}")
    cursor.execute(
        "CREATE TEMPORARY TABLE oulad_click "
        f"(run bigint NOT NULL, lesson integer NOT NULL, day integer NOT NULL, clicks integer NOT NULL){ends}"
    )
    cursor.executemany(
        "INSERT INTO oulad_lesson VALUES (%s, %s)",
        [(number, field.get_db_prep_value(page.translation_key, connection)) for number, page in enumerate(lessons)],
    )


def write_rows(cursor: Any, rows: Iterator[list[tuple[int, int, int, int]]]) -> None:
    if connection.vendor == "postgresql":
        with cursor.copy("COPY oulad_click FROM STDIN") as copy:
            for some in rows:
                copy.write("".join([f"{run}\t{lesson}\t{day}\t{clicks}\n" for run, lesson, day, clicks in some]))
        return
    for some in rows:
        cursor.executemany("INSERT INTO oulad_click VALUES (%s, %s, %s, %s)", some)


def add_up(cursor: Any) -> None:
    """One row of activity for each run, lesson and day: its click rows are the hits. In the order of the unique index,
    which is then written from one end to the other."""
    day = "DATE '2000-01-01' + c.day" if connection.vendor == "postgresql" else "date('2000-01-01', c.day || ' days')"
    cursor.execute(
        f"INSERT INTO {ActivityDay._meta.db_table} (enrollment_id, lesson_key, day, hits, clicks, seconds, changed_at) "
        f"SELECT c.run, l.key, {day}, c.hits, c.clicks, 0, %s FROM ("
        "SELECT run, lesson, day, count(*) AS hits, sum(clicks) AS clicks FROM oulad_click GROUP BY run, lesson, day"
        ") c JOIN oulad_lesson l ON l.number = c.lesson ORDER BY c.run, l.key, c.day",
        [connection.ops.adapt_datetimefield_value(timezone.now())],
    )
    cursor.execute("DROP TABLE oulad_click")
    cursor.execute("DROP TABLE oulad_lesson")


def note_last_activity(latest: dict[int, int]) -> None:
    for some in batches(latest.items()):
        runs = [Enrollment(pk=run, last_activity_at=noon(FIRST + dt.timedelta(days=day))) for run, day in some]
        Enrollment.objects.bulk_update(runs, ["last_activity_at"], batch_size=500)
