"""The question bank in the admin: listing, filters, editor, chooser."""

import django_filters
from django.forms import CheckboxSelectMultiple, RadioSelect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, StatusTagColumn, UpdatedAtColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet
from wagtail.snippets.views.snippets import CopyView, CreateView, IndexView, SnippetViewSet

from library.models import Skill
from questions.forms import QuestionForm
from questions.models import Difficulty, Question
from questions.types import QUESTION_TYPES
from questions.urls import file_urls
from questions.views import FileButtons


class QuestionFilterSet(WagtailFilterSet):
    type = django_filters.MultipleChoiceFilter(
        label=_("Kind"),
        choices=[(kind.name, kind.label) for kind in QUESTION_TYPES.values()],
        widget=CheckboxSelectMultiple,
    )
    difficulty = django_filters.MultipleChoiceFilter(
        label=_("Difficulty"), choices=Difficulty.choices, widget=CheckboxSelectMultiple
    )
    skills = django_filters.ModelMultipleChoiceFilter(
        label=_("Skills"), queryset=Skill.objects.all(), widget=CheckboxSelectMultiple
    )
    live = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[("live", _("Live")), ("draft", _("Draft"))],
        method="by_state",
        widget=RadioSelect,
        empty_label=_("Any"),
    )

    class Meta:
        model = Question
        fields = ["type", "difficulty", "skills"]

    def by_state(self, queryset, name, value):
        return queryset.filter(live=value == "live")


class QuestionIndexView(FileButtons, IndexView):
    def get_context_data(self, **kwargs):
        """One query gives the skills of all questions on the page."""
        context = super().get_context_data(**kwargs)
        shown = list(context["object_list"])
        rows = Question.skills.through.objects.filter(question__in=[question.pk for question in shown])
        names: dict[int, list[str]] = {}
        for pk, name in rows.order_by("skill__name").values_list("question_id", "skill__name"):
            names.setdefault(pk, []).append(name)
        for question in shown:
            question.skill_names = ", ".join(names.get(question.pk, [])) or "–"
        context["table"].data = shown
        return context


class QuestionCreateView(CreateView):
    """First the kind is chosen, then its form is open with room for the answers."""

    def get(self, request, *args, **kwargs):
        if request.GET.get("kind") in QUESTION_TYPES:
            return super().get(request, *args, **kwargs)
        kinds = [
            {"name": kind.name, "label": kind.label, "icon": kind.icon, "description": kind.description}
            for kind in QUESTION_TYPES.values()
        ]
        crumbs = [*self.get_breadcrumbs_items()[:-1], {"url": "", "label": _("Choose a kind")}]
        context = {"kinds": kinds, "header_title": _("What kind of question?"), "breadcrumbs_items": crumbs}
        return render(request, "questions/admin/choose_kind.html", context)

    def get_initial_form_instance(self):
        question = super().get_initial_form_instance() or self.model()
        kind = QUESTION_TYPES.get(self.request.GET.get("kind", ""))
        if kind is not None:
            question.definition = [(kind.name, kind.empty())]
        return question


class QuestionCopyView(CopyView):
    """A question of its own from the start: no key, origin or revision of the one it is copied from."""

    def get_initial_form_instance(self):
        original = self.get_object()
        fields = ("title", "stem", "definition", "feedback", "difficulty")
        copy = Question(**{name: getattr(original, name) for name in fields})
        copy.skills.set(original.skills.all())
        return copy


class QuestionChoice:
    """What is told about each question while choosing, and what the bank says when it is empty."""

    results_template_name = "questions/admin/chooser_results.html"
    page_subtitle = ""

    @property
    def columns(self):
        title, *others = super().columns
        return [title, Column("kind_label", label=_("Kind"), accessor="kind_label"), *others]


class ChooseQuestionView(QuestionChoice, ChooseView):
    pass


class ChooseQuestionResultsView(QuestionChoice, ChooseResultsView):
    pass


class QuestionChooserViewSet(SnippetChooserViewSet):
    page_title = _("Choose a question")
    choose_one_text = _("Choose a question")
    choose_another_text = _("Choose another question")
    edit_item_text = _("Edit this question")
    choose_view_class = ChooseQuestionView
    choose_results_view_class = ChooseQuestionResultsView


class QuestionViewSet(SnippetViewSet):
    model = Question
    icon = "help"
    menu_label = _("Questions")
    menu_name = "questions"
    menu_order = 200
    add_to_admin_menu = True
    index_view_class = QuestionIndexView
    add_view_class = QuestionCreateView
    copy_view_class = QuestionCopyView
    chooser_viewset_class = QuestionChooserViewSet
    filterset_class = QuestionFilterSet
    list_per_page = 50
    ordering = ("-latest_revision__created_at", "title")
    copy_view_enabled = True
    list_display = [
        "title",
        Column("kind_label", label=_("Kind"), accessor="kind_label", sort_key="type"),
        Column(
            "difficulty", label=_("Difficulty"), accessor=lambda q: q.get_difficulty_display(), sort_key="difficulty"
        ),
        Column("skill_names", label=_("Skills")),
        UpdatedAtColumn(),
        # Wagtail's own column asks each row for a scheduled revision.
        StatusTagColumn("state", label=_("Status"), accessor="state", sort_key="live", primary=lambda q: q.live),
    ]

    edit_handler = ObjectList(
        [
            FieldPanel("title"),
            FieldPanel("stem"),
            FieldPanel("definition", classname="question-definition"),
            FieldPanel("feedback"),
            MultiFieldPanel(
                [FieldPanel("difficulty"), FieldPanel("skills", widget=CheckboxSelectMultiple)],
                heading=_("About this question"),
            ),
        ],
        base_form_class=QuestionForm,
    )

    def get_queryset(self, request):
        # The list names each question as its latest revision does.
        return Question.objects.select_related("latest_revision")


register_snippet(QuestionViewSet)


@hooks.register("register_admin_urls")
def register_file_urls():
    return file_urls
