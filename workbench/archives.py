"""Reading archives that strangers made. Nothing is ever unpacked onto the disk, so no path can lead out of it.

`open_files` gives one read-only view of a folder, a .zip, a .tar or a .tar.gz. It
refuses the whole archive when it is damaged, when a path climbs out of it, when it
holds links or devices, or when it would unpack to far more than it should.
"""

import gzip
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from django.utils.translation import gettext as _

CHUNK = 1024 * 1024
# What machines leave behind; no part of what an author exported.
IGNORED_FOLDERS = {".git", "__MACOSX"}
IGNORED_FILES = {".DS_Store", "Thumbs.db"}


class ArchiveRefused(Exception):
    """The archive was not opened; the text is a sentence that says why and what to do."""


@dataclass(frozen=True)
class Limits:
    """What an archive may unpack to. The ratio counts only above ``ratio_from`` bytes: small text packs very well."""

    entries: int = 50_000
    total_bytes: int = 8 * 1024**3
    ratio: int = 100
    ratio_from: int = 50 * 1024**2


class Reader(Protocol):
    def open(self, name: str) -> IO[bytes]: ...


@dataclass(frozen=True)
class Files:
    """The files of an archive or folder by their path. ``repeated`` names paths that stand in it twice (the last counts)."""

    sizes: dict[str, int]
    reader: Reader
    repeated: tuple[str, ...] = ()

    def __contains__(self, name: str) -> bool:
        return name in self.sizes

    def open(self, name: str) -> IO[bytes]:
        return self.reader.open(name)

    def read(self, name: str) -> bytes:
        with self.open(name) as stream:
            return stream.read()


def safe_name(name: str) -> str:
    """The path of an entry as plain parts joined by slashes; ArchiveRefused when it leads out of the archive.

    Names that cannot be written as UTF-8 get a replacement character for each stray byte.
    """
    name = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or "\0" in name or (parts and len(parts[0]) == 2 and parts[0][1] == ":"):
        raise ArchiveRefused(
            _(
                "The archive was refused: the path “%(name)s” leads out of it. "
                "Nothing was imported. Export the file again from where it comes from, or ask its sender what this is."
            )
            % {"name": name[:120]}
        )
    return "/".join(parts)


def refused_link(name: str) -> ArchiveRefused:
    return ArchiveRefused(
        _(
            "The archive was refused: “%(name)s” is a link or a device, not a file. "
            "Nothing was imported. Pack plain files and folders only, then try again."
        )
        % {"name": name[:120]}
    )


def refused_damaged() -> ArchiveRefused:
    return ArchiveRefused(
        _(
            "The archive is damaged or cut short, so nothing was imported. "
            "Copy or download it again and compare its size with the original, then try again."
        )
    )


def refused_bomb() -> ArchiveRefused:
    return ArchiveRefused(
        _(
            "The archive was refused: it unpacks to far more than its size allows for. "
            "Nothing was imported. Export it again, leave out very large files, or import the unpacked folder."
        )
    )


class Account:
    """Counts what was unpacked so far and refuses what goes past the limits."""

    def __init__(self, packed: int, limits: Limits):
        self.packed, self.limits = max(packed, 1), limits
        self.entries = self.total = 0

    def add(self, size: int, entries: int = 0) -> None:
        self.entries += entries
        self.total += size
        too_dense = self.total > self.limits.ratio_from and self.total > self.packed * self.limits.ratio
        if self.entries > self.limits.entries or self.total > self.limits.total_bytes or too_dense:
            raise refused_bomb()


def is_ignored(name: str) -> bool:
    path = PurePosixPath(name)
    return not IGNORED_FOLDERS.isdisjoint(path.parts) or path.name in IGNORED_FILES or path.name.startswith("._")


class FolderReader:
    def __init__(self, root: Path):
        self.root = root

    def open(self, name: str) -> IO[bytes]:
        return (self.root / name).open("rb")


class TarReader:
    def __init__(self, archive: tarfile.TarFile, members: dict[str, tarfile.TarInfo]):
        self.archive, self.members = archive, members

    def open(self, name: str) -> IO[bytes]:
        stream = self.archive.extractfile(self.members[name])
        assert stream is not None  # only plain files are members
        return stream


class ZipReader:
    def __init__(self, archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]):
        self.archive, self.members = archive, members

    def open(self, name: str) -> IO[bytes]:
        return self.archive.open(self.members[name])


