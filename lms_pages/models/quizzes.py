"""Quizzes: lessons whose work is to answer questions, with rules the server keeps."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.forms import CheckboxSelectMultiple, MultipleChoiceField
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from lms_pages.blocks.quiz import FeedbackBands, QuizSections
from lms_pages.models.pages import GRADING_PANEL, CompletionRule, LessonForm, LessonPage, has_check, tabs
from questions.selectors import pool
from workbench.streams import cleaned_stream


class KeptAttempt(models.TextChoices):
    BEST = "best", _("The best attempt")
    LAST = "last", _("The last attempt")
    FIRST = "first", _("The first attempt")
    AVERAGE = "average", _("The average of all attempts")


class Layout(models.TextChoices):
    ALL = "all", _("All on one page")
    ONE = "one", _("One a page")


class FeedbackMode(models.TextChoices):
    AT_THE_END = "end", _("When everything is handed in")
    AT_ONCE = "once", _("At once: each question is checked once, then it stays")
    AGAIN = "again", _("At once, with another try: a wrong answer costs points and opens the hint")


class Review(models.TextChoices):
    """What a learner may see of a finished attempt. Their own answers they see always."""

    VERDICT = "verdict", _("Whether each answer is right")
    POINTS = "points", _("Points")
    FEEDBACK = "feedback", _("Feedback")
    RIGHT = "right", _("The right answers and worked solutions")


def after_submission() -> list[str]:
    return [Review.VERDICT, Review.POINTS, Review.FEEDBACK]


def after_close() -> list[str]:
    return list(Review.values)


class QuizForm(LessonForm):
    """Refuses to publish a quiz that could not be taken as it is written."""

    review_after_submission = MultipleChoiceField(
        label=_("As soon as an attempt is handed in"),
        choices=Review.choices,
        required=False,
        widget=CheckboxSelectMultiple,
    )
    review_after_close = MultipleChoiceField(
        label=_("Once the quiz is closed"), choices=Review.choices, required=False, widget=CheckboxSelectMultiple
    )

    def clean(self):
        data = super().clean()
        opens, closes = data.get("opens_at"), data.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("The quiz closes before it opens."))
        if self.is_deferred_validation:
            return data
        if has_check(data.get("body")):
            self.add_error(
                "body", _("The introduction of a quiz cannot ask questions of its own. Ask them in a section instead.")
            )
        self.instance.sections = data.get("sections") or self.instance.sections
        for sentence in self.instance.short_draws():
            self.add_error("sections", sentence)
        return data


class QuizPage(LessonPage):
    """A lesson whose work is to answer questions. All that counts, locks and lists lessons counts, locks and lists
    quizzes. `body` is what learners read before they begin; the attempts are kept by `assessment`."""

    sections = StreamField(QuizSections(), verbose_name=_("questions"), blank=True)
    shuffle = models.BooleanField(
        _("sections in random order"), default=False, help_text=_("Each attempt gets an order of its own.")
    )
    layout = models.CharField(_("layout"), max_length=8, choices=Layout, default=Layout.ALL)
    attempts_allowed = models.PositiveSmallIntegerField(
        _("attempts"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("How often it may be taken. Empty: as often as people like."),
    )
    wait_minutes = models.PositiveIntegerField(
        _("wait between attempts"), default=0, help_text=_("In minutes, from handing in one to beginning the next.")
    )
    kept_attempt = models.CharField(_("what counts"), max_length=8, choices=KeptAttempt, default=KeptAttempt.BEST)
    time_limit = models.PositiveSmallIntegerField(
        _("time limit"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("In minutes. What is answered when the time is over is handed in by itself. Empty: none."),
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True, help_text=_("Nobody can begin before."))
    closes_at = models.DateTimeField(
        _("closes"), null=True, blank=True, help_text=_("Attempts that are still open then are handed in.")
    )
    pass_mark = models.DecimalField(
        _("pass mark"),
        max_digits=4,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text=_("The share of points that passes, such as 0.6. Empty: handing it in is enough to be done."),
    )
    feedback_mode = models.CharField(_("feedback"), max_length=8, choices=FeedbackMode, default=FeedbackMode.AT_THE_END)
    penalty = models.DecimalField(
        _("cost of a wrong try"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.333"),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text=_("The share of the question's points that each wrong try takes, where another try is given."),
    )
    negative_marks = models.BooleanField(
        _("wrong answers may cost points"),
        default=False,
        help_text=_("Options with a negative share take points off. The whole attempt never falls below 0."),
    )
    review_after_submission = models.JSONField(default=after_submission, blank=True)
    review_after_close = models.JSONField(default=after_close, blank=True)
    overall_feedback = StreamField(
        FeedbackBands(),
        verbose_name=_("feedback on the score"),
        blank=True,
        help_text=_("Stands above a finished attempt where learners may see the points. Each score has one text."),
    )

    parent_page_types = ["lms_pages.ModulePage"]
    subpage_types = []
    page_description = _("Questions with rules: attempts, time, pass mark, and what is shown afterwards.")
    template = "lms_pages/quiz_page.html"
    base_form_class = QuizForm
    edit_handler = tabs(
        [
            *Page.content_panels,
            FieldPanel("summary"),
            FieldPanel("body", heading=_("Before it begins")),
            FieldPanel("sections"),
        ],
        [
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]),
                    FieldRowPanel([FieldPanel("time_limit"), FieldPanel("minutes", heading=_("Time shown in lists"))]),
                    FieldRowPanel([FieldPanel("attempts_allowed"), FieldPanel("wait_minutes")]),
                ],
                heading=_("Time and attempts"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("pass_mark"), FieldPanel("kept_attempt")]),
                    FieldPanel("negative_marks"),
                ],
                heading=_("What passes"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("layout"), FieldPanel("shuffle")]),
                    FieldPanel("feedback_mode"),
                    FieldPanel("penalty"),
                ],
                heading=_("While it is taken"),
            ),
            MultiFieldPanel(
                [FieldPanel("review_after_submission"), FieldPanel("review_after_close")],
                heading=_("What learners see of a finished attempt"),
            ),
            FieldPanel("overall_feedback"),
            GRADING_PANEL,
            FieldPanel("is_required"),
            FieldPanel("section"),
        ],
    )

    class Meta:
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")

    def clean(self):
        super().clean()
        self.completion_rule = CompletionRule.QUIZ

    def save(self, *args: Any, **kwargs: Any):
        self.completion_rule = CompletionRule.QUIZ
        self.overall_feedback = cleaned_stream(self.overall_feedback)
        return super().save(*args, **kwargs)

    def save_revision(self, *args: Any, **kwargs: Any):
        self.overall_feedback = cleaned_stream(self.overall_feedback)
        return super().save_revision(*args, **kwargs)

    @property
    def plan(self) -> tuple["PlannedSection", ...]:
        """What an attempt asks, section by section, as ids: no query, whatever is in it."""
        return tuple(
            PlannedSection(
                title=block["value"].get("title") or "",
                introduction=block["value"].get("introduction") or "",
                shuffle=bool(block["value"].get("shuffle")),
                entries=tuple(
                    planned
                    for entry in block["value"].get("entries") or []
                    if (planned := planned_entry(entry["type"], entry["value"]))
                ),
            )
            for block in self.sections.raw_data
        )

    @property
    def question_count(self) -> int:
        """How many questions an attempt asks, as it is written."""
        return sum(entry.count for section in self.plan for entry in section.entries)

    def feedback_on(self, *, score: Decimal, max_score: Decimal) -> str:
        """What its author says to ``score`` points of ``max_score``: the text of the highest band that it reaches,
        compared without rounding. Empty where nothing is written, or there is nothing to win."""
        bands = [
            (Decimal(str(one["value"]["from_percent"])), one["value"].get("text") or "")
            for one in self.overall_feedback.raw_data
            if one["value"].get("from_percent") is not None
        ]
        reached = [band for band in bands if max_score and score * 100 >= band[0] * max_score]
        return max(reached, key=lambda band: band[0])[1] if reached else ""

    def shows_points(self, at: datetime) -> bool:
        """Whether learners may see the points of a finished attempt ``at`` this moment, apart from dates of their own."""
        is_closed = self.closes_at is not None and at >= self.closes_at
        return Review.POINTS in (self.review_after_close if is_closed else self.review_after_submission)

    def short_draws(self) -> list[str]:
        """A sentence for each draw that asks for more questions than the bank holds for it."""
        entries = [entry for section in self.plan for entry in section.entries]
        taken = {entry.question_id for entry in entries if entry.question_id}
        draws = [(set(entry.pool().values_list("pk", flat=True)), entry) for entry in entries if not entry.question_id]
        found = []
        # The narrowest first, as an attempt draws them; what one takes is not there for the next.
        for pool_of_draw, entry in sorted(draws, key=lambda pair: len(pair[0])):
            left = sorted(pool_of_draw - taken)
            taken.update(left[: entry.count])
            if len(left) < entry.count:
                found.append(
                    ngettext(
                        "A draw asks for %(wanted)d questions, and %(there)d published question is there for it.",
                        "A draw asks for %(wanted)d questions, and %(there)d published questions are there for it.",
                        len(left),
                    )
                    % {"wanted": entry.count, "there": len(left)}
                    + " "
                    + gettext("Ask for fewer, widen it, or publish more questions.")
                )
        return found


@dataclass(frozen=True)
class PlannedEntry:
    """A question that is always asked, or, without ``question_id``, a draw of ``count`` from those that fit."""

    question_id: int | None = None
    count: int = 1
    topic_id: int | None = None
    skill_id: int | None = None
    difficulty: str = ""
    points: Decimal | None = None

    def pool(self) -> models.QuerySet:
        return pool(topic_id=self.topic_id, skill_id=self.skill_id, difficulty=self.difficulty)


@dataclass(frozen=True)
class PlannedSection:
    title: str
    introduction: str
    shuffle: bool
    entries: tuple[PlannedEntry, ...]


def planned_entry(kind: str, value: dict[str, Any]) -> PlannedEntry | None:
    """An entry's stored value, read; None for one that a draft left unfinished."""
    points = Decimal(str(value["points"])) if value.get("points") not in (None, "") else None
    if kind == "question":
        return PlannedEntry(question_id=value["question"], points=points) if value.get("question") else None
    if not value.get("count"):
        return None
    return PlannedEntry(
        count=int(value["count"]),
        topic_id=int(value["topic"]) if value.get("topic") else None,
        skill_id=int(value["skill"]) if value.get("skill") else None,
        difficulty=value.get("difficulty") or "",
        points=points,
    )
