"""Hostile and damaged archives are refused whole; nothing is ever unpacked onto the disk."""

import gzip
import io
import os
import tarfile
import zipfile

import pytest

from tests.factories.olx import as_folder, as_tar, as_zip
from workbench.archives import ArchiveRefused, Limits, open_files, safe_name

TREE = {"a.txt": "alpha", "b/c.txt": "gamma " * 500}


def names(path, limits=None) -> dict[str, bytes]:
    with open_files(path, limits) as files:
        return {name: files.read(name) for name in files.sizes}


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_tar_is_read(tmp_path, mode):
    assert names(as_tar(TREE, tmp_path / "x", mode=mode)) == {
        "course/a.txt": b"alpha",
        "course/b/c.txt": b"gamma " * 500,
    }


def test_a_zip_and_a_folder_are_read(tmp_path):
    packed = names(as_zip(TREE, tmp_path / "x.zip", top=""))
    assert packed == names(as_folder(TREE, tmp_path / "folder")) == {"a.txt": b"alpha", "b/c.txt": b"gamma " * 500}


def test_what_machines_leave_behind_is_passed_over(tmp_path):
    tree = {"a.txt": "alpha", ".DS_Store": "x", "__MACOSX/._a.txt": "x", ".git/config": "x", "b/._c": "x"}
    assert list(names(as_zip(tree, tmp_path / "x.zip", top=""))) == ["a.txt"]
    assert list(names(as_folder(tree, tmp_path / "folder"))) == ["a.txt"]


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "a/../../evil",
        "/etc/passwd",
        "..\\evil",
        "\\\\host\\share",
        "C:\\evil",
        "C:/evil",
        "a\0b",
        "a/..",
        "\\x",
    ],
)
def test_paths_that_climb_are_refused(name):
    with pytest.raises(ArchiveRefused, match="leads out of it"):
        safe_name(name)


@pytest.mark.parametrize(
    ("name", "plain"), [("./a//b", "a/b"), ("a\\b.txt", "a/b.txt"), ("a/..b", "a/..b"), ("ab\udcff", "ab�")]
)
def test_names_become_plain(name, plain):
    assert safe_name(name) == plain


@pytest.mark.parametrize("kind", ["zip-slip.zip", "zip-slip-win.zip", "zip-slip.tar", "zip-slip-win.tar"])
def test_archives_that_climb_out_are_refused(shared_data, kind):
    path = shared_data / "hostile" / "zip-slip" / "archives" / kind
    with pytest.raises(ArchiveRefused, match="leads out of it"):
        names(path)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_in_a_tar_are_refused(tmp_path, kind):
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        entry = tarfile.TarInfo("course/link")
        entry.type, entry.linkname = kind, "/etc/passwd"
        archive.addfile(entry)
    with pytest.raises(ArchiveRefused, match="is a link or a device"):
        names(tmp_path / "x.tar")


def test_links_in_a_zip_and_in_a_folder_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        entry = zipfile.ZipInfo("link")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(ArchiveRefused, match="is a link or a device"):
        names(tmp_path / "x.zip")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to("/etc/passwd")
    with pytest.raises(ArchiveRefused, match="is a link or a device"):
        names(tmp_path / "folder")


@pytest.mark.parametrize("pack", [as_tar, as_zip])
@pytest.mark.parametrize("keep", [0.02, 0.3, 0.6, 0.9, 0.995])
def test_an_archive_cut_anywhere_is_refused(tmp_path, pack, keep):
    whole = pack({f"{n}.bin": os.urandom(3000) for n in range(12)}, tmp_path / "whole").read_bytes()
    (tmp_path / "cut").write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(ArchiveRefused, match=r"cut short|damaged"):
        names(tmp_path / "cut")


def test_a_plain_tar_cut_between_two_files_is_refused(tmp_path):
    whole = as_tar({"a": b"x" * 512, "b": b"y" * 512}, tmp_path / "whole.tar", mode="w").read_bytes()
    (tmp_path / "cut.tar").write_bytes(whole[:1024])
    with pytest.raises(ArchiveRefused, match="damaged or cut short"):
        names(tmp_path / "cut.tar")


def test_a_flipped_byte_in_a_zip_is_found(tmp_path):
    data = bytearray(as_zip({"a.bin": os.urandom(5000)}, tmp_path / "x.zip").read_bytes())
    data[2000] ^= 0xFF
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(ArchiveRefused, match="damaged or cut short"):
        names(tmp_path / "x.zip")


@pytest.mark.parametrize("pack", [as_tar, as_zip])
def test_a_bomb_is_refused_before_it_goes_off(tmp_path, pack):
    path = pack({"zeros": bytes(60 * 1024 * 1024)}, tmp_path / "bomb")
    assert path.stat().st_size < 100_000
    with pytest.raises(ArchiveRefused, match="unpacks to far more"):
        names(path)


def test_a_gzip_of_a_gzip_is_no_course(tmp_path):
    (tmp_path / "x.gz").write_bytes(gzip.compress(gzip.compress(bytes(1000))))
    with pytest.raises(ArchiveRefused, match=r"not a \.tar\.gz"):
        names(tmp_path / "x.gz")


@pytest.mark.parametrize("pack", [as_tar, as_zip, as_folder])
def test_too_many_entries_and_too_many_bytes_are_refused(tmp_path, pack):
    path = pack({f"{n}.txt": "x" for n in range(20)}, tmp_path / "many")
    assert len(names(path, Limits(entries=20))) == 20
    with pytest.raises(ArchiveRefused, match="unpacks to far more"):
        names(path, Limits(entries=19))
    with pytest.raises(ArchiveRefused, match="unpacks to far more"):
        names(path, Limits(total_bytes=19))


def test_a_name_that_stands_twice_is_reported(tmp_path):
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        for text in (b"old", b"new"):
            entry = tarfile.TarInfo("a.txt")
            entry.size = 3
            archive.addfile(entry, io.BytesIO(text))
    with open_files(tmp_path / "x.tar") as files:
        assert files.repeated == ("a.txt",)
        assert files.read("a.txt") == b"new"


def test_no_file_and_no_archive_are_told_apart(tmp_path):
    with pytest.raises(ArchiveRefused, match="no file or folder at"):
        names(tmp_path / "absent")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(ArchiveRefused, match=r"not a \.tar\.gz"):
        names(tmp_path / "text")


def test_a_locked_zip_is_told_so(tmp_path):
    data = bytearray(as_zip(TREE, tmp_path / "x.zip").read_bytes())
    # The flag "encrypted", in the local header and in the directory of the first entry.
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(ArchiveRefused, match="locked with a password"):
        names(tmp_path / "x.zip")