@contextmanager
def open_files(path: Path, limits: Limits | None = None) -> Iterator[Files]:
    """Open a folder or an archive for reading. Raises ArchiveRefused with a sentence; reads every byte once to be sure."""
    limits = limits or Limits()
    if path.is_dir():
        yield open_folder(path, limits)
        return
    if not path.is_file():
        raise ArchiveRefused(_("There is no file or folder at “%(path)s”. Check the path.") % {"path": path})
    try:
        if zipfile.is_zipfile(path) and not starts_with(path, b"\x1f\x8b"):
            with zipfile.ZipFile(path) as archive:
                yield open_zip(archive, path.stat().st_size, limits)
        else:
            with tempfile.TemporaryFile() as plain:
                account = Account(path.stat().st_size, limits)
                unpack_stream(path, plain, account)
                with open_tar(plain) as tar:
                    yield list_tar(tar, plain, account)
    except PermissionError:
        raise ArchiveRefused(
            _("“%(path)s” may not be read. Give this account the right to read it.") % {"path": path}
        ) from None


def starts_with(path: Path, magic: bytes) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(magic)) == magic


def open_folder(root: Path, limits: Limits) -> Files:
    account = Account(0, Limits(limits.entries, limits.total_bytes, ratio_from=limits.total_bytes))
    sizes = {}
    for entry in sorted(root.rglob("*")):
        name = entry.relative_to(root).as_posix()
        if is_ignored(name):
            continue
        mode = entry.lstat().st_mode
        if stat.S_ISDIR(mode):
            continue
        if not stat.S_ISREG(mode):
            raise refused_link(name)
        sizes[safe_name(name)] = entry.stat().st_size
        account.add(sizes[name], entries=1)
    return Files(sizes, FolderReader(root))


def unpack_stream(path: Path, target: IO[bytes], account: Account) -> None:
    """The whole .tar into ``target``, unpacked if it is gzipped; the checksum at its end is read too."""
    opener = gzip.open if starts_with(path, b"\x1f\x8b") else Path.open
    try:
        with opener(path, "rb") as source:
            while chunk := source.read(CHUNK):
                account.add(len(chunk))
                target.write(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise refused_damaged() from None
    target.seek(0)


def open_tar(stream: IO[bytes]) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=stream, mode="r:")
    except tarfile.TarError:
        raise ArchiveRefused(
            _(
                "The file is not a .tar.gz, .tar or .zip archive, or it is cut short, so nothing was imported. "
                "Give the export as it was downloaded, or the folder it unpacks to."
            )
        ) from None


def list_tar(archive: tarfile.TarFile, stream: IO[bytes], account: Account) -> Files:
    members: dict[str, tarfile.TarInfo] = {}
    repeated = []
    size = stream.seek(0, 2)
    try:
        for member in archive:
            account.add(0, entries=1)
            name = safe_name(member.name)
            if is_ignored(name) or member.isdir():
                continue
            if not member.isreg() or member.issparse():
                raise refused_link(name)
            if member.offset_data + member.size > size:
                raise refused_damaged()
            if name in members:
                repeated.append(name)
            members[name] = member
    except (tarfile.TarError, ValueError, OverflowError):
        raise refused_damaged() from None
    # A whole archive ends with an empty block; without it, entries are missing.
    stream.seek(archive.offset)
    if stream.read(tarfile.BLOCKSIZE) != tarfile.NUL * tarfile.BLOCKSIZE:
        raise refused_damaged()
    return Files({name: member.size for name, member in members.items()}, TarReader(archive, members), tuple(repeated))


def open_zip(archive: zipfile.ZipFile, packed: int, limits: Limits) -> Files:
    account = Account(packed, limits)
    members: dict[str, zipfile.ZipInfo] = {}
    repeated = []
    for member in archive.infolist():
        account.add(member.file_size, entries=1)
        # `filename` ends at a NUL byte; the name as it stands in the archive may go on.
        name = safe_name(member.orig_filename)
        if is_ignored(name) or member.is_dir():
            continue
        if stat.S_ISLNK(member.external_attr >> 16):
            raise refused_link(name)
        if member.flag_bits & 0x1:
            raise ArchiveRefused(
                _("The archive is locked with a password, so nothing was imported. Pack it again without one.")
            )
        if name in members:
            repeated.append(name)
        members[name] = member
    files = Files(
        {name: member.file_size for name, member in members.items()}, ZipReader(archive, members), tuple(repeated)
    )
    try:
        for name in members:
            with files.open(name) as stream:
                while stream.read(CHUNK):
                    pass
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        raise refused_damaged() from None
    return files
