"""The question bank."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import DraftStateMixin, PreviewableMixin, RevisionMixin
from wagtail.search import index

from library.models import Origin
from questions.types import QUESTION_TYPES, QuestionType, question_type
from workbench.html import plain_text


class Difficulty(models.TextChoices):
    EASY = "easy", _("Easy")
    MEDIUM = "medium", _("Medium")
    HARD = "hard", _("Hard")


class Question(Origin, PreviewableMixin, DraftStateMixin, RevisionMixin, index.Indexed, ClusterableModel):
    """One question. `definition` holds exactly one block, whose name is the question's type."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(
        _("name"), max_length=200, help_text=_("A short name to find the question by. Learners do not see it.")
    )
    stem = RichTextField(_("question"), help_text=_("What is asked, as the learner reads it."))
    definition = StreamField(
        [(kind.name, kind.block()) for kind in QUESTION_TYPES.values()],
        verbose_name=_("kind and answers"),
        max_num=1,
        help_text=_("One kind of question and its answers. To change the kind, delete it and choose another."),
    )
    feedback = RichTextField(_("general feedback"), blank=True, help_text=_("Shown after answering, right or wrong."))
    type = models.CharField(_("type"), max_length=32, editable=False, db_index=True)
    difficulty = models.CharField(_("difficulty"), max_length=8, choices=Difficulty, default=Difficulty.MEDIUM)
    skills = ParentalManyToManyField("library.Skill", blank=True, related_name="questions", verbose_name=_("skills"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    search_fields = [
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
        if self.definition:
            self.type = self.definition[0].block_type
        super().save(*args, **kwargs)

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

    def get_preview_template(self, request, mode_name):
        return "questions/question_preview.html"
