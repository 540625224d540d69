"""The files of a course as images, documents and media of the library."""

import hashlib
from functools import partial
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, Any

import willow
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from library.models import Document, Image, Media
from lms_pages.importers.archive import CourseFiles
from lms_pages.importers.captions import CaptionsUnreadable, as_vtt, spoken
from lms_pages.importers.olx.assets import FOLDER, Assets
from lms_pages.importers.olx.source import decoded
from lms_pages.importers.olx.tree import Caption, Course
from lms_pages.importers.report import Report
from lms_pages.services.course_import.identity import rows_of
from workbench.svg import SvgRefused, clean_svg

CAPTION_EXTENSIONS = {"srt", "sjson", "vtt"}
MAX_IMAGE_BYTES = 40 * 1024 * 1024
CHUNK = 1024 * 1024
FORMATS = {"jpg": "jpeg"}


class Stored:
    """What was written to storage during one import, so that it can be taken back."""

    def __init__(self) -> None:
        self.written: list[tuple[Any, str]] = []

    def save(self, field: FieldFile, name: str, content: File) -> None:
        """Store ``content``; the file it replaces goes when the transaction is committed."""
        before = field.name
        storage = field.storage
        field.save(name, content, save=False)
        self.written.append((storage, field.name or ""))
        if before:
            transaction.on_commit(partial(storage.delete, before))

    def undo(self) -> None:
        for storage, name in self.written:
            storage.delete(name)
        self.written.clear()


def extension_of(name: str) -> str:
    return PurePosixPath(name).suffix.lstrip(".").lower()


def model_for(name: str) -> type[Image | Document | Media] | None:
    extension = extension_of(name)
    if extension in settings.WAGTAILIMAGES_EXTENSIONS:
        return Image
    if extension in {*settings.WAGTAILMEDIA["AUDIO_EXTENSIONS"], *settings.WAGTAILMEDIA["VIDEO_EXTENSIONS"]}:
        return Media
    return Document if extension in settings.WAGTAILDOCS_EXTENSIONS else None


