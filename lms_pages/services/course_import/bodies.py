"""The body of a lesson from the blocks of its unit."""

from collections import Counter
from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext as _

from lms_pages.importers.broken import first_problem
from lms_pages.importers.html import lesson_blocks
from lms_pages.importers.olx.tree import Block, HtmlText, Questions, Split, Unit, Unsupported, Video
from lms_pages.importers.report import Report
from lms_pages.services.course_import.identity import Ids
from lms_pages.services.course_import.questions import QuestionStore
from lms_pages.services.course_import.resolver import CourseResolver
from workbench.html import plain_text

WORDS_A_MINUTE = 200
SECONDS_A_QUESTION = 30
# Names that Studio gives; over a knowledge check they say nothing.
DEFAULT_NAMES = {
    "blank common problem", "blank advanced problem", "checkboxes", "checkboxes with hints and feedback", "dropdown",
    "dropdown with hints and feedback", "multiple choice", "multiple choice with hints and feedback",
    "numerical input", "numerical input with hints and feedback", "poll", "problem", "survey", "text input",
    "text input with hints and feedback", "multi-select", "single select",
}  # fmt: skip

RawBlock = dict[str, Any]


class BodyBuilder:
    """Builds bodies as StreamField raw data. What cannot arrive is counted and listed as it is met."""

    def __init__(self, *, resolver: CourseResolver, questions: QuestionStore, report: Report, ids: Ids):
        self.resolver, self.questions, self.report, self.ids = resolver, questions, report, ids
        self.variants: list[RawBlock] = []
        self.seconds = 0.0

    def body(self, unit: Unit) -> tuple[list[RawBlock], int]:
        """The blocks of a lesson, the texts of other A/B groups behind the first one's; and its minutes."""
        self.seconds = 0.0
        blocks: list[RawBlock] = []
        for block in unit.blocks:
            self.variants = []
            blocks += self.blocks(block)
            blocks += self.variants
        seconds = self.seconds + 60 * word_count(blocks) / WORDS_A_MINUTE
        return blocks, max(1, round(seconds / 60))

    def blocks(self, block: Block) -> list[RawBlock]:
        self.resolver.place = block.place
        match block:
            case HtmlText():
                return self.text(block)
            case Video():
                return self.video(block)
            case Questions():
                return self.check(block)
            case Split():
                return self.split(block)
            case Unsupported():
                return [self.placeholder(block, block.reason)]
        raise TypeError(type(block))

    def made(self, block: Block, type: str, value: Any, suffix: str = "") -> RawBlock:
        return {"type": type, "value": value, "id": self.ids.of(f"{block.key}{suffix}")}

    def placeholder(self, block: Block, reason: str) -> RawBlock:
        return self.made(block, "placeholder", {"kind": block.type, "name": block.title, "reason": reason})

    def pieces(self, block: Block, html: str, first: bool = True) -> list[RawBlock]:
        """The first piece has the block's own id; the others count by their kind, so that a new picture moves no text."""
        seen: Counter[str] = Counter()
        made: list[RawBlock] = []
        for type, value in lesson_blocks(html, self.resolver, block.title):
            seen[type] += 1
            suffix = "" if first and not made else f":{type}:{seen[type]}"
            made.append(self.made(block, type, value, suffix))
        return made

    def text(self, block: HtmlText) -> list[RawBlock]:
        self.report.imported[block.type] += 1
        if problem := first_problem(block.html):
            self.report.skip("markup", block.name, block.place, _("Broken HTML was mended: %s") % problem)
        if "<script" in block.html.lower() and has_own_script(block.html):
            self.report.note(
                block.type,
                block.name,
                block.place,
                _("Its script was left out; what the script drew or moved is missing."),
            )
        return self.pieces(block, block.html)

    # Questions ----------------------------------------------------------------------

    def check(self, block: Questions) -> list[RawBlock]:
        self.report.imported[block.type] += 1
        made: list[RawBlock] = []
        if block.questions:
            keys = [(data.key, self.questions.question(data, block)) for data in block.questions]
            self.seconds += SECONDS_A_QUESTION * len(keys)
            value = {
                "title": "" if block.title.lower() in DEFAULT_NAMES else block.title[:120],
                "questions": [
                    {"type": "item", "id": self.ids.of(f"{key}:item"), "value": question} for key, question in keys
                ],
            }
            made.append(self.made(block, "knowledge_check", value))
        return made + self.pieces(block, block.text, first=not made)

    # Video --------------------------------------------------------------------------

    def video(self, block: Video) -> list[RawBlock]:
        media = self.resolver.media(list(block.sources), list(block.captions), block.seconds)
        self.seconds += block.seconds
        if media is not None:
            self.report.imported[block.type] += 1
            return [self.made(block, media.type, {"title": block.title[:160], "media": media.pk})]
        url = f"https://www.youtube.com/watch?v={block.youtube}" if block.youtube else None
        url = url or self.resolver.embeddable(list(block.sources))
        if url:
            self.report.imported[block.type] += 1
            captions = [self.resolver.by_name(caption) for caption in block.captions]
            transcript = self.resolver.files.transcript(captions, block.place)
            return [
                self.made(
                    block, "embed", {"url": url, "title": (block.title or _("Video"))[:160], "transcript": transcript}
                )
            ]
        return self.remote_video(block)

    def remote_video(self, block: Video) -> list[RawBlock]:
        """A video that is neither here nor on a host that may be embedded: a placeholder, and a link if it has an address."""
        links = [source for source in block.sources if source.startswith(("https://", "http://"))]
        link = next((source for source in links if not source.split("?")[0].endswith(".m3u8")), next(iter(links), ""))
        if not link:
            reason = _("The video file is not in the export.")
            self.report.skip_block(block.type, block.name, block.place, reason)
            return [self.placeholder(block, reason), *self.transcript(block)]
        host = link.split("/")[2]
        reason = _("The video is kept on %(host)s, which may not be embedded. Upload it, or use the link.") % {
            "host": host
        }
        self.report.skip_block(block.type, block.name, block.place, reason)
        label = _("Open “%(name)s” on %(host)s") % {"name": block.name, "host": host}
        text = f'<p><a href="{escape(link)}">{escape(label)}</a></p>'
        return [self.placeholder(block, reason), self.made(block, "text", text, ":link"), *self.transcript(block)]

    def transcript(self, block: Video) -> list[RawBlock]:
        """What is said in a video that is not here, to open on demand."""
        said = self.resolver.files.transcript([self.resolver.by_name(c) for c in block.captions], block.place)
        if not said:
            return []
        item = {"title": _("Transcript"), "text": f"<p>{escape(said)}</p>"}
        items = [{"type": "item", "id": self.ids.of(f"{block.key}:transcript:item"), "value": item}]
        return [self.made(block, "accordion", {"items": items}, ":transcript")]

    # A/B tests ------------------------------------------------------------------------

    def split(self, block: Split) -> list[RawBlock]:
        """The first group's blocks; the others wait as variants, which learners never see."""
        self.report.imported[block.type] += 1
        first, *others = block.groups
        shown = [made for inner in first.blocks for made in self.blocks(inner)]
        spent = self.seconds
        for group in others:
            content = [made for inner in group.blocks for made in self.blocks(inner)]
            variant = {"name": group.name, "content": content}
            self.variants.append({"type": "variant", "value": variant, "id": self.ids.of(f"{group.key}:variant")})
        self.seconds = spent
        return shown


def has_own_script(html: str) -> bool:
    """Whether a script of the page's own does something; the one that Studio's themes load does not count."""
    lower = html.lower()
    return any(part.split(">", 1)[-1].split("</script")[0].strip() for part in lower.split("<script")[1:])


def word_count(blocks: list[RawBlock]) -> int:
    return sum(len(plain_text(block["value"]).split()) for block in blocks if block["type"] == "text")
