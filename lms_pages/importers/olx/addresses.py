"""What an address in a text of the course means: a file of the course, a place in it, or somewhere else."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from lms_pages.importers.olx.tree import Course


class Kind(StrEnum):
    ASSET = "asset"
    BLOCK = "block"
    COURSE = "course"
    OUTSIDE = "outside"
    # Nothing that a reader could ever open: a script, a place on the page, a page of the old site.
    DEAD = "dead"


@dataclass(frozen=True)
class Address:
    kind: Kind
    value: str = ""


STATIC = re.compile(r"^(?:\.{0,2}/)*static/(.+)$")
ASSET = re.compile(r"asset-v1:(?P<course>[^/]+?)\+type@(?:asset|thumbnail)[+/]block[@/](?P<name>.+)$")
OLD_ASSET = re.compile(r"/?c4x/(?P<course>[^/]+/[^/]+)/asset/(?P<name>.+)$")
JUMP = re.compile(r"(?:^|/)jump_to_id/([^/?#]+)")
JUMP_TO = re.compile(r"(?:^|/)jump_to/([^?#]+)")
COURSEWARE = re.compile(r"/courseware/([^/?#]+)(?:/([^/?#]+))?")
SILENT = ("#", "javascript:", "data:", "vbscript:")


def understood(address: str, course: Course) -> Address:
    """The meaning of an address as authors of ``course`` wrote it."""
    address = address.strip()
    if not address or address.lower().startswith(SILENT):
        return Address(Kind.DEAD)
    if address.startswith("//"):
        address = f"https:{address}"
    try:
        parts = urlsplit(address)
    except ValueError:
        return Address(Kind.DEAD, address)
    if parts.scheme in ("mailto", "tel"):
        return Address(Kind.OUTSIDE, address)
    if parts.scheme not in ("", "http", "https"):
        return Address(Kind.DEAD, address)
    path = unquote(parts.path)
    elsewhere = Address(Kind.OUTSIDE, address) if parts.scheme else Address(Kind.DEAD, address)
    return asset(path, course, bool(parts.scheme)) or place(path, course, bool(parts.scheme)) or elsewhere


def asset(path: str, course: Course, has_host: bool) -> Address | None:
    """A file of this course. An address with a host must name the course to be one."""
    if (found := STATIC.match(path)) and not has_host:
        return Address(Kind.ASSET, found[1])
    if found := ASSET.search(path):
        own = found["course"] == course.id.removeprefix("course-v1:")
        return Address(Kind.ASSET, found["name"]) if own or not has_host else None
    if found := OLD_ASSET.search(path):
        own = found["course"] == f"{course.org}/{course.number}"
        return Address(Kind.ASSET, found["name"]) if own or not has_host else None
    return None


def place(path: str, course: Course, has_host: bool) -> Address | None:
    """A chapter, section, unit or block of this course, or the course itself."""
    own = is_own(path, course)
    if has_host and not own:
        return None
    if found := JUMP.search(path):
        return Address(Kind.BLOCK, found[1])
    if found := JUMP_TO.search(path):
        return Address(Kind.BLOCK, last_name(found[1]))
    if "block@" in path:
        return Address(Kind.BLOCK, last_name(path))
    if found := COURSEWARE.search(path):
        return Address(Kind.BLOCK, found[2] or found[1])
    return Address(Kind.COURSE) if own else None


def is_own(path: str, course: Course) -> bool:
    names = (course.id.removeprefix("course-v1:"), f"{course.org}/{course.number}/{course.run}")
    # Another run's name may start with this one's: 2024 and 2024_fall.
    return any(re.search(rf"(?<![\w.~-]){re.escape(name)}(?![\w.~-])", path) for name in names)


def last_name(path: str) -> str:
    """The block's name at the end of a usage key, new or old (i4x://org/course/type/name)."""
    return re.split(r"[/@]", path.rstrip("/"))[-1]