class FileStore:
    """Finds or makes the row for each file. A file that did not change keeps its row untouched."""

    def __init__(
        self, *, course: Course, files: CourseFiles, assets: Assets, report: Report, stored: Stored, origin: str
    ):
        self.course, self.files, self.assets, self.report = course, files, assets, report
        self.stored, self.origin = stored, origin
        prefix = course.asset_key("")
        self.known = {
            (model, row.origin_key): row for model in (Image, Document, Media) for row in rows_of(model, origin, prefix)
        }
        self.rows: dict[str, Image | Document | Media | None] = {}
        self.used_captions: set[str] = set()

    def write_all(self) -> None:
        """Every file that Lectern can keep, also those that no lesson shows yet."""
        for path in self.assets.names:
            if extension_of(path) not in CAPTION_EXTENSIONS:
                self.row(path)

    def list_unused_captions(self) -> None:
        for path in self.assets.names:
            if extension_of(path) in CAPTION_EXTENSIONS and path not in self.used_captions and path not in self.rows:
                self.report.skip(
                    "asset", path[len(FOLDER) :], path, _("Captions that belong to no video of the export.")
                )

    def list_removed(self) -> None:
        kept = {(type(row), row.origin_key) for row in self.rows.values() if row is not None}
        for place, row in self.known.items():
            if place not in kept:
                reason = _("Not in the new export. The file was kept; nothing was deleted.")
                self.report.list_once("removed", "asset", row.title, _("Library"), reason)

    def row(self, path: str) -> Image | Document | Media | None:
        """The library's row for a file of the export; None, and listed, when it cannot be kept."""
        if path not in self.rows:
            self.rows[path] = self.write(path)
            self.report.media += self.rows[path] is not None
        return self.rows[path]

    def write(self, path: str) -> Image | Document | Media | None:
        name = path[len(FOLDER) :]
        model = model_for(path)
        if model is None:
            reason = _("Files of the kind .%(kind)s are not kept.") % {"kind": extension_of(path) or "?"}
            self.report.skip("asset", name, path, reason)
            return None
        if model is not Image:
            with self.files.open(path) as stream:
                return self.keep(model, name, stream, digest(stream), self.files.size(path))
        if self.files.size(path) > MAX_IMAGE_BYTES:
            self.report.skip("asset", name, path, _("The picture is larger than 40 MB. Make it smaller."))
            return None
        with self.files.open(path) as stream:
            return self.picture(name, stream.read(), path)

    def picture(self, name: str, data: bytes, place: str) -> Image | None:
        """An image from its bytes; drawings are freed of scripts first. None, and listed, when it is none."""
        try:
            if extension_of(name) == "svg":
                data = clean_svg(data)
            width, height, kind = checked_size(data, extension_of(name))
        except (SvgRefused, ValueError) as error:
            self.report.skip("asset", name, place, str(error) or _("The picture cannot be read."))
            return None
        file_name = PurePosixPath(name).name if kind == extension_of(name) else f"{PurePosixPath(name).stem}.{kind}"
        row = self.keep(
            Image, name, BytesIO(data), digest(BytesIO(data)), len(data), file_name, width=width, height=height
        )
        assert isinstance(row, Image)
        return row

    def embedded(self, name: str, data: bytes, place: str) -> int | None:
        """The id of a picture that was written into a text; the same picture twice is one."""
        if name not in self.rows:
            self.rows[name] = self.picture(name, data, place)
            self.report.media += self.rows[name] is not None
        row = self.rows[name]
        return row.pk if row is not None else None

    def keep(
        self,
        model: type[Image | Document | Media],
        name: str,
        stream: IO[bytes],
        sha1: str,
        size: int,
        file_name: str = "",
        **values: Any,
    ) -> Image | Document | Media:
        key = self.course.asset_key(name)
        if len(key) > 255:
            key = f"{key[:200]}~{hashlib.sha256(key.encode()).hexdigest()[:32]}"
        row = self.known.get((model, key))
        if row is not None and is_same(row, sha1, size):
            return row
        if row is None:
            row = model(origin=self.origin, origin_key=key, title=PurePosixPath(name).name[:255])
            self.known[(model, key)] = row
        self.stored.save(row.file, (file_name or PurePosixPath(name).name)[-120:], File(stream))
        if isinstance(row, Media):
            audio = extension_of(name) in settings.WAGTAILMEDIA["AUDIO_EXTENSIONS"]
            row.type = "audio" if audio else "video"
        else:
            row.file_size, row.file_hash = size, sha1
        for field, value in values.items():
            setattr(row, field, value)
        row.save()
        if isinstance(row, Image):
            row.renditions.all().delete()
        return row

    # Captions ------------------------------------------------------------------

    def caption(self, media: Media, captions: list[Caption], seconds: float, place: str) -> None:
        """Give a media file its captions in the course's language, and the transcript that follows from them."""
        found = self.best_caption(captions, place)
        vtt = found[1] if found else ""
        changed = bool(seconds) and media.duration != seconds
        media.duration = seconds or media.duration
        if vtt and vtt != self.current_caption(media):
            name = f"{PurePosixPath(media.file.name).stem}.vtt"
            self.stored.save(media.captions, name, ContentFile(vtt.encode()))
            media.transcript = spoken(vtt)
            changed = True
        if changed:
            media.save()

    def transcript(self, captions: list[Caption], place: str) -> str:
        found = self.best_caption(captions, place)
        return spoken(found[1]) if found else ""

    def current_caption(self, media: Media) -> str:
        if not media.captions:
            return ""
        try:
            with media.captions.open("rb") as stream:
                return stream.read().decode()
        except (OSError, UnicodeDecodeError):
            return ""

    def best_caption(self, captions: list[Caption], place: str) -> tuple[str, str] | None:
        """The (path, WebVTT) that suits best: the course's language, then English, then whatever there is."""
        wanted = (self.course.language, "", "en")
        order = sorted(captions, key=lambda c: wanted.index(c.language) if c.language in wanted else len(wanted))
        best = None
        for caption in order:
            path = self.assets.find(caption.name.removeprefix("/").removeprefix(FOLDER))
            if path is None:
                continue
            self.used_captions.add(path)
            try:
                vtt = as_vtt(decoded(self.files.read(path))[0], extension_of(path))
            except CaptionsUnreadable:
                self.report.skip("asset", path[len(FOLDER) :], place, _("The captions cannot be read."))
                continue
            if best is None:
                best = (path, vtt)
            elif best[0] != path:
                reason = _("Captions in a second language; a recording has captions in one.")
                self.report.skip("asset", path[len(FOLDER) :], place, reason)
        return best


def digest(stream: IO[bytes]) -> str:
    sha1 = hashlib.sha1(usedforsecurity=False)
    while chunk := stream.read(CHUNK):
        sha1.update(chunk)
    stream.seek(0)
    return sha1.hexdigest()


def is_same(row: Image | Document | Media, sha1: str, size: int) -> bool:
    """Whether the row holds this very file."""
    if not isinstance(row, Media):
        return row.file_hash == sha1
    try:
        if row.file.size != size:
            return False
        with row.file.open("rb") as stream:
            return digest(stream) == sha1
    except OSError:
        return False


def checked_size(data: bytes, extension: str) -> tuple[int, int, str]:
    """Width, height and the extension that fits: authors rename pictures, and browsers do not mind.

    Raises ValueError with a sentence for what is no picture, one of a kind that is not kept, or one too large to be drawn.
    """
    try:
        picture = willow.Image.open(BytesIO(data))
        width, height = picture.get_size()
        pixels = width * height * picture.get_frame_count()
    except Exception:
        # Pillow and its plugins raise whatever they meet in a damaged file.
        raise ValueError(_("The picture is damaged or of another kind than its name says.")) from None
    kind = extension if picture.format_name == FORMATS.get(extension, extension) else picture.format_name
    # A drawing under the name of a photograph was not freed of scripts.
    if kind not in settings.WAGTAILIMAGES_EXTENSIONS or (kind == "svg") != (extension == "svg"):
        raise ValueError(
            _("The picture is a %(found)s file under the name of a .%(kind)s.")
            % {"found": picture.format_name, "kind": extension}
        )
    if pixels > getattr(settings, "WAGTAILIMAGES_MAX_IMAGE_PIXELS", 128_000_000):
        raise ValueError(_("The picture has too many pixels to be drawn."))
    return width, height, kind
