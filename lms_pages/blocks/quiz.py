"""What a quiz asks: sections with questions that are always asked, and draws from the question bank."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from library.models import Skill, Topic
from questions.models import Difficulty

POINTS_HELP = _("Empty: the question's own points.")


def topics() -> list[tuple[str, str]]:
    return named(Topic)


def skills() -> list[tuple[str, str]]:
    return named(Skill)


def named(model: type[Topic] | type[Skill]) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in model.objects.values_list("pk", "name")]


class AskedQuestionBlock(blocks.StructBlock):
    """One question, always asked."""

    question = SnippetChooserBlock("questions.Question", label=_("Question"))
    points = blocks.DecimalBlock(
        label=_("Points"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=1000,
        decimal_places=2,
        help_text=POINTS_HELP,
    )

    class Meta:
        label = _("Question")
        label_format = "{question}"
        icon = "help"


class DrawBlock(blocks.StructBlock):
    """Questions that each attempt draws anew from those in the bank that fit."""

    count = blocks.IntegerBlock(label=_("How many"), min_value=1, max_value=200)
    topic = blocks.ChoiceBlock(label=_("Topic"), choices=topics, required=False, help_text=_("Empty: any."))
    skill = blocks.ChoiceBlock(label=_("Skill"), choices=skills, required=False, help_text=_("Empty: any."))
    difficulty = blocks.ChoiceBlock(
        label=_("Difficulty"), choices=Difficulty.choices, required=False, help_text=_("Empty: any.")
    )
    points = blocks.DecimalBlock(
        label=_("Points each"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=1000,
        decimal_places=2,
        help_text=POINTS_HELP,
    )

    class Meta:
        label = _("Random draw")
        label_format = "{count} · {topic} {skill} {difficulty}"
        icon = "rotate"
        help_text = _("Each attempt gets its own draw from the published questions that fit. Nothing is asked twice.")


class QuizSectionBlock(blocks.StructBlock):
    """A part of a quiz under a heading of its own."""

    title = blocks.CharBlock(
        label=_("Title"), required=False, max_length=120, help_text=_("Empty: no heading stands above these questions.")
    )
    introduction = blocks.RichTextBlock(
        label=_("Introduction"), required=False, features=["bold", "italic", "code", "ul", "ol", "link"]
    )
    shuffle = blocks.BooleanBlock(label=_("Ask these questions in random order"), required=False)
    entries = blocks.StreamBlock(
        [("question", AskedQuestionBlock()), ("draw", DrawBlock())], label=_("Questions"), min_num=1
    )

    class Meta:
        label = _("Section")
        label_format = "{title}"
        icon = "list-ul"


class QuizSections(blocks.StreamBlock):
    """The sections of a quiz in the order they are asked."""

    section = QuizSectionBlock()

    class Meta:
        min_num = 1
