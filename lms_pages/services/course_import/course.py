"""Importing an Open edX course: one transaction, whole or nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import ReferenceIndex
from wagtail.signal_handlers import disable_reference_index_auto_update

from library.models import Image
from lms_pages.exceptions import CourseRefused
from lms_pages.grading import Aggregation
from lms_pages.importers.archive import CourseFiles, open_course
from lms_pages.importers.html import one_text
from lms_pages.importers.olx import FORMAT, parse_course
from lms_pages.importers.olx.addresses import Kind, understood
from lms_pages.importers.olx.assets import Assets
from lms_pages.importers.olx.source import Source
from lms_pages.importers.olx.tree import Block, Chapter, Course, Questions, Section, Split, Unit, Unsupported
from lms_pages.importers.report import Report
from lms_pages.models import (
    CatalogPage,
    CoursePage,
    EnrollmentPolicy,
    GradingCategory,
    LessonPage,
    ModulePage,
    Visibility,
)
from lms_pages.services.course_import.bodies import BodyBuilder
from lms_pages.services.course_import.files import FileStore, Stored
from lms_pages.services.course_import.identity import Ids
from lms_pages.services.course_import.pages import PageStore
from lms_pages.services.course_import.questions import QuestionStore
from lms_pages.services.course_import.resolver import CourseResolver
from workbench.batches import one_batch
from workbench.html import plain_text


def import_course(*, path: Path, parent_slug: str = "", update: bool = False, dry_run: bool = False) -> Report:
    """Import the Open edX export at ``path`` (.tar.gz, .tar, .zip or folder) and say what came of it.

    Below the catalog ``parent_slug``, or the site's only one. With ``update``, a course
    that was imported before is brought up to date: pages, questions and files keep their
    ids, and what the export no longer has is unpublished. With ``dry_run`` everything is
    done and taken back, so the report is the same. Raises CourseRefused; then nothing
    changed, in the database or in storage.
    """
    report = Report(format=FORMAT)
    stored = Stored()
    with open_course(path, "course.xml") as files:
        course = parse_course(files, report)
        try:
            with transaction.atomic(), disable_reference_index_auto_update():
                with one_batch():
                    CourseWriter(course, files, report, stored).write(parent_slug=parent_slug, update=update)
                if dry_run:
                    transaction.set_rollback(True)
        except IntegrityError as error:
            stored.undo()
            if "origin" not in str(error):
                raise
            raise CourseRefused(
                _("Another import of this course ran at the same time, so this one was taken back. Start it again.")
            ) from None
        except BaseException:
            stored.undo()
            raise
    if dry_run:
        stored.undo()
    return report


class CourseWriter:
    """Writes one course that was read."""

    def __init__(self, course: Course, files: CourseFiles, report: Report, stored: Stored):
        self.course, self.report = course, report
        self.assets = Assets(Source(files, report))
        self.ids = Ids(course.id)
        common: dict[str, Any] = {"course": course, "report": report, "origin": FORMAT}
        self.pages = PageStore(**common)
        self.files = FileStore(files=files, assets=self.assets, stored=stored, **common)
        self.resolver = CourseResolver(course, self.assets, self.files, report)
        self.questions = QuestionStore(resolver=self.resolver, ids=self.ids, **common)
        self.bodies = BodyBuilder(resolver=self.resolver, questions=self.questions, report=report, ids=self.ids)

    def write(self, *, parent_slug: str, update: bool) -> None:
        """Files first and pages before their texts, so that every link has an id to lead to."""
        page = CoursePage.objects.filter(origin=FORMAT, origin_key=self.course.id).first()
        if page is not None and not update:
            raise CourseRefused(
                _(
                    "The course “%(title)s” (%(id)s) was imported before, so nothing was changed. "
                    "Add --update to bring it up to date."
                )
                % {"title": page.title, "id": self.course.id}
            )
        if page is not None and parent_slug and page.get_parent().slug != parent_slug:
            raise CourseRefused(
                _(
                    "The course stands in the catalog “%(slug)s”, so nothing was changed. "
                    "Leave out --parent, or move the course in the admin first."
                )
                % {"slug": page.get_parent().slug}
            )
        if page is None:
            page = self.new_course_page(chosen_catalog(parent_slug, self.course.language))
        self.files.write_all()
        modules, lessons = self.tree(page)
        self.resolver.pages = {"": page.pk, **{key: entry.pk for key, entry in {**modules, **lessons}.items()}}
        self.publish_course(page)
        names = item_names(self.course)
        for chapter in self.course.chapters:
            values = {"title": chapter.name, "summary": chapter.summary}
            self.pages.publish(modules[chapter.key], values, live=not chapter.staff_only)
            for section in chapter.sections:
                for unit in section.units:
                    self.publish_lesson(lessons[unit.key], unit, section, names.get(section.key, ""))
                self.note_nothing_graded(chapter, section)
        self.note_language(page)
        self.note_staff_only()
        self.questions.unpublish_removed()
        self.pages.unpublish_removed()
        self.files.list_removed()
        self.files.list_unused_captions()
        for changed in (*self.pages.changed, *self.questions.changed):
            ReferenceIndex.create_or_update_for_object(changed)

    # Course -----------------------------------------------------------------------

    def new_course_page(self, catalog: CatalogPage) -> CoursePage:
        """What an editor may change later is set once, here; an update leaves it alone."""
        course = self.course
        page = CoursePage(
            title=course.title,
            slug=self.pages.slug(catalog, course.title),
            origin=FORMAT,
            origin_key=course.id,
            summary=course.summary,
            live=False,
            enrollment_policy=EnrollmentPolicy.ASSIGNED if course.invitation_only else EnrollmentPolicy.OPEN,
            visibility=Visibility.HIDDEN if course.hidden else Visibility.PEOPLE,
        )
        catalog.add_child(instance=page)
        return page

    def note_language(self, page: CoursePage) -> None:
        language, there = self.course.language, page.locale.language_code
        if language and there.split("-")[0] != language.split("-")[0]:
            reason = _("The course is in “%(language)s” and stands in a catalog in “%(other)s”.") % {
                "language": language,
                "other": there,
            }
            self.report.note("language", language, self.course.title, reason)

    def publish_course(self, page: CoursePage) -> None:
        course = self.course
        self.resolver.place = course.title
        values: dict[str, Any] = {"title": course.title}
        if course.pass_mark is not None:
            values["pass_mark"] = course.pass_mark
        if course.about:
            values["about"] = one_text(course.about, self.resolver, course.title)
        if course.summary or not page.summary:
            values["summary"] = course.summary or self.fallback_summary(str(values.get("about", "")))
        if course.outcomes:
            items = [
                {"type": "outcome", "value": text, "id": self.ids.of(f"outcome:{number}")}
                for number, text in enumerate(course.outcomes)
            ]
            values["outcomes"] = page.outcomes.stream_block.to_python(items)
        cover = self.cover()
        if cover is not None and (page.cover is None or page.cover.origin == FORMAT):
            values["cover"] = cover
        graders = [(g.name, g.short_label, g.weight, g.expected, g.drop_lowest) for g in course.graders]
        if regraded := bool(graders) and self.graders_of(page) != graders:
            # How items add up is chosen here: an export does not say it.
            known = {category.name: category for category in page.grading_categories.all()}
            rows = [
                GradingCategory(
                    name=grader.name,
                    aggregation=known[grader.name].aggregation if grader.name in known else Aggregation.MEAN,
                    empty_counts_zero=grader.name not in known or known[grader.name].empty_counts_zero,
                    short_label=grader.short_label,
                    weight=grader.weight,
                    expected=grader.expected,
                    drop_lowest=grader.drop_lowest,
                    sort_order=number,
                )
                for number, grader in enumerate(course.graders)
            ]
            # Set as a form does; they are written with the page.
            page.grading_categories.set(rows)
        self.pages.publish(page, values, changed=regraded)

    def graders_of(self, page: CoursePage) -> list[tuple[str, str, Decimal, int, int]]:
        return list(
            page.grading_categories.order_by("sort_order").values_list(
                "name", "short_label", "weight", "expected", "drop_lowest"
            )
        )

    def fallback_summary(self, about: str) -> str:
        """The description's first words; without one, what the course is made of."""
        text = plain_text(about.replace("</h3>", ". "))
        if text:
            return Truncator(text).chars(200)
        lessons = ngettext("%(count)d lesson", "%(count)d lessons", self.report.lessons) % {
            "count": self.report.lessons
        }
        return (
            ngettext(
                "%(modules)d module with %(lessons)s, by %(org)s.",
                "%(modules)d modules with %(lessons)s, by %(org)s.",
                self.report.modules,
            )
            % {"modules": self.report.modules, "lessons": lessons, "org": self.course.org}
        )[:200]

    def cover(self) -> Image | None:
        address = understood(self.course.image, self.course)
        path = self.assets.find(address.value if address.kind == Kind.ASSET else self.course.image)
        row = self.files.row(path) if path else None
        if path is None and self.course.image != "images_course_image.jpg":
            self.report.skip("asset", self.course.image, _("Cover of the course"), _("The file is not in the export."))
        return row if isinstance(row, Image) else None

    # Modules and lessons --------------------------------------------------------------

    def tree(self, page: CoursePage) -> tuple[dict[str, ModulePage], dict[str, LessonPage]]:
        """Every module and lesson in its place, by usage key."""
        modules = self.pages.order(
            page, [self.pages.page(ModulePage, page, chapter.key, chapter.name) for chapter in self.course.chapters]
        )
        lessons: dict[str, LessonPage] = {}
        for chapter, module in zip(self.course.chapters, modules, strict=True):
            units = [unit for section in chapter.sections for unit in section.units]
            made = [self.pages.page(LessonPage, module, unit.key, unit.name) for unit in units]
            if made:
                made = self.pages.order(module, made)
            lessons.update((lesson.origin_key, lesson) for lesson in made)
        return {module.origin_key: module for module in modules}, lessons

    def publish_lesson(self, page: LessonPage, unit: Unit, section: Section, graded_as: str) -> None:
        blocks, minutes = self.bodies.body(unit)
        values = {
            "title": unit.name,
            "section": section.name,
            "section_key": section.key,
            "minutes": minutes,
            "body": page.body.stream_block.to_python(blocks),
        }
        # An export that grades nothing leaves what was chosen here.
        if section.category:
            values["grading_category"], values["graded_as"] = section.category, graded_as
        self.pages.publish(page, values, live=not unit.staff_only)

    def note_nothing_graded(self, chapter: Chapter, section: Section) -> None:
        """A graded section whose work could not arrive counts for nobody, and an editor has to know."""
        blocks = [block for unit in section.units if not unit.staff_only for block in every_block(unit.blocks)]
        asks = any(isinstance(block, Questions) and block.type == "problem" and block.questions for block in blocks)
        if section.category and not asks and any(isinstance(block, Unsupported) for block in blocks):
            reason = _(
                "It is graded as “%(category)s” in the original, but nothing arrived that gives points, so it does not "
                "count. To grade it by hand, add a lesson with that category."
            ) % {"category": section.category}
            self.report.note("sequential", section.name, chapter.name, reason)

    def note_staff_only(self) -> None:
        """What the original shows to staff only stays a draft here."""
        reason = _("Visible to staff only in the original; it was imported as an unpublished draft.")
        for chapter in self.course.chapters:
            if chapter.staff_only:
                self.report.note("chapter", chapter.name, chapter.name, reason)
                continue
            for place, unit in units_of(chapter):
                if unit.staff_only:
                    self.report.note("vertical", unit.name, place, reason)


