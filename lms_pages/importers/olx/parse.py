"""From the files of an export to the course as plain data."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from lms_pages.exceptions import CourseRefused
from lms_pages.importers.archive import CourseFiles
from lms_pages.importers.olx import details
from lms_pages.importers.olx.blocks import BlockReader
from lms_pages.importers.olx.source import Source, stem_of
from lms_pages.importers.olx.tree import Block, Chapter, Course, Section, Unit
from lms_pages.importers.report import Entry, Report

# A sequential, and its old names.
SECTIONS = {"sequential", "videosequence", "problemset", "section"}
# Settings of the course that stand among its chapters.
NOT_CONTENT = {"wiki", "grading_policy"}
MAX_KEY = 255


def parse_course(files: CourseFiles, report: Report) -> Course:
    """The whole course. Raises CourseRefused when a part that holds it together is missing or unreadable."""
    try:
        return CourseParser(files, report).parse()
    except RecursionError:
        raise CourseRefused(
            _("The parts of the course are nested too deeply, so nothing was imported. Export the course again.")
        ) from None


class CourseParser:
    """Walks course > chapter > sequential > vertical and gives each a key that a new export keeps."""

    def __init__(self, files: CourseFiles, report: Report):
        self.source = Source(files, report)
        self.files, self.report = files, report
        self.blocks = BlockReader(self)
        self.policy: dict[str, dict[str, Any]] = {}
        self.org = self.number = self.run = ""
        self.keys: dict[str, int] = {}
        self.open_paths: list[str] = []
        self.targets: dict[str, str] = {}
        # Groups of A/B tests, as the course's own element names them.
        self.partitions: Any = []

    # The course --------------------------------------------------------------

    def parse(self) -> Course:
        pointer = self.source.container("course.xml")
        if pointer.tag != "course":
            raise CourseRefused(
                _("course.xml holds <%(tag)s>, not <course>; nothing was imported. Export the course again.")
                % {"tag": str(pointer.tag)[:40]}
            )
        self.run = pointer.get("url_name") or pointer.get("run") or "course"
        self.policy = details.policy_of(self.source, self.run)
        with self.opened(pointer) as (element, attributes):
            self.org = pointer.get("org") or attributes.get("org") or "org"
            self.number = pointer.get("course") or attributes.get("course") or self.run
            self.partitions = attributes.get("user_partitions")
            course = self.course(element, attributes)
        details.list_side_pages(self.source, attributes, self.report)
        self.list_drafts()
        for name in self.files.repeated:
            self.report.skip("name", name, name, _("The archive holds two files of this name; the last one was taken."))
        return course

    def course(self, element: etree._Element, attributes: dict[str, Any]) -> Course:
        chapters: list[Chapter] = []
        for child in element:
            if child.tag == "chapter":
                chapters.append(self.chapter(child, len(chapters) + 1))
            elif isinstance(child.tag, str) and child.tag not in NOT_CONTENT:
                self.report.found[child.tag] += 1
                self.report.skip_block(
                    child.tag,
                    child.get("display_name") or child.get("title") or child.get("url_name") or "",
                    _("beside the chapters"),
                    _("Only chapters can stand directly in a course."),
                )
        if not chapters:
            raise CourseRefused(
                _(
                    "The course has no chapter, so there is nothing to import. "
                    "Add a section in Studio, or check that the whole course was exported."
                )
            )
        graders, pass_mark = details.grading(self.source, self.run, self.report)
        about, summary = details.about(self.source, self.report)
        title = str(attributes.get("display_name") or f"{self.org} {self.number}").strip()[:255]
        course = Course(
            org=self.org,
            number=self.number,
            run=self.run,
            title=title,
            language=str(attributes.get("language") or ""),
            summary=summary,
            about=about,
            image=str(attributes.get("course_image") or "images_course_image.jpg"),
            outcomes=details.outcomes(attributes.get("learning_info")),
            invitation_only=details.is_true(attributes.get("invitation_only")),
            hidden=attributes.get("catalog_visibility") == "none",
            graders=graders,
            pass_mark=pass_mark,
            chapters=tuple(chapters),
            targets=self.targets,
        )
        self.report.title, self.report.course_id = title, course.id
        self.report.modules = len(chapters)
        self.report.sections = sum(bool(section.key) for chapter in chapters for section in chapter.sections)
        self.report.lessons = sum(len(section.units) for chapter in chapters for section in chapter.sections)
        return course

    # Chapters, sections, units --------------------------------------------------

    def chapter(self, child: etree._Element, number: int) -> Chapter:
        with self.opened(child) as (element, attributes):
            name = named(attributes, _("Module %(number)d") % {"number": number})
            key, url_name = self.key_of(child, f"chapter{number}", name)
            staff_only = details.is_true(attributes.get("visible_to_staff_only"))
            sections: list[Section] = []
            loose: list[Unit] = []
            for place, entry in enumerate(parts(element), 1):
                if entry.tag in SECTIONS:
                    sections.append(self.section(entry, [name], f"{url_name}-{place}", staff_only))
                else:
                    loose.append(self.unit(entry, [name], f"{url_name}-{place}", staff_only))
            if loose:
                sections.append(Section(key="", name="", units=tuple(loose)))
            self.targets[url_name] = key
            highlights = details.outcomes(attributes.get("highlights"))
            summary = " · ".join(highlights)
            return Chapter(key, name, summary if len(summary) <= 200 else "", staff_only, tuple(sections))

    def section(self, child: etree._Element, place: list[str], fallback: str, staff_only: bool) -> Section:
        with self.opened(child) as (element, attributes):
            name = named(attributes, _("Section"))[:200]
            key, url_name = self.key_of(child, fallback, " › ".join([*place, name]))
            staff_only = staff_only or details.is_true(attributes.get("visible_to_staff_only"))
            units = tuple(
                self.unit(entry, [*place, name], f"{url_name}-{number}", staff_only)
                for number, entry in enumerate(parts(element), 1)
            )
            if units:
                self.targets[url_name] = units[0].key
            category = str(attributes.get("format") or "") if details.is_true(attributes.get("graded")) else ""
            return Section(key, name, units, category[:120])

    def unit(self, child: etree._Element, place: list[str], fallback: str, staff_only: bool) -> Unit:
        """A vertical, or whatever else stands in its stead: Open edX shows that as a unit of its own."""
        if child.tag != "vertical":
            name = str(child.get("display_name") or _("Lesson"))[:255]
            blocks = tuple(self.blocks.read(child, [*place, name], fallback))
            key = f"{blocks[0].key}~unit" if blocks else self.key_of(child, fallback, name)[0]
            self.aim(blocks, key)
            return Unit(key, blocks[0].name[:255] or name if blocks else name, staff_only, blocks)
        with self.opened(child) as (element, attributes):
            name = named(attributes, _("Lesson"))
            here = [*place, name]
            key, url_name = self.key_of(child, fallback, " › ".join(here))
            staff_only = staff_only or details.is_true(attributes.get("visible_to_staff_only"))
            self.note_access(attributes, "vertical", name, here)
            blocks = tuple(
                block
                for number, entry in enumerate(parts(element), 1)
                for block in self.blocks.read(entry, here, f"{url_name}-{number}")
            )
            self.targets[url_name] = key
            self.aim(blocks, key)
            return Unit(key, name, staff_only, blocks)

    def aim(self, blocks: tuple[Block, ...], key: str) -> None:
        """Links to a block open the lesson it stands in."""
        for block in blocks:
            self.targets.setdefault(block.key.rpartition("block@")[2], key)
            for group in getattr(block, "groups", ()):
                self.targets.setdefault(group.key.rpartition("block@")[2], key)
                self.aim(group.blocks, key)

    # Files and keys -------------------------------------------------------------

    @contextmanager
    def opened(self, element: etree._Element) -> Iterator[tuple[etree._Element, dict[str, Any]]]:
        """A part of the course with its settings, read from its own file if it only names one."""
        path = self.own_path(element)
        if path is None:
            if is_pointer(element):
                raise missing_file(element)
            yield element, self.settings_of(element, element)
            return
        if path in self.open_paths:
            raise CourseRefused(
                _("“%(path)s” contains itself, so nothing was imported. Export the course again.") % {"path": path}
            )
        self.open_paths.append(path)
        try:
            root = self.source.container(path)
            yield root, self.settings_of(element, root)
        finally:
            self.open_paths.pop()

    def own_path(self, element: etree._Element) -> str | None:
        if len(element) or (element.text or "").strip():
            return None
        names = (element.get("url_name"), element.get("filename"))
        return next((path for name in names if (path := self.source.path_of(str(element.tag), name or ""))), None)

    def settings_of(self, element: etree._Element, root: etree._Element) -> dict[str, Any]:
        return {**element.attrib, **root.attrib, **self.policy.get(f"{element.tag}/{element.get('url_name')}", {})}

    def key_of(self, element: etree._Element, fallback: str, place: str) -> tuple[str, str]:
        """The usage key and the block's name in it. A name that stands twice gets a key of its own and is listed."""
        name = element.get("url_name") or element.get("slug") or fallback
        key = f"block-v1:{self.org}+{self.number}+{self.run}+type@{element.tag}+block@{name}"
        if len(key) > MAX_KEY - 40:
            key = f"{key[:150]}~{hashlib.sha256(key.encode()).hexdigest()[:32]}"
        self.keys[key] = times = self.keys.get(key, 0) + 1
        if times > 1:
            key = f"{key}~{times}"
            self.report.skip(
                "name",
                f"{element.tag}/{name}",
                place,
                _("Two blocks of the course have this name. Both were imported; links lead to the first."),
            )
        return key, name if times == 1 else f"{name}~{times}"

    def note_access(self, attributes: dict[str, Any], type: str, name: str, place: list[str]) -> None:
        if details.setting(attributes.get("group_access")):
            self.report.note(
                type,
                name,
                " › ".join(place),
                _("It was shown to some groups only; here everybody in the course sees it."),
            )

    def list_drafts(self) -> None:
        for path in self.source.folder("drafts"):
            kind = path.split("/")[1]
            if not path.endswith(".xml") or "/" not in path[len("drafts/") :]:
                continue
            root = self.source.leaf(path, path)
            name = root.get("display_name") if root is not None else ""
            reason = _("An unpublished draft; it was not imported.")
            self.report.drafts.append(Entry(kind, name or stem_of(path), path, reason))


def parts(element: etree._Element) -> list[etree._Element]:
    return [child for child in element if isinstance(child.tag, str)]


def named(attributes: dict[str, Any], fallback: str) -> str:
    return " ".join(str(attributes.get("display_name") or fallback).split())[:255]


def is_pointer(element: etree._Element) -> bool:
    """Whether the element only names a file: it holds nothing and says nothing else."""
    says = set(element.attrib) - ({"org", "course", "run"} if element.tag == "course" else set())
    return not len(element) and not (element.text or "").strip() and says == {"url_name"}


def missing_file(element: etree._Element) -> CourseRefused:
    return CourseRefused(
        _(
            "The course names %(kind)s/%(name)s.xml, but this file is not in it, so nothing was imported. "
            "Export the course again; the export is not complete."
        )
        % {"kind": element.tag, "name": element.get("url_name")}
    )
