"""The pages of a course: found by their origin, made, put in order, published."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.models import Page

from lms_pages.importers.olx.tree import Course
from lms_pages.importers.report import Report
from lms_pages.models import CoursePage, LessonPage, ModulePage
from lms_pages.services.course_import.identity import rows_of

P = TypeVar("P", CoursePage, ModulePage, LessonPage)


class PageStore:
    """Keeps page ids, addresses and translation keys; a page that did not change gets no new revision."""

    def __init__(self, *, course: Course, report: Report, origin: str):
        self.report, self.origin = report, origin
        prefix = f"block-v1:{course.org}+{course.number}+{course.run}+type@"
        self.known: dict[str, ModulePage | LessonPage] = {
            page.origin_key: page for model in (ModulePage, LessonPage) for page in rows_of(model, origin, prefix)
        }
        self.kept: set[str] = set()
        self.slugs: dict[int, set[str]] = {}
        self.changed: list[Page] = []

    def page(self, model: type[P], parent: Page, key: str, title: str) -> P:
        """The page for a part of the course, below ``parent``; a new one is a draft until it is published."""
        page = self.known.get(key)
        if not isinstance(page, model):
            page = model(origin=self.origin, origin_key=key, title=title, slug=self.slug(parent, title), live=False)
            parent.add_child(instance=page)
            self.known[key] = page
        elif page.get_parent().pk != parent.pk:
            page.slug = self.slug(parent, page.title)
            page.save(update_fields=["slug"])
            page.move(parent, pos="last-child")
            page = self.known[key] = model.objects.get(pk=page.pk)
        self.kept.add(key)
        return page

    def slug(self, parent: Page, title: str) -> str:
        """An address part that no other page below ``parent`` has."""
        if parent.pk not in self.slugs:
            self.slugs[parent.pk] = set(parent.get_children().values_list("slug", flat=True))
        taken = self.slugs[parent.pk]
        base = slugify(title, allow_unicode=True)[:200].strip("-") or "lesson"
        slug, number = base, 1
        while slug in taken:
            number += 1
            slug = f"{base}-{number}"
        taken.add(slug)
        return slug

    def order(self, parent: Page, pages: list[P]) -> list[P]:
        """Put ``pages`` into the export's order; pages that editors added stay behind the one they followed."""
        wanted = [page.pk for page in pages]
        there = list(parent.get_children().values_list("pk", flat=True))
        if [pk for pk in there if pk in set(wanted)] == wanted:
            return pages
        before: int | None = None
        for pk in wanted:
            page = Page.objects.get(pk=pk)
            if before is None:
                first = parent.get_children().first()
                if first is not None and first.pk != pk:
                    page.move(first, pos="left")
            else:
                page.move(Page.objects.get(pk=before), pos="right")
            before = pk
        # A move shifts the paths of pages beside and below it.
        for model in (ModulePage, LessonPage):
            rows = model.objects.in_bulk([page.pk for page in self.known.values() if isinstance(page, model)])
            self.known.update({page.origin_key: page for page in rows.values()})
        return [self.known[page.origin_key] for page in pages]

    def publish(self, page: P, values: dict[str, Any], *, live: bool = True, changed: bool = False) -> None:
        """Write ``values`` as a new revision if they differ, and publish it; ``live`` off keeps it a draft."""
        changed = changed or page.latest_revision_id is None
        if changed or any(plain(getattr(page, name)) != plain(value) for name, value in values.items()):
            for name, value in values.items():
                setattr(page, name, value)
            # Publishing, and saving a draft, clean the page as a whole.
            revision = page.save_revision(clean=False)
            if live:
                revision.publish()
            else:
                page.save()
            self.changed.append(page)
        elif live and not page.live:
            page.save_revision().publish()
            self.changed.append(page)
        if not live and page.live:
            page.unpublish()

    def unpublish_removed(self) -> None:
        for key, page in self.known.items():
            if key in self.kept:
                continue
            if page.live:
                page.unpublish()
            reason = _("Not in the new export. It was unpublished; nothing was deleted.")
            kind = "chapter" if isinstance(page, ModulePage) else "vertical"
            self.report.list_once("removed", kind, page.title, page.url_path, reason)


def plain(value: Any) -> Any:
    """Something to compare: a StreamField's raw data without looking anything up."""
    raw = getattr(value, "raw_data", None)
    return [dict(block) for block in raw] if isinstance(raw, Iterable) else value
