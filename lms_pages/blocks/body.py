"""The body of a lesson: which blocks there are, and the two that only importers write."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from lms_pages.blocks.boards import LeaderboardBlock
from lms_pages.blocks.media import AudioBlock, EmbedBlock, FileBlock, ImageBlock, VideoBlock
from lms_pages.blocks.text import (
    AccordionBlock,
    CalloutBlock,
    CodeBlock,
    HeadingBlock,
    LessonTableBlock,
    QuoteBlock,
    TextBlock,
)

BLOCK_GROUPS = {
    "text": _("Text"),
    "media": _("Pictures, sound and files"),
    "practice": _("Practice"),
    "imported": _("Imported"),
}


class KnowledgeCheckBlock(blocks.StructBlock):
    """Questions to answer inside the lesson. Holds question ids only; `assessment` shows and grades them."""

    title = blocks.CharBlock(label=_("Title"), required=False, max_length=120, help_text=_("Empty: “Check yourself”."))
    questions = blocks.ListBlock(
        SnippetChooserBlock("questions.Question", label=_("Question")), label=_("Questions"), min_num=1
    )

    class Meta:
        label = _("Knowledge check")
        icon = "help"
        template = "blocks/knowledge_check.html"
        preview_template = "blocks/previews/knowledge_check.html"
        preview_value = {"title": _("Check yourself")}
        help_text = _(
            "Choose questions from the question bank, in the order they are asked. Essays are not graded here; a quiz has "
            "people grade them."
        )
        description = _("One or more questions from the question bank. Answers are judged on the server.")


class PlaceholderBlock(blocks.StructBlock):
    """Stands where an importer met something Lectern cannot show; learners and editors see what and why."""

    kind = blocks.CharBlock(label=_("Type"))
    name = blocks.CharBlock(label=_("Name"), required=False)
    reason = blocks.CharBlock(label=_("Reason"))

    class Meta:
        label = _("Not imported")
        icon = "warning"
        template = "blocks/placeholder.html"
        preview_value = {
            "kind": "drag-and-drop-v2",
            "name": _("Sort the extinguishers"),
            "reason": _("This kind of exercise cannot be imported."),
        }
        help_text = _("Learners see a note that something is missing. Rebuild it with other blocks, then delete this.")
        description = _("Something the importer could not bring along. Replace it or delete it.")


# What reads the same for everybody, so that it is drawn once. A block that is not named is drawn for each reader.
SAME_FOR_ALL = {
    "heading",
    "text",
    "callout",
    "accordion",
    "table",
    "quote",
    "code",
    "image",
    "video",
    "audio",
    "file",
    "embed",
    "placeholder",
}


def content_blocks() -> list[tuple[str, blocks.Block]]:
    """What editors write a lesson with."""
    return [
        ("heading", HeadingBlock(group=BLOCK_GROUPS["text"])),
        ("text", TextBlock(group=BLOCK_GROUPS["text"])),
        ("callout", CalloutBlock(group=BLOCK_GROUPS["text"])),
        ("accordion", AccordionBlock(group=BLOCK_GROUPS["text"])),
        ("table", LessonTableBlock(group=BLOCK_GROUPS["text"])),
        ("quote", QuoteBlock(group=BLOCK_GROUPS["text"])),
        ("code", CodeBlock(group=BLOCK_GROUPS["text"])),
        ("image", ImageBlock(group=BLOCK_GROUPS["media"])),
        ("video", VideoBlock(group=BLOCK_GROUPS["media"])),
        ("audio", AudioBlock(group=BLOCK_GROUPS["media"])),
        ("file", FileBlock(group=BLOCK_GROUPS["media"])),
        ("embed", EmbedBlock(group=BLOCK_GROUPS["media"])),
        ("knowledge_check", KnowledgeCheckBlock(group=BLOCK_GROUPS["practice"])),
        ("leaderboard", LeaderboardBlock(group=BLOCK_GROUPS["practice"])),
        ("placeholder", PlaceholderBlock(group=BLOCK_GROUPS["imported"])),
    ]


class VariantBlock(blocks.StructBlock):
    """Another group's text of an imported A/B test. Editors see it, learners do not."""

    name = blocks.CharBlock(label=_("Name"), help_text=_("The test and the group this text belongs to."))
    content = blocks.StreamBlock(content_blocks(), label=_("Content"), required=False)

    class Meta:
        label = _("Variant")
        icon = "copy"
        template = "blocks/variant.html"
        preview_template = "blocks/previews/variant.html"
        preview_value = {"name": _("Group B"), "content": []}
        help_text = _("Move what you need into the lesson, then delete this.")
        description = _("A text for another group of an imported A/B test. Kept for editors, never shown to learners.")


def lesson_blocks() -> list[tuple[str, blocks.Block]]:
    return [*content_blocks(), ("variant", VariantBlock(group=BLOCK_GROUPS["imported"]))]


class LessonBody(blocks.StreamBlock):
    def __init__(self, local_blocks=None, **kwargs):
        super().__init__([*lesson_blocks(), *(local_blocks or [])], **kwargs)


def has_check(body) -> bool:
    return any(block.block_type == "knowledge_check" for block in body or [])


def chosen_id(item: dict | int | None) -> int | None:
    """The id in a list item's raw data; None where a draft has chosen nothing yet."""
    return item["value"] if isinstance(item, dict) else item
