"""The tree of a badge's criteria as an editor builds it, block by block."""

from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from gamification.criteria import MOST_NODES
from lms_pages.blocks.quiz import topics

# Parts that are read from a form: room for everybody who has to take some out again.
MOST_READ = 4 * MOST_NODES
PERCENT = {"min_value": Decimal(0), "max_value": Decimal(100), "max_digits": 5, "decimal_places": 2}


def levels() -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in apps.get_model("gamification.Level").objects.values_list("pk", "name")]


class CourseBlock(blocks.StructBlock):
    course = blocks.PageChooserBlock(page_type="lms_pages.CoursePage", label=gettext_lazy("Course"))

    class Meta:
        icon = "openquote"
        label = gettext_lazy("Course completed")


class CoursesBlock(blocks.StructBlock):
    count = blocks.IntegerBlock(label=gettext_lazy("Courses"), min_value=1, max_value=1000, default=2)
    topic = blocks.ChoiceBlock(
        label=gettext_lazy("Topic"), choices=topics, required=False, help_text=gettext_lazy("Empty: of any topic.")
    )

    class Meta:
        icon = "list-ol"
        label = gettext_lazy("So many courses completed")


class QuizBlock(blocks.StructBlock):
    quiz = blocks.PageChooserBlock(
        page_type="lms_pages.QuizPage",
        required=False,
        label=gettext_lazy("Quiz"),
        help_text=gettext_lazy("Empty: any quiz."),
    )
    percent = blocks.DecimalBlock(label=gettext_lazy("Points in percent, at least"), default=Decimal(90), **PERCENT)
    attempt = blocks.ChoiceBlock(
        label=gettext_lazy("Which attempt counts"),
        choices=[("best", gettext_lazy("The best one")), ("first", gettext_lazy("The first one"))],
        default="best",
    )

    class Meta:
        icon = "help"
        label = gettext_lazy("Quiz result")


class PerfectBlock(blocks.StructBlock):
    quiz = blocks.PageChooserBlock(
        page_type="lms_pages.QuizPage",
        required=False,
        label=gettext_lazy("Quiz"),
        help_text=gettext_lazy("Empty: any quiz."),
    )

    class Meta:
        icon = "check"
        label = gettext_lazy("Perfect score in a quiz")


class StreakBlock(blocks.StructBlock):
    days = blocks.IntegerBlock(
        label=gettext_lazy("Days in a row"),
        min_value=2,
        max_value=3660,
        default=5,
        help_text=gettext_lazy("Days on which the person learned something, by their own calendar."),
    )

    class Meta:
        icon = "calendar-alt"
        label = gettext_lazy("Streak")


class PointsBlock(blocks.StructBlock):
    points = blocks.IntegerBlock(
        label=gettext_lazy("Points earned"),
        min_value=1,
        default=500,
        help_text=gettext_lazy("Whether or not they were spent."),
    )

    class Meta:
        icon = "plus"
        label = gettext_lazy("Points reached")


class LevelBlock(blocks.StructBlock):
    level = blocks.ChoiceBlock(label=gettext_lazy("Level"), choices=levels)

    class Meta:
        icon = "arrow-up"
        label = gettext_lazy("Level reached")


def leaves() -> list[tuple[str, blocks.Block]]:
    return [
        ("course", CourseBlock()),
        ("courses", CoursesBlock()),
        ("quiz", QuizBlock()),
        ("perfect", PerfectBlock()),
        ("streak", StreakBlock()),
        ("points", PointsBlock()),
        ("level", LevelBlock()),
    ]


def count_nodes(stream: Any) -> int:
    """How many blocks a stream holds, those in its groups included."""
    return sum(1 + (count_nodes(child.value["parts"]) if child.block_type == "group" else 0) for child in stream)


class PartsBlock(blocks.StreamBlock):
    """The parts of a group: anything, and groups again while ``depth`` is above zero."""

    def __init__(self, depth: int = 0, **kwargs: Any):
        children = leaves() if depth == 0 else [*leaves(), ("group", GroupBlock(depth=depth - 1))]
        super().__init__(children, **kwargs)


class GroupBlock(blocks.StructBlock):
    """All, any or some of several parts."""

    def __init__(self, depth: int = 0, **kwargs: Any):
        match = blocks.ChoiceBlock(
            label=gettext_lazy("What is needed"),
            choices=[
                ("all", gettext_lazy("All of these")),
                ("any", gettext_lazy("Any one of these")),
                ("some", gettext_lazy("At least so many of these")),
            ],
            default="any",
        )
        least = blocks.IntegerBlock(
            label=gettext_lazy("How many"),
            required=False,
            min_value=1,
            help_text=gettext_lazy("Only for “At least so many of these”."),
        )
        parts = PartsBlock(depth=depth, label=gettext_lazy("Parts"), required=False)
        super().__init__([("match", match), ("least", least), ("parts", parts)], **kwargs)

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if self.is_deferred_validation:
            # Drafts save themselves while their groups are being filled.
            return value
        parts = len(value["parts"])
        if not parts:
            raise blocks.StructBlockValidationError(
                {"parts": ValidationError(_("This group is empty. Add what has to be met, or delete the group."))}
            )
        if value["match"] == "some" and not value["least"]:
            raise blocks.StructBlockValidationError({"least": ValidationError(_("Say how many of these are needed."))})
        if value["match"] == "some" and value["least"] > parts:
            sentence = _("This group has only %(parts)d parts, so %(least)d of them can never be met.")
            raise blocks.StructBlockValidationError(
                {"least": ValidationError(sentence % {"parts": parts, "least": value["least"]})}
            )
        return value

    class Meta:
        icon = "folder-open-inverse"
        label = gettext_lazy("Group: all, any or some of")


class CriteriaBlock(PartsBlock):
    """A badge's criteria: all of them have to be met. Groups may stand in groups, three deep."""

    def __init__(self, depth: int = 3, **kwargs: Any):
        super().__init__(depth=depth, **kwargs)

    def value_from_datadict(self, data: Any, files: Any, prefix: str) -> Any:
        """What nobody built in the form is not even read: each part would cost a query, and be drawn again."""
        posted = sum(key.startswith(prefix) and key.endswith("-type") for key in data)
        if posted <= MOST_READ:
            return super().value_from_datadict(data, files, prefix)
        value = self.empty_value()
        value.too_many = posted
        return value

    def clean(self, value: Any) -> Any:
        count = getattr(value, "too_many", None) or count_nodes(value)
        if count > MOST_NODES:
            sentence = _(
                "These criteria have %(count)d parts, and %(most)d at most can be explained to anybody. "
                "Nothing was saved: make them simpler."
            )
            raise blocks.StreamBlockValidationError(
                non_block_errors=[ValidationError(sentence % {"count": count, "most": MOST_NODES})]
            )
        if not len(value) and self.required and not self.is_deferred_validation:
            raise blocks.StreamBlockValidationError(
                non_block_errors=[ValidationError(_("Say what has to be done: add at least one criterion."))]
            )
        return super().clean(value)
