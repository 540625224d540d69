"""What a quiz asks, in sections with questions that are always asked and draws from the bank, and what it says to a score."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from library.models import Skill, Topic
from lms_pages.blocks.text import SMALL_FEATURES, CleanRichTextBlock
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


class FeedbackBandBlock(blocks.StructBlock):
    """What is said to those whose score is in one band, which ends where the next one begins."""

    from_percent = blocks.DecimalBlock(
        label=_("From this score on"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        help_text=_("In percent of the points. One band begins at 0."),
    )
    text = CleanRichTextBlock(label=_("Feedback"), features=SMALL_FEATURES)

    class Meta:
        label = _("Band")
        label_format = "{from_percent} %"
        icon = "comment"
        form_classname = "struct-block question-row"


class FeedbackBands(blocks.StreamBlock):
    """Bands of scores with a text each. None, or such that every score lies in exactly one."""

    band = FeedbackBandBlock()

    def clean(self, value):
        value = super().clean(value)
        if not self.is_deferred_validation and (
            problems := band_problems([one.value["from_percent"] for one in value])
        ):
            raise blocks.StreamBlockValidationError(non_block_errors=ErrorList(map(ValidationError, problems)))
        return value


def band_problems(starts: list[Decimal]) -> list[str]:
    """Why bands that begin at ``starts`` do not have every score in exactly one of them, one sentence each."""
    if not starts:
        return []
    found = []
    if min(starts) > 0:
        found.append(
            gettext("Nothing is said below %(percent)s %%. Let one band begin at 0.")
            % {"percent": percent(min(starts))}
        )
    found += [
        gettext("Two bands begin at %(percent)s %%. Change one of them.") % {"percent": percent(start)}
        for start in sorted(set(starts))
        if starts.count(start) > 1
    ]
    return found


def percent(value: Decimal) -> str:
    return f"{value.normalize():f}"


class QuizSections(blocks.StreamBlock):
    """The sections of a quiz in the order they are asked."""

    section = QuizSectionBlock()

    class Meta:
        min_num = 1
