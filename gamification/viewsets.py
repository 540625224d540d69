"""Badges in the admin: listing and editor."""

from typing import Any

import django_filters
from django.forms import RadioSelect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, StatusTagColumn, UpdatedAtColumn
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.snippets.views.snippets import CreateView, EditView, IndexView, SnippetViewSet

from gamification.forms.drawings import DrawingSelect
from gamification.models import Badge, Rarity
from gamification.panels import CriteriaWordsPanel
from gamification.selectors.badges import holder_counts, with_pictures, words_of_badges


def who_url(badge: Badge) -> str:
    return reverse("gamification_badge_who", args=[badge.pk])


class PictureColumn(Column):
    cell_template_name = "gamification/badges/picture_cell.html"


class BadgeFilterSet(WagtailFilterSet):
    rarity = django_filters.ChoiceFilter(
        label=_("Rarity"), choices=Rarity.choices, widget=RadioSelect, empty_label=_("Any")
    )
    live = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[("live", _("Live")), ("draft", _("Draft"))],
        method="by_state",
        widget=RadioSelect,
        empty_label=_("Any"),
    )

    class Meta:
        model = Badge
        fields = ["rarity"]

    def by_state(self, queryset, name, value):
        return queryset.filter(live=value == "live")


class BadgeIndexView(IndexView):
    def get_context_data(self, **kwargs):
        """Who has the badges of the page, and their criteria in words: a fixed number of queries."""
        context = super().get_context_data(**kwargs)
        shown = list(context["object_list"])
        people = holder_counts([badge.pk for badge in shown])
        for badge, words in zip(shown, words_of_badges(shown), strict=True):
            badge.words, badge.people = words, people.get(badge.pk, 0)
        context["table"].data = shown
        return context

    def get_list_more_buttons(self, instance):
        buttons = super().get_list_more_buttons(instance)
        if self.request.user.has_perm("gamification.change_badge"):
            buttons.append(Button(_("Who would get it?"), url=who_url(instance), icon_name="group", priority=15))
        return buttons


class LeadsToWho:
    """What was published is not given to those who met it long ago: the message leads to where that is done."""

    def get_success_buttons(self):
        return [*super().get_success_buttons(), messages.button(who_url(self.object), _("Who would get it?"))]


class BadgeCreateView(LeadsToWho, CreateView):
    pass


class BadgeEditView(LeadsToWho, EditView):
    @property
    def header_buttons(self):
        """Beside the trail, where Wagtail puts what leads away from the form."""
        return [HeaderButton(_("Who would get it?"), url=who_url(self.object), icon_name="group")]


class BadgeViewSet(SnippetViewSet):
    model = Badge
    icon = "badge"
    menu_label = _("Badges")
    menu_name = "badges"
    menu_order = 20
    menu_hook = "register_gamification_menu_item"
    index_view_class = BadgeIndexView
    add_view_class = BadgeCreateView
    edit_view_class = BadgeEditView
    filterset_class = BadgeFilterSet
    list_per_page = 50
    ordering = ("name",)
    copy_view_enabled = False
    list_display = [
        "name",
        PictureColumn("picture", label=_("Picture"), accessor="drawing"),
        Column("words", label=_("What has to be done"), classname="badge-words"),
        Column("rarity", label=_("Rarity"), accessor="get_rarity_display", sort_key="rarity"),
        Column("people", label=_("People who have it"), classname="record-number"),
        UpdatedAtColumn(),
        # Wagtail's own column asks each row for a scheduled revision.
        StatusTagColumn(
            "state", label=_("Status"), accessor="state", sort_key="live", primary=lambda badge: badge.live
        ),
    ]

    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("description"),
            FieldPanel("criteria"),
            CriteriaWordsPanel(heading=_("In words")),
            MultiFieldPanel(
                [
                    FieldPanel("drawing", widget=DrawingSelect(folder="badges")),
                    FieldPanel("image"),
                    FieldPanel("rarity"),
                ],
                heading=_("How it looks"),
            ),
            MultiFieldPanel(
                [FieldPanel("is_hidden"), FieldPanel("valid_days")],
                heading=_("How it is given"),
                help_text=_(
                    "Whoever meets the criteria gets a published badge with the next thing they do. To give it at once to all "
                    "who have met them before, publish it and open “Who would get it?”."
                ),
            ),
        ]
    )

    def get_queryset(self, request: Any) -> Any:
        # The list names each badge as its latest revision does.
        return with_pictures(Badge.objects.select_related("latest_revision"))
