"""The question bank."""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import CollectionMember, DraftStateMixin, PreviewableMixin, RevisionMixin
from wagtail.search import index

from library.models import Origin
from questions.types import QUESTION_TYPES, QuestionType, question_type
from workbench.html import clean_html, plain_text
from workbench.streams import cleaned_stream


class Difficulty(models.TextChoices):
    EASY = "easy", _("Easy")
    MEDIUM = "medium", _("Medium")
    HARD = "hard", _("Hard")


# The texts of a question outside its definition.
TEXTS = ("stem", "feedback", "hint", "solution")


class DefinitionField(StreamField):
    """A stream of the registered question types. Migrations do not list them, so that a new type needs none."""

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, _args, kwargs = super().deconstruct()
        return name, "wagtail.fields.StreamField", [[]], {**kwargs, "block_lookup": {}}


@dataclass(frozen=True)
class Resource:
    """Where else something is explained."""

    title: str
    url: str


class Question(
    Origin, PreviewableMixin, DraftStateMixin, RevisionMixin, CollectionMember, index.Indexed, ClusterableModel
):
    """One question. `definition` holds exactly one block, whose name is the question's type."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(
        _("name"), max_length=200, help_text=_("A short name to find the question by. Learners do not see it.")
    )
    stem = RichTextField(_("question"), help_text=_("What is asked, as the learner reads it."))
    definition = DefinitionField(
        [(kind.name, kind.block()) for kind in QUESTION_TYPES.values()],
        verbose_name=_("kind and answers"),
        max_num=1,
        help_text=_("One kind of question and its answers. To change the kind, delete it and choose another."),
    )
    feedback = RichTextField(_("general feedback"), blank=True, help_text=_("Shown after answering, right or wrong."))
    hint = RichTextField(
        _("hint"), blank=True, help_text=_("Learners can open it before they answer. It does not give the answer away.")
    )
    solution = RichTextField(
        _("worked solution"), blank=True, help_text=_("How to get there, step by step. Shown once the answer is right.")
    )
    resource_page = models.ForeignKey(
        "wagtailcore.Page",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("page that explains it"),
        help_text=_("Offered after an answer that was not right."),
    )
    resource_url = models.URLField(
        _("or another address"), blank=True, help_text=_("Used where no page is chosen, or the page is not live.")
    )
    points = models.DecimalField(
        _("points"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(0)],
        help_text=_("What a right answer is worth beside the other questions of a check or quiz."),
    )
    type = models.CharField(_("type"), max_length=32, editable=False, db_index=True)
    difficulty = models.CharField(_("difficulty"), max_length=8, choices=Difficulty, default=Difficulty.MEDIUM)
    topics = ParentalManyToManyField("library.Topic", blank=True, related_name="questions", verbose_name=_("topics"))
    skills = ParentalManyToManyField("library.Skill", blank=True, related_name="questions", verbose_name=_("skills"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    search_fields = [
        *CollectionMember.search_fields,
        index.SearchField("title", boost=2),
        index.SearchField("stem"),
        index.AutocompleteField("title"),
        index.FilterField("type"),
        index.FilterField("difficulty"),
        index.FilterField("live"),
    ]

    class Meta(Origin.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["title", "pk"]

    def __str__(self):
        return self.title

    @property
    def problems(self) -> list[str]:
        """Why this question cannot be published yet, one sentence each."""
        return [str(problem) for problem in self.kind.problems(self.value)] if self.definition else []

    def save(self, *args, **kwargs):
        self.clean_texts()
        if self.definition:
            self.type = self.definition[0].block_type
        super().save(*args, **kwargs)

    def save_revision(self, *args, **kwargs):
        # Attempts ask a question as its revision has it.
        self.clean_texts()
        return super().save_revision(*args, **kwargs)

    def clean_texts(self) -> None:
        """Take out of every text what it may not hold, from whatever form, file or script it comes."""
        for name in TEXTS:
            setattr(self, name, clean_html(getattr(self, name)))
        self.definition = cleaned_stream(self.definition)

    @property
    def kind(self) -> QuestionType:
        return question_type(self.definition[0].block_type if self.definition else self.type)

    @property
    def kind_label(self) -> str:
        """The kind in words; a dash for a draft that has none yet."""
        name = self.definition[0].block_type if self.definition else self.type
        return str(question_type(name).label) if name else "–"

    @property
    def state(self) -> str:
        if not self.live:
            return _("Draft")
        return _("Live, with a newer draft") if self.has_unpublished_changes else _("Live")

    @property
    def value(self):
        """The value of the definition's one block."""
        return self.definition[0].value

    @property
    def stem_text(self) -> str:
        return plain_text(self.stem)

    @property
    def resource(self) -> Resource | None:
        """Where else this is explained: the live page, or else the other address."""
        page = self.resource_page
        if page is not None and page.live and (url := page.url):
            return Resource(page.title, url)
        return Resource(self.resource_url, self.resource_url) if self.resource_url else None

    def get_preview_template(self, request, mode_name):
        return "questions/question_preview.html"
