"""Catalogs, courses, modules and lessons."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail import blocks
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from lms_pages.blocks import LessonBody
from lms_pages.blocks.body import chosen_id, has_check
from lms_pages.grading import Aggregation, weights_in_words
from lms_pages.models.bases import OpenPage, OriginPage
from lms_pages.widgets import SuggestedInput


class Level(models.TextChoices):
    BEGINNER = "beginner", _("Beginner")
    INTERMEDIATE = "intermediate", _("Intermediate")
    ADVANCED = "advanced", _("Advanced")


class EnrollmentPolicy(models.TextChoices):
    OPEN = "open", _("Open: people enroll themselves")
    REQUEST = "request", _("By request: somebody approves")
    ASSIGNED = "assigned", _("By assignment only")


class LessonOrder(models.TextChoices):
    FREE = "free", _("Free: any lesson at any time")
    IN_ORDER = "in_order", _("In order: each lesson opens the next")


class Visibility(models.TextChoices):
    PUBLIC = "public", _("Everyone, also without signing in")
    PEOPLE = "people", _("Everyone who is signed in")
    HIDDEN = "hidden", _("Only people enrolled and course staff")


class CompletionRule(models.TextChoices):
    BUTTON = "button", _("The learner presses “Mark complete”")
    CHECKS = "checks", _("All knowledge checks are answered right")
    # Of quizzes only; authors do not choose it.
    QUIZ = "quiz", _("The quiz is passed, or handed in where it has no pass mark")


def tabs(content, settings_panels=()):
    """The editor's tabs, the same on every page type."""
    return TabbedInterface(
        [
            ObjectList(content, heading=_("Content")),
            *([ObjectList(settings_panels, heading=_("Learning"))] if settings_panels else []),
            ObjectList(Page.promote_panels, heading=_("Promote")),
        ]
    )


class CatalogPage(OpenPage, Page):
    """Where courses stand. A site may have several, one per academy."""

    introduction = RichTextField(_("introduction"), blank=True, features=["bold", "italic", "link"])

    parent_page_types = ["home.HomePage"]
    subpage_types = ["lms_pages.CoursePage"]
    page_description = _("A list of courses people can search and filter.")
    template = "lms_pages/catalog_page.html"

    edit_handler = tabs([*Page.content_panels, FieldPanel("introduction")])

    class Meta:
        verbose_name = _("catalog")
        verbose_name_plural = _("catalogs")


class CoursePage(OriginPage, OpenPage, Page):
    """A course: what it is about, who may take it, and the modules below it."""

    summary = models.CharField(
        _("summary"), max_length=200, help_text=_("One sentence on cards, under the title and in search results.")
    )
    about = RichTextField(_("about this course"), blank=True, features=["bold", "italic", "ul", "ol", "link"])
    cover = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cover"),
        help_text=_("Without one, a cover is drawn from the initials and the topic."),
    )
    level = models.CharField(_("level"), max_length=16, choices=Level, default=Level.BEGINNER)
    topics = ParentalManyToManyField("library.Topic", blank=True, related_name="courses", verbose_name=_("topics"))
    skills = ParentalManyToManyField("library.Skill", blank=True, related_name="courses", verbose_name=_("skills"))
    outcomes = StreamField(
        [("outcome", blocks.CharBlock(label=_("Outcome"), max_length=200, icon="check"))],
        blank=True,
        verbose_name=_("outcomes"),
        help_text=_("Each finishes the sentence “Afterwards you can …”."),
    )
    minutes = models.PositiveIntegerField(
        _("estimated time"), null=True, blank=True, help_text=_("In minutes. Empty: the sum of the lessons.")
    )
    enrollment_policy = models.CharField(
        _("enrollment"), max_length=16, choices=EnrollmentPolicy, default=EnrollmentPolicy.OPEN
    )
    lesson_order = models.CharField(_("order of lessons"), max_length=16, choices=LessonOrder, default=LessonOrder.FREE)
    visibility = models.CharField(_("who sees it"), max_length=16, choices=Visibility, default=Visibility.PEOPLE)
    pass_mark = models.DecimalField(
        _("pass mark"),
        max_digits=4,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text=_("The share of points that passes, such as 0.6. Empty: none."),
    )

    parent_page_types = ["lms_pages.CatalogPage"]
    subpage_types = ["lms_pages.ModulePage"]
    admin_default_ordering = "ord"
    page_description = _("A course with its modules and lessons.")
    template = "lms_pages/course_page.html"
    preview_modes = [
        ("visitor", _("As a visitor")),
        ("enrolled", _("As an enrolled learner")),
        ("completed", _("Completed")),
    ]

    search_fields = [
        *Page.search_fields,
        index.SearchField("summary", boost=2),
        index.SearchField("about"),
        index.FilterField("visibility"),
        index.FilterField("level"),
    ]
    edit_handler = tabs(
        [
            *Page.content_panels,
            FieldPanel("summary"),
            FieldPanel("about"),
            FieldPanel("outcomes"),
            FieldPanel("cover"),
            MultiFieldPanel(
                [FieldPanel("level"), FieldPanel("topics"), FieldPanel("skills"), FieldPanel("minutes")],
                heading=_("In brief"),
            ),
        ],
        [
            MultiFieldPanel(
                [FieldPanel("visibility"), FieldPanel("enrollment_policy"), FieldPanel("lesson_order")],
                heading=_("Taking this course"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("pass_mark"),
                    HelpPanel(template="lms_pages/admin/weights.html"),
                    InlinePanel("grading_categories", label=_("Category")),
                ],
                heading=_("Grading"),
            ),
        ],
    )

    class Meta(OriginPage.Meta):
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    @property
    def weights_in_words(self) -> str:
        """What the categories' weights add up to, as they are in the editor."""
        return weights_in_words([category.weight for category in self.grading_categories.all()])

    @property
    def graded_together(self) -> list[dict[str, Any]]:
        """Items that lessons name: ``grading_category``, ``graded_as`` and the number of ``lessons``; one query."""
        named = LessonPage.objects.descendant_of(self).exclude(graded_as="").order_by("grading_category", "graded_as")
        return list(named.values("grading_category", "graded_as").annotate(lessons=models.Count("pk")))

    @property
    def initials(self) -> str:
        """One or two letters for the drawn cover."""
        words = [word for word in self.title.split() if word[:1].isalnum()]
        long = [word for word in words if len(word) > 3 or word[0].isupper()] or words
        return "".join(word[0] for word in long[:2]).upper() or "?"


