"""Reading the XML, JSON and HTML files of an export: safely, and forgiving where a single text is concerned."""

import html.entities
import json
import re
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from lms_pages.exceptions import CourseRefused
from lms_pages.importers.archive import CourseFiles
from lms_pages.importers.report import Report

DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
ENCODING = re.compile(rb"""^\s*<\?xml[^>]*encoding=["']([\w.-]+)["']""")
NAMED_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
# What XML and PostgreSQL do not take.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def decoded(data: bytes) -> tuple[str, str]:
    """Text and the encoding it was in; "" for UTF-8. Windows-1252 is the last guess, since it takes nearly every byte."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return CONTROL.sub("", data.decode("utf-16", "replace")), "UTF-16"
    try:
        return CONTROL.sub("", data.decode("utf-8-sig")), ""
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
        return CONTROL.sub("", text), "Windows-1252"


def parse_xml(text: str, *, recover: bool = False) -> etree._Element | None:
    """The root of ``text``, with no entity expanded and nothing loaded. Raises etree.XMLSyntaxError unless recovering."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )
    return etree.fromstring(DECLARATION.sub("", text, count=1).encode(), parser)


def with_characters(text: str) -> str:
    """HTML's named entities as characters: XML knows only five of them."""
    return NAMED_ENTITY.sub(
        lambda match: match[0] if match[1] in XML_ENTITIES else html.entities.html5.get(f"{match[1]};", match[0]),
        text,
    )


class Source:
    """The files of one export, read as what they are; what had to be mended goes into the report."""

    def __init__(self, files: CourseFiles, report: Report):
        self.files, self.report = files, report

    def path_of(self, category: str, name: str, extension: str = ".xml") -> str | None:
        """The file of a block; names may hold colons, which stand for folders."""
        for candidate in (name, name.replace(":", "/")):
            path = f"{category}/{candidate}{extension}"
            if candidate and path in self.files:
                return path
        return None

    def text(self, path: str, place: str = "") -> str:
        text, encoding = decoded(self.files.read(path))
        if encoding:
            self.note_encoding(path, place, encoding)
        return text

    def note_encoding(self, path: str, place: str, encoding: str) -> None:
        self.report.skip(
            "text",
            path,
            place or path,
            _("The text is not UTF-8 and was read as %(encoding)s. Check its accents and quotes.")
            % {"encoding": encoding},
        )

    def container(self, path: str) -> etree._Element:
        """A file that holds the course together. Raises CourseRefused when it is not well-formed."""
        try:
            root = self.well_formed(path, path)
        except etree.XMLSyntaxError as error:
            raise CourseRefused(
                _(
                    "“%(path)s” cannot be read: it is not well-formed in line %(line)d. Nothing was imported. "
                    "Export the course again, or mend the file."
                )
                % {"path": path, "line": error.lineno or 1}
            ) from None
        assert root is not None  # only a recovering parser returns nothing
        return root

    def leaf(self, path: str, place: str) -> etree._Element | None:
        """A file of one block; broken markup is mended as far as it goes, None when nothing is left."""
        try:
            return self.well_formed(path, place)
        except etree.XMLSyntaxError as error:
            root = parse_xml(with_characters(decoded(self.files.read(path))[0]), recover=True)
            if root is not None:
                self.report.skip(
                    "markup",
                    path,
                    place,
                    _("The markup is broken in line %(line)d and was mended. Compare the lesson with the original.")
                    % {"line": error.lineno or 1},
                )
            return root

    def well_formed(self, path: str, place: str) -> etree._Element | None:
        data = self.files.read(path)
        text, encoding = decoded(data)
        declared = ENCODING.match(data)
        if encoding and encoding != "UTF-16" and declared:
            # A declaration that is wrong itself leaves the guess standing.
            with suppress(LookupError, UnicodeDecodeError):
                text, encoding = CONTROL.sub("", data.decode(declared[1].decode())), declared[1].decode()
        if "<!ENTITY" in text:
            raise CourseRefused(
                _(
                    "“%(path)s” declares entities, which can be used to exhaust memory. Nothing was imported. "
                    "Take the declarations out, then try again."
                )
                % {"path": path}
            )
        try:
            root = parse_xml(text)
        except etree.XMLSyntaxError:
            root = parse_xml(with_characters(text))
        if encoding:
            self.note_encoding(path, place, encoding)
        return root

    def json(self, path: str) -> dict[str, Any]:
        """An object from a JSON file; {} where there is none or it is broken, which is listed."""
        if path not in self.files:
            return {}
        try:
            value = json.loads(self.text(path))
        except (ValueError, RecursionError):
            self.report.skip("policy", path, path, _("The settings in this file cannot be read and were left out."))
            return {}
        return value if isinstance(value, dict) else {}

    def folder(self, name: str) -> list[str]:
        return [path for path in self.files.names if path.startswith(f"{name}/")]


def stem_of(path: str) -> str:
    return PurePosixPath(path).stem
