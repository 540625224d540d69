"""What the addresses in a course's texts lead to, once its files and pages have ids."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from library.models import Document, Image, Media
from lms_pages.importers.olx.addresses import Kind, understood
from lms_pages.importers.olx.assets import Assets
from lms_pages.importers.olx.tree import Caption, Course
from lms_pages.importers.report import Report
from lms_pages.services.course_import.files import FileStore

DATA_PICTURE = re.compile(r"^data:image/(png|jpe?g|gif|webp|svg\+xml);base64,(.+)$", re.S | re.I)
EXTENSIONS = {"svg+xml": "svg"}
# A transparent pixel that pushes things apart is smaller than any real picture.
MAX_SPACER_BYTES = 200


@dataclass
class CourseResolver:
    """Resolves addresses for one text after another; ``place`` is where the text stands, for the report."""

    course: Course
    assets: Assets
    files: FileStore
    report: Report
    # Usage key of a chapter or unit -> page id; "" is the course's own.
    pages: dict[str, int] = field(default_factory=dict)
    place: str = ""

    def link(self, href: str) -> dict[str, str] | None:
        address = understood(href, self.course)
        match address.kind:
            case Kind.OUTSIDE:
                return {"href": address.value}
            case Kind.COURSE:
                return self.page_link("")
            case Kind.BLOCK:
                if link := self.page_link(self.course.targets.get(address.value, "-")):
                    return link
                self.report.skip("link", href, self.place, _("It leads to a part that is not in the export."))
            case Kind.ASSET:
                return self.asset_link(address.value)
            case Kind.DEAD if address.value:
                self.report.skip("link", href, self.place, _("It leads to a page of the old site."))
        return None

    def page_link(self, key: str) -> dict[str, str] | None:
        page = self.pages.get(key)
        return {"linktype": "page", "id": str(page)} if page else None

    def asset_link(self, name: str) -> dict[str, str] | None:
        path = self.found(name)
        row = self.files.row(path) if path else None
        if row is None:
            return None
        if isinstance(row, Document):
            return {"linktype": "document", "id": str(row.pk)}
        return {"href": row.file.url}

    def found(self, name: str) -> str | None:
        """The path of a file; a missing one is listed with the place that asks for it."""
        path = self.assets.find(name)
        if path is None:
            self.report.skip("asset", name, self.place, _("The file is not in the export."))
        return path

    def image(self, src: str) -> int | None:
        if src.startswith("data:"):
            return self.embedded_image(src)
        address = understood(src, self.course)
        if address.kind == Kind.ASSET:
            path = self.found(address.value)
            row = self.files.row(path) if path else None
            return row.pk if isinstance(row, Image) else None
        if address.kind == Kind.OUTSIDE:
            host = urlsplit(address.value).hostname or address.value
            reason = _("The picture is kept on %(host)s. It became a link; upload it to show it.") % {"host": host}
            self.report.skip("asset", src, self.place, reason)
        elif address.value:
            self.report.skip("asset", src, self.place, _("The picture is not in the export."))
        return None

    def embedded_image(self, src: str) -> int | None:
        """A picture written into the text itself."""
        found = DATA_PICTURE.match(unquote(src))
        if found is None:
            return None
        try:
            data = base64.b64decode("".join(found[2].split()), validate=True)
        except (binascii.Error, ValueError):
            return None
        if len(data) <= MAX_SPACER_BYTES:
            return None
        kind = found[1].lower()
        name = f"embedded/{hashlib.sha256(data).hexdigest()[:16]}.{EXTENSIONS.get(kind, kind)}"
        return self.files.embedded(name, data, self.place)

    def recording(self, sources: list[str], captions: list[tuple[str, str]]) -> tuple[str, int] | None:
        media = self.media(sources, [Caption(language, name) for language, name in captions])
        return (media.type, media.pk) if media else None

    def media(self, sources: list[str], captions: list[Caption], seconds: float = 0) -> Media | None:
        """The first of ``sources`` that is a recording of the export, with its captions."""
        for source in sources:
            address = understood(source, self.course)
            if address.kind != Kind.ASSET:
                continue
            path = self.found(address.value)
            row = self.files.row(path) if path else None
            if isinstance(row, Media):
                self.files.caption(row, [self.by_name(c) for c in captions], seconds, self.place)
                return row
        return None

    def by_name(self, caption: Caption) -> Caption:
        """Captions are named with or without the folder they are in."""
        address = understood(caption.name, self.course)
        return Caption(caption.language, address.value if address.kind == Kind.ASSET else caption.name)

    def embeddable(self, sources: list[str]) -> str | None:
        """The first source on a host that may be embedded."""
        for source in sources:
            parts = urlsplit(source)
            if parts.scheme == "https" and (parts.hostname or "").lower() in settings.LECTERN_EMBED_HOSTS:
                return source
        return None
