"""The question bank in the admin: listing, filters, editor, chooser."""

import functools
from typing import Any

import django_filters
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.forms import CheckboxSelectMultiple, RadioSelect
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import CollectionFilter, WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, StatusTagColumn, UpdatedAtColumn
from wagtail.snippets.views.chooser import (
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
    SnippetChosenMultipleView,
    SnippetChosenView,
)
from wagtail.snippets.views.snippets import CopyView, CreateView, IndexView, SnippetViewSet

from library.models import Skill, Topic
from questions.forms import QuestionForm
from questions.models import Difficulty, Question
from questions.policies import ACTIONS, question_policy, visible_to
from questions.types import QUESTION_TYPES
from questions.views import FileButtons


def seen_collections(request: HttpRequest) -> Any:
    return question_policy.collections_user_has_any_permission_for(request.user, ACTIONS)


class QuestionFilterSet(WagtailFilterSet):
    type = django_filters.MultipleChoiceFilter(
        label=_("Kind"),
        choices=[(kind.name, kind.label) for kind in QUESTION_TYPES.values()],
        widget=CheckboxSelectMultiple,
    )
    difficulty = django_filters.MultipleChoiceFilter(
        label=_("Difficulty"), choices=Difficulty.choices, widget=CheckboxSelectMultiple
    )
    topics = django_filters.ModelMultipleChoiceFilter(
        label=_("Topics"), queryset=Topic.objects.all(), widget=CheckboxSelectMultiple
    )
    skills = django_filters.ModelMultipleChoiceFilter(
        label=_("Skills"), queryset=Skill.objects.all(), widget=CheckboxSelectMultiple
    )
    collection = CollectionFilter(label=_("Collection"), queryset=seen_collections)
    live = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[("live", _("Live")), ("draft", _("Draft"))],
        method="by_state",
        widget=RadioSelect,
        empty_label=_("Any"),
    )

    class Meta:
        model = Question
        fields = ["type", "difficulty", "topics", "skills", "collection"]

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

    copied = (
        "title",
        "stem",
        "definition",
        "feedback",
        "hint",
        "solution",
        "resource_page",
        "resource_url",
        "points",
        "difficulty",
        "collection",
    )

    def get_initial_form_instance(self):
        original = self.get_object()
        copy = Question(**{name: getattr(original, name) for name in self.copied})
        copy.topics.set(original.topics.all())
        copy.skills.set(original.skills.all())
        return copy


class QuestionChoice:
    """What is told about each question while choosing, and what the bank says when it is empty."""

    results_template_name = "questions/admin/chooser_results.html"
    page_subtitle = ""

    def get_object_list(self):
        return visible_to(self.request.user, super().get_object_list())

    @property
    def columns(self):
        title, *others = super().columns
        return [title, Column("kind_label", label=_("Kind"), accessor="kind_label"), *others]


class ChooseQuestionView(QuestionChoice, ChooseView):
    pass


class ChooseQuestionResultsView(QuestionChoice, ChooseResultsView):
    pass


class QuestionChosenView(SnippetChosenView):
    def get_object(self, pk):
        return get_object_or_404(visible_to(self.request.user, Question.objects.all()), pk=pk)


class QuestionsChosenView(SnippetChosenMultipleView):
    def get_objects(self, pks):
        return visible_to(self.request.user, super().get_objects(pks))


class QuestionChooserViewSet(SnippetChooserViewSet):
    page_title = _("Choose a question")
    choose_one_text = _("Choose a question")
    choose_another_text = _("Choose another question")
    edit_item_text = _("Edit this question")
    choose_view_class = ChooseQuestionView
    choose_results_view_class = ChooseQuestionResultsView
    chosen_view_class = QuestionChosenView
    chosen_multiple_view_class = QuestionsChosenView


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
            MultiFieldPanel([FieldPanel("hint"), FieldPanel("feedback"), FieldPanel("solution")], heading=_("Help")),
            MultiFieldPanel(
                [FieldPanel("resource_page"), FieldPanel("resource_url")],
                heading=_("Explained elsewhere"),
                help_text=_("Offered to learners whose answer was not right."),
                classname="collapsed",
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("points"), FieldPanel("difficulty")]),
                    FieldPanel("collection"),
                    FieldPanel("topics", widget=CheckboxSelectMultiple),
                    FieldPanel("skills", widget=CheckboxSelectMultiple),
                ],
                heading=_("About this question"),
            ),
        ],
        base_form_class=QuestionForm,
    )

    def get_queryset(self, request):
        # The list names each question as its latest revision does.
        return visible_to(request.user, Question.objects.select_related("latest_revision"))

    def get_permissions_to_register(self) -> Any:
        """None: what a group may do is granted by collection, in a panel of its own."""
        return Permission.objects.none()

    def construct_view(self, view_class, **kwargs):
        """Every screen of one question asks its collection first: Wagtail's ask only whether there is any."""
        view = super().construct_view(view_class, **kwargs)
        required = getattr(view_class, "permission_required", None)

        @functools.wraps(view)
        def guarded(request, *args, **kwargs):
            if "pk" in kwargs:
                questions = visible_to(request.user, Question.objects.all())
                question = get_object_or_404(questions, pk=unquote(str(kwargs["pk"])))
                # Adding is asked where the new question goes: in its form.
                if (
                    isinstance(required, str)
                    and required != "add"
                    and not question_policy.user_has_permission_for_instance(request.user, required, question)
                ):
                    raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded
