"""What stands in a unit: text, video, problem, poll, survey, A/B test, and what Lectern does not have."""

import json
import re
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from lxml import etree

from lms_pages.importers.olx import details
from lms_pages.importers.olx.markup import inner_html
from lms_pages.importers.olx.polls import Unaskable, old_poll_question, poll_question, survey_questions
from lms_pages.importers.olx.problems import read_problem
from lms_pages.importers.olx.tree import (
    Block,
    Caption,
    Group,
    HtmlText,
    Questions,
    Split,
    Unsupported,
    Video,
)

if TYPE_CHECKING:
    from lms_pages.importers.olx.parse import CourseParser

# Only fold blocks together; their own name is never shown.
FOLDERS = {"vertical", "sequential", "wrapper", "unit"}
REASONS = {
    "discussion": gettext_lazy("Lectern has no discussions inside lessons."),
    "drag-and-drop-v2": gettext_lazy("Lectern has no drag-and-drop exercises."),
    "library_content": gettext_lazy("Lectern does not draw questions from a library inside a lesson."),
    "lti": gettext_lazy("Lectern opens no tools on other sites (LTI)."),
    "lti_consumer": gettext_lazy("Lectern opens no tools on other sites (LTI)."),
    "openassessment": gettext_lazy("Lectern has no open responses that people or peers grade."),
    "word_cloud": gettext_lazy("Lectern has no word clouds."),
}
UNKNOWN = gettext_lazy("Lectern has no block of the kind “%(type)s”.")
INSIDE = gettext_lazy("It stands inside a block of the kind “%(type)s”, which was not imported.")
# What Lectern has blocks or questions for.
READ = {"html", "video", "problem", "poll", "poll_question", "survey", "split_test"}
# Blocks that are counted even where they stand inside one that Lectern does not have.
COUNTED = READ | {"discussion", "word_cloud"}


class BlockReader:
    """Reads the blocks of units. Each one found is counted; what cannot arrive is listed at once."""

    def __init__(self, course: "CourseParser"):
        self.course = course

    def read(self, child: etree._Element, place: list[str], fallback: str) -> list[Block]:
        """The block that ``child`` is or names; several when it only folds others together."""
        if child.tag in FOLDERS:
            with self.course.opened(child) as (element, _attributes):
                return self.folded(element, place, fallback)
        path = self.course.own_path(child)
        where = " › ".join(place)
        element = self.course.source.leaf(path, where) if path else child
        root = element if element is not None else child
        attributes = self.course.settings_of(child, root)
        name = str(attributes.get("display_name") or attributes.get("block_name") or "").strip()
        key, url_name = self.course.key_of(child, fallback, where)
        self.course.report.found[str(child.tag)] += 1
        self.course.note_access(attributes, str(child.tag), name or url_name, place)
        block = Block(key, str(child.tag), name or url_name, where)
        if element is None:
            return [self.unsupported(block, _("Its file is broken and nothing in it could be read."))]
        if path is None and block.type in READ and is_named_only(child) and not self.has_text_file(child):
            return [self.unsupported(block, _("Its file is not in the export."))]
        return [self.made(block, root, attributes, place, url_name)]

    def folded(self, element: etree._Element, place: list[str], fallback: str) -> list[Block]:
        return [
            block
            for number, child in enumerate((c for c in element if isinstance(c.tag, str)), 1)
            for block in self.read(child, place, f"{fallback}-{number}")
        ]

    def made(
        self, block: Block, element: etree._Element, attributes: dict[str, Any], place: list[str], url_name: str
    ) -> Block:
        match block.type:
            case "html":
                return self.html(block, element, attributes, url_name)
            case "video":
                return video(block, element, attributes)
            case "problem" | "poll" | "survey" | "poll_question":
                return self.questions(block, element, attributes)
            case "split_test":
                return self.split(block, element, attributes, place, url_name)
        reason = REASONS.get(block.type) or UNKNOWN % {"type": block.type}
        self.skip_inside(block, element, set())
        return self.unsupported(block, str(reason))

    def unsupported(self, block: Block, reason: str) -> Unsupported:
        self.course.report.skip_block(block.type, block.name, block.place, reason)
        return Unsupported(block.key, block.type, block.name, block.place, reason=reason)

    def skip_inside(self, block: Block, element: etree._Element, seen: set[str]) -> None:
        """Count and list the blocks inside one that is not imported, so that none goes missing in silence."""
        for child in element:
            if not isinstance(child.tag, str):
                continue
            path = self.course.own_path(child)
            if child.tag in COUNTED:
                root = self.course.source.leaf(path, block.place) if path else child
                name = (root.get("display_name") if root is not None else "") or child.get("url_name") or ""
                self.course.report.found[child.tag] += 1
                self.course.report.skip_block(child.tag, name, block.place, INSIDE % {"type": block.type})
            elif child.tag in FOLDERS and path and path not in seen:
                self.skip_inside(block, self.course.source.container(path), {*seen, path})
            else:
                self.skip_inside(block, child, seen)

    # Text ---------------------------------------------------------------------

    def has_text_file(self, child: etree._Element) -> bool:
        return (
            child.tag == "html" and self.course.source.path_of("html", child.get("url_name") or "", ".html") is not None
        )

    def html(self, block: Block, element: etree._Element, attributes: dict[str, Any], url_name: str) -> Block:
        """The text of an html block: in the element itself, or in the .html file it names."""
        html = inner_html(element)
        if html.strip():
            return HtmlText(block.key, block.type, block.name, block.place, html=html)
        for name in (str(attributes.get("filename") or ""), str(attributes.get("url_name") or ""), url_name):
            if path := self.course.source.path_of("html", name.removesuffix(".html"), ".html"):
                text = self.course.source.text(path, block.place)
                return HtmlText(block.key, block.type, block.name, block.place, html=text)
        if attributes.get("filename"):
            return self.unsupported(
                block, _("Its text file html/%(name)s.html is not in the export.") % {"name": attributes["filename"]}
            )
        return HtmlText(block.key, block.type, block.name, block.place)

    # Questions ----------------------------------------------------------------

    def questions(self, block: Block, element: etree._Element, attributes: dict[str, Any]) -> Block:
        report = self.course.report
        text = ""
        try:
            match block.type:
                case "problem":
                    questions, text = read_problem(
                        key=block.key,
                        name=block.title,
                        element=element,
                        markdown=str(attributes.get("markdown") or ""),
                        remark=lambda reason: report.note(block.type, block.name, block.place, reason),
                        weight=str(attributes.get("weight") or ""),
                    )
                    if not questions and not text:
                        raise Unaskable(_("It is empty."))
                case "survey":
                    questions = survey_questions(block.key, attributes, block.title)
                case "poll":
                    questions = [poll_question(block.key, attributes, block.title)]
                case _:
                    questions = [old_poll_question(block.key, element, block.title)]
        except (Unaskable, etree.XMLSyntaxError) as error:
            reason = str(error) if isinstance(error, Unaskable) else _("Its file is broken.")
            return self.unsupported(block, reason)
        return Questions(block.key, block.type, block.name, block.place, questions=tuple(questions), text=text)

    # A/B tests ----------------------------------------------------------------

    def split(
        self, block: Block, element: etree._Element, attributes: dict[str, Any], place: list[str], url_name: str
    ) -> Block:
        names = self.group_names(attributes)
        groups = []
        for number, child in enumerate((c for c in element if isinstance(c.tag, str)), 1):
            fallback = f"{url_name}-{number}"
            if child.tag == "vertical":
                with self.course.opened(child) as (vertical, settings):
                    key, child_name = self.course.key_of(child, fallback, " › ".join(place))
                    label = names.get(child.get("url_name") or "") or settings.get("display_name") or f"{number}"
                    blocks = self.folded(vertical, [*place, label], child_name)
            else:
                key, label = f"{block.key}~{number}", names.get(child.get("url_name") or "") or f"{number}"
                blocks = self.read(child, [*place, label], fallback)
            groups.append(Group(name=f"{block.name}: {label}", key=key, blocks=tuple(blocks)))
        if not groups:
            return self.unsupported(block, _("It has no groups, so there is nothing to show."))
        return Split(block.key, block.type, block.name, block.place, groups=tuple(groups))

    def group_names(self, attributes: dict[str, Any]) -> dict[str, str]:
        """Block name of each group's unit -> the group's name."""
        course = self.course.policy.get(f"course/{self.course.run}", {})
        partitions = details.setting(course.get("user_partitions") or self.course.partitions)
        wanted = str(attributes.get("user_partition_id") or "")
        names = {
            str(group.get("id")): str(group.get("name") or "")
            for partition in (partitions if isinstance(partitions, list) else [])
            if isinstance(partition, dict) and str(partition.get("id")) == wanted
            for group in partition.get("groups") or []
            if isinstance(group, dict)
        }
        try:
            children = json.loads(attributes.get("group_id_to_child") or "{}")
        except ValueError:
            children = {}
        if not isinstance(children, dict):
            return {}
        return {re.split(r"[/@]", str(child))[-1]: names.get(group, "") for group, child in children.items()}


def is_named_only(child: etree._Element) -> bool:
    return not len(child) and not (child.text or "").strip() and set(child.attrib) == {"url_name"}


def video(block: Block, element: etree._Element, attributes: dict[str, Any]) -> Video:
    """Where the video is, and its captions by language."""
    sources = [source.get("src") or "" for source in element.iter("source")]
    listed = details.setting(attributes.get("html5_sources"))
    sources += [str(source) for source in listed] if isinstance(listed, list) else []
    sources += [str(attributes.get("source") or "")]
    sources += [encoded.get("url") or "" for encoded in element.iter("encoded_video") if is_playable(encoded)]
    captions = [
        Caption(entry.get("language") or entry.get("srclang") or "", entry.get("src") or "")
        for tag in ("transcript", "track")
        for entry in element.iter(tag)
    ]
    transcripts = details.setting(attributes.get("transcripts"))
    if isinstance(transcripts, dict):
        captions += [Caption(str(language), str(name)) for language, name in transcripts.items()]
    captions += [Caption("", f"subs_{name}.srt.sjson") for name in (attributes.get("sub"),) if name]
    if track := attributes.get("track"):
        captions.append(Caption("", str(track)))
    youtube = (
        str(attributes.get("youtube_id_1_0") or "")
        or old_youtube(str(attributes.get("youtube") or ""))
        or next((video.get("url") or "" for video in element.iter("encoded_video") if is_on_youtube(video)), "")
    )
    if youtube:
        captions.append(Caption("", f"subs_{youtube}.srt.sjson"))
    asset = element.find(".//video_asset")
    try:
        seconds = float(asset.get("duration") or 0) if asset is not None else 0.0
    except ValueError:
        seconds = 0.0
    return Video(
        block.key,
        block.type,
        block.name,
        block.place,
        youtube=youtube.strip(),
        sources=tuple(dict.fromkeys(source.strip() for source in sources if source.strip())),
        captions=tuple(dict.fromkeys(caption for caption in captions if caption.name)),
        seconds=max(0.0, min(seconds, 86_400.0)) if seconds == seconds else 0.0,
    )


def is_on_youtube(encoded: etree._Element) -> bool:
    return encoded.get("profile") == "youtube"


def is_playable(encoded: etree._Element) -> bool:
    return encoded.get("profile") not in ("hls", "audio_mp3") and not is_on_youtube(encoded)


def old_youtube(value: str) -> str:
    """The id at normal speed from ``0.75:abc,1.00:def``."""
    speeds = dict(part.split(":", 1) for part in value.split(",") if ":" in part)
    return next((speeds[speed] for speed in ("1.00", "1.0", "1") if speed in speeds), "")