class GradingCategory(Orderable):
    """A kind of graded work and what it weighs; learners' grades live in `assessment`."""

    course = ParentalKey(CoursePage, on_delete=models.CASCADE, related_name="grading_categories")
    name = models.CharField(_("name"), max_length=120)
    short_label = models.CharField(_("short label"), max_length=40, blank=True)
    weight = models.DecimalField(
        _("weight"),
        max_digits=6,
        decimal_places=4,
        default=0,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("The share of the course total, such as 0.4 for 40 %. 0: shown, but without weight."),
    )
    aggregation = models.CharField(_("how items add up"), max_length=16, choices=Aggregation, default=Aggregation.MEAN)
    expected = models.PositiveSmallIntegerField(
        _("number of items"),
        default=0,
        help_text=_("While there are fewer, those that are missing are empty for everybody. 0: as many as there are."),
    )
    drop_lowest = models.PositiveSmallIntegerField(
        _("lowest dropped"),
        default=0,
        help_text=_("So many of each learner's weakest items do not count. One item always counts."),
    )
    empty_counts_zero = models.BooleanField(
        _("what is not done counts as 0"),
        default=True,
        help_text=_("Without the tick, an item counts only once there is a grade."),
    )

    panels = [
        FieldPanel("name"),
        FieldRowPanel([FieldPanel("short_label"), FieldPanel("weight")]),
        FieldPanel("aggregation"),
        FieldRowPanel([FieldPanel("expected"), FieldPanel("drop_lowest")]),
        FieldPanel("empty_counts_zero"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("grading category")
        verbose_name_plural = _("grading categories")

    def __str__(self):
        return self.name


class ModulePage(OriginPage, OpenPage, Page):
    """A part of a course. Its address leads to its place on the course page."""

    summary = models.CharField(
        _("summary"), max_length=200, blank=True, help_text=_("One sentence under the module's title in the outline.")
    )

    parent_page_types = ["lms_pages.CoursePage"]
    subpage_types = ["lms_pages.LessonPage", "lms_pages.QuizPage"]
    admin_default_ordering = "ord"
    page_description = _("A chapter that groups lessons.")
    preview_modes = []

    edit_handler = tabs([*Page.content_panels, FieldPanel("summary")])

    class Meta(OriginPage.Meta):
        verbose_name = _("module")
        verbose_name_plural = _("modules")

    def serve(self, request, *args, **kwargs):
        return redirect(f"{self.get_parent().get_url(request)}#module-{self.slug}")


def course_above(module: Page | None) -> int | None:
    """The id of the course that ``module`` stands in."""
    return module.get_parent().pk if module is not None else None


class LessonForm(WagtailAdminPageForm):
    """Refuses to publish a lesson that nobody could complete; offers the grading categories of its course."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if field := self.fields.get("grading_category"):
            known = list(GradingCategory.objects.filter(course=course_above(self.parent_page)))
            choices = [("", _("none"))] + [(category.name, category.name) for category in known]
            # A category that was renamed or taken away stays chosen until somebody decides.
            if (now := self.instance.grading_category) and now not in dict(choices):
                choices.append((now, _("%(name)s (not a category of this course)") % {"name": now}))
            field.widget = forms.Select(choices=choices)
        if field := self.fields.get("graded_as"):
            course = CoursePage.objects.filter(pk=course_above(self.parent_page)).first()
            known = dict.fromkeys(item["graded_as"] for item in course.graded_together) if course else {}
            field.widget = SuggestedInput(known, {"maxlength": field.max_length})
        if rule := self.fields.get("completion_rule"):
            rule.choices = [choice for choice in rule.choices if choice[0] != CompletionRule.QUIZ]

    def clean(self):
        data = super().clean()
        if self.is_deferred_validation or data.get("completion_rule") != CompletionRule.CHECKS:
            return data
        if not has_check(data.get("body")):
            self.add_error(
                "completion_rule",
                _("This lesson has no knowledge check. Add one to the content, or let learners mark it complete."),
            )
        return data


# A quiz is graded as a lesson is.
GRADING_PANEL = MultiFieldPanel(
    [
        FieldPanel("grading_category"),
        FieldPanel("graded_as"),
        FieldPanel("grading_weight"),
        FieldPanel("is_hidden_in_gradebook"),
    ],
    heading=_("Grading"),
)


class LessonPage(OriginPage, OpenPage, Page):
    """One lesson. Progress hangs on `translation_key`, so translations share it."""

    summary = models.CharField(
        _("summary"),
        max_length=200,
        blank=True,
        help_text=_("One sentence under the lesson's title and in search results."),
    )
    body = StreamField(
        LessonBody(),
        blank=True,
        verbose_name=_("body"),
        help_text=_("Text pasted from a word processor keeps its headings, lists and tables; its styles go."),
    )
    minutes = models.PositiveSmallIntegerField(_("reading time"), default=5, help_text=_("In minutes."))
    completion_rule = models.CharField(
        _("done when"),
        max_length=16,
        choices=CompletionRule,
        default=CompletionRule.BUTTON,
    )
    is_required = models.BooleanField(
        _("needed to complete the course"),
        default=True,
        help_text=_("Take the tick away for extra reading."),
    )
    section = models.CharField(
        _("section"),
        max_length=200,
        blank=True,
        help_text=_("Lessons of one module that share a section stand together in the outline."),
    )
    section_key = models.CharField(max_length=255, blank=True, editable=False)
    grading_category = models.CharField(
        _("grading category"),
        max_length=120,
        blank=True,
        help_text=_(
            "Where the score counts in the gradebook. Without one, it does not count in a course that has categories."
        ),
    )
    graded_as = models.CharField(
        _("graded together as"),
        max_length=255,
        blank=True,
        help_text=_(
            "Lessons of one category that name the same here, such as “Homework 1”, are one item in the gradebook: their "
            "points are added, and they are dropped together. Those that ask nothing add nothing. Empty: graded by itself."
        ),
    )
    grading_weight = models.DecimalField(
        _("weight"),
        max_digits=6,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_(
            "Counts only in a category with a weighted mean. Of lessons graded together, the first one's. Empty: 1."
        ),
    )
    is_hidden_in_gradebook = models.BooleanField(
        _("hidden in the gradebook"),
        default=False,
        help_text=_("Learners do not see the score among their grades, and it counts for nobody until it is shown."),
    )

    parent_page_types = ["lms_pages.ModulePage"]
    subpage_types = []
    page_description = _("Something to read, watch and answer.")
    template = "lms_pages/lesson_page.html"
    base_form_class = LessonForm
    preview_modes = [
        ("visitor", _("As a visitor")),
        ("enrolled", _("As an enrolled learner")),
        ("completed", _("Completed")),
    ]

    search_fields = [*Page.search_fields, index.SearchField("summary", boost=2), index.SearchField("body")]
    edit_handler = tabs(
        [*Page.content_panels, FieldPanel("summary"), FieldPanel("body")],
        [
            FieldPanel("completion_rule"),
            FieldPanel("is_required"),
            FieldPanel("minutes"),
            FieldPanel("section"),
            GRADING_PANEL,
        ],
    )

    class Meta(OriginPage.Meta):
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    @property
    def done_when(self) -> str:
        """The completion rule in two words, for lists."""
        if not self.is_required:
            return _("optional")
        words = {CompletionRule.CHECKS: _("checks are right"), CompletionRule.QUIZ: _("quiz is passed")}
        return words.get(CompletionRule(self.completion_rule), _("marked complete"))

    def lacks_check(self) -> bool:
        """Whether nobody could complete it: done by checks, and there is none."""
        return self.completion_rule == CompletionRule.CHECKS and not has_check(self.body)

    @property
    def knowledge_checks(self) -> dict[str, list[int]]:
        """Question ids by the id of the block that asks them, without loading a question. A quiz has none."""
        if self.completion_rule == CompletionRule.QUIZ:
            return {}
        return {
            block["id"]: [pk for item in block["value"].get("questions", []) if (pk := chosen_id(item))]
            for block in self.body.raw_data
            if block["type"] == "knowledge_check"
        }