def item_names(course: Course) -> dict[str, str]:
    """What the lessons of each graded section are graded as: its name, behind the chapter's where another section of
    the category has the same one, with a number where that does not tell them apart either."""
    graded = [(chapter, section) for chapter in course.chapters for section in chapter.sections if section.category]
    same = Counter((section.category, section.name) for _chapter, section in graded)
    taken: set[tuple[str, str]] = set()
    names = {}
    for chapter, section in graded:
        is_alone = same[section.category, section.name] == 1
        base = name = section.name if is_alone else f"{chapter.name[:40]}: {section.name}"
        number = 1
        while (section.category, name) in taken:
            number += 1
            name = f"{base} ({number})"
        taken.add((section.category, name))
        names[section.key] = name
    return names


def every_block(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks and those of the first group of an A/B test, which is the one that is shown."""
    for block in blocks:
        yield block
        if isinstance(block, Split):
            yield from every_block(block.groups[0].blocks)


def units_of(chapter: Chapter) -> list[tuple[str, Unit]]:
    return [
        (" › ".join(part for part in (chapter.name, section.name, unit.name) if part), unit)
        for section in chapter.sections
        for unit in section.units
    ]


def chosen_catalog(slug: str, language: str) -> CatalogPage:
    """The catalog to import into. Raises CourseRefused with the names to choose from."""
    catalogs = list(CatalogPage.objects.order_by("path"))
    names = ", ".join(sorted({catalog.slug for catalog in catalogs}))
    if not catalogs:
        raise CourseRefused(
            _(
                "The site has no catalog to put the course in. Create a catalog page below the home page, then try again."
            )
        )
    if slug:
        found = [catalog for catalog in catalogs if catalog.slug == slug]
        if not found:
            raise CourseRefused(
                _("There is no catalog “%(slug)s”. Choose one of these with --parent: %(names)s.")
                % {"slug": slug[:80], "names": names}
            )
        catalogs = found
    if len(catalogs) > 1:
        # The same catalog in another language is no real choice.
        catalogs = [catalog for catalog in catalogs if catalog.locale.language_code == language] or catalogs
    if len(catalogs) > 1:
        raise CourseRefused(
            _("The site has several catalogs. Say with --parent which one to use: %(names)s.") % {"names": names}
        )
    return catalogs[0]
