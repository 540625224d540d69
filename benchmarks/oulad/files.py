"""Reading the dataset's CSV files: as they were published, or with numbers such as 11391.0, as other tools write them."""

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from operator import itemgetter
from pathlib import Path

MOST_PROBLEMS = 20
UNKNOWN = ("", "?")


class Refused(Exception):
    """Nothing was loaded; the text says why, one problem a line."""


class Problems:
    """Bad rows by file and line. They are collected, so that one look mends many, up to a number."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, table: "Table", sentence: str) -> None:
        self.lines.append(f"{table.path.name}, line {table.line}: {sentence}")
        if len(self.lines) == MOST_PROBLEMS:
            self.lines.append(f"After {MOST_PROBLEMS} bad rows the rest was not read.")
            self.refuse()

    def refuse(self) -> None:
        """Refused if there is any."""
        if self.lines:
            raise Refused("\n".join(self.lines))


class Table:
    """The rows of one file, each a tuple of ``needed`` columns, and of ``optional`` ones where the file has them all.

    ``line`` is where the row that came last ends; ``share`` how much of the file was read, 0 to 1.
    """

    def __init__(self, folder: Path, name: str, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        self.path = next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), folder / name)
        self.needed, self.optional = needed, optional
        self.line = 0
        try:
            self.raw = self.path.open("rb")
        except OSError as error:
            raise Refused(f"{self.path} cannot be read: {error.strerror}.") from None
        self.size = self.path.stat().st_size
        plain = gzip.GzipFile(fileobj=self.raw) if self.path.suffix == ".gz" else self.raw
        self.text = io.TextIOWrapper(plain, encoding="utf-8-sig", newline="")
        self.reader = csv.reader(self.text, strict=True)
        header = [name.strip() for name in self.read(lambda: next(self.reader, []))]
        if missing := [name for name in needed if name not in header]:
            raise Refused(f"{self.path.name} has no column {', '.join(missing)}.")
        self.has_optional = bool(optional) and all(name in header for name in optional)
        self.width = len(header)
        self.places = [header.index(name) for name in (*needed, *(optional if self.has_optional else ()))]

    def read(self, step: Callable[[], list[str]]) -> list[str]:
        try:
            return step()
        except (csv.Error, UnicodeDecodeError, EOFError, zlib.error, OSError) as error:
            raise Refused(f"{self.path.name}, after line {self.line}: the file cannot be read on: {error}.") from None

    def rows(self, problems: Problems) -> Iterator[tuple[str, ...]]:
        """Empty lines are left out, rows with too few or too many cells are problems."""
        pick, width, reader = itemgetter(*self.places), self.width, self.reader
        with self.text:
            try:
                for row in reader:
                    self.line = reader.line_num
                    if len(row) == width:
                        yield pick(row)
                    elif row:
                        problems.add(self, f"it has {len(row)} cells, and the header names {width}.")
            except (csv.Error, UnicodeDecodeError, EOFError, zlib.error, OSError) as error:
                raise Refused(
                    f"{self.path.name}, after line {self.line}: the file cannot be read on: {error}."
                ) from None

    @property
    def share(self) -> float:
        return 1.0 if self.raw.closed else self.raw.tell() / self.size


def whole(text: str) -> int:
    """A whole number, also one written as 11391.0. ValueError for anything else."""
    try:
        return int(text)
    except ValueError:
        number = float(text)
        if not number.is_integer():
            raise ValueError(text) from None
        return int(number)


def whole_or_none(text: str) -> int | None:
    return None if text.strip() in UNKNOWN else whole(text)
