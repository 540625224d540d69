"""The files of one course, whatever they came packed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

from lms_pages.exceptions import CourseRefused
from workbench.archives import ArchiveRefused, Files, Limits, open_files

# Text of a course is read into memory whole.
MAX_TEXT_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class CourseFiles:
    """The files below the folder that holds the course's first file; paths are relative to it."""

    files: Files
    root: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(name[len(self.root) :] for name in self.files.sizes if name.startswith(self.root)))

    @cached_property
    def repeated(self) -> tuple[str, ...]:
        return tuple(name[len(self.root) :] for name in self.files.repeated if name.startswith(self.root))

    def __contains__(self, name: str) -> bool:
        return f"{self.root}{name}" in self.files

    def size(self, name: str) -> int:
        return self.files.sizes[f"{self.root}{name}"]

    def open(self, name: str) -> IO[bytes]:
        return self.files.open(f"{self.root}{name}")

    def read(self, name: str) -> bytes:
        """The bytes of a text file. Raises CourseRefused above the size that text may have."""
        if self.size(name) > MAX_TEXT_BYTES:
            raise CourseRefused(
                _("“%(name)s” is larger than a text may be, so nothing was imported. Shorten it or take it out.")
                % {"name": name}
            )
        return self.files.read(f"{self.root}{name}")


@contextmanager
def open_course(path: Path, first_file: str, limits: Limits | None = None) -> Iterator[CourseFiles]:
    """The course at ``path``, found by ``first_file`` nearest to the top. Raises CourseRefused."""
    try:
        with open_files(path, limits) as files:
            yield CourseFiles(files, root_of(files, first_file))
    except ArchiveRefused as error:
        raise CourseRefused(str(error)) from None


def root_of(files: Files, first_file: str) -> str:
    found = sorted((name for name in files.sizes if PurePosixPath(name).name == first_file), key=lambda n: n.count("/"))
    if not found:
        raise CourseRefused(
            _(
                "There is no %(file)s in it, so this is no Open edX course; nothing was imported. "
                "In Studio choose Tools > Export, then Export course content, and give the file it downloads."
            )
            % {"file": first_file}
        )
    if len(found) > 1 and found[0].count("/") == found[1].count("/"):
        raise CourseRefused(
            _("There are several courses in it: %(names)s. Nothing was imported. Import the folders one by one.")
            % {"names": ", ".join(found[:5])}
        )
    return found[0][: -len(first_file)]
