"""Rewards in the admin: what is on offer, and the queue of what people asked for."""

from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.forms import CheckboxSelectMultiple
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList

from gamification.exceptions import GamificationError, StockChanged
from gamification.forms.drawings import DrawingSelect
from gamification.forms.rewards import RewardForm
from gamification.modeladmin.bulk import ACTIONS, may_take
from gamification.models import Redemption, RedemptionState, Reward
from gamification.policies import may_settle, visible_to
from gamification.selectors.rewards import WAITING, name_of
from learning.modeladmin.filters import LearnerFilter, LearnerTeamFilter
from notifications.tasks import sweep_mail
from workbench.days import site_day
from workbench.furniture import status_tag
from workbench.modeladmin import (
    RowButtonHelper,
    ScopedEditView,
    ScopedIndexView,
    ScopedInspectView,
    ScopedModelAdmin,
    ScopedPermissionHelper,
)
from workbench.modeladmin.filters import RowsFilter
from workbench.queue import enqueue_on_commit
from workbench.records import Related
from workbench.times import day_words, moment_words


class OfferFilter(SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("on", _("On offer")), ("off", _("Not on offer")), ("sold-out", _("Sold out"))]

    def queryset(self, request, queryset):
        match self.value():
            case "on":
                return queryset.filter(is_active=True)
            case "off":
                return queryset.filter(is_active=False)
            case "sold-out":
                return queryset.filter(stock=0)
        return queryset


def is_on_record(reward: Reward) -> bool:
    """Whether anybody ever asked for it; the list brings the answer along."""
    return reward.has_rows if hasattr(reward, "has_rows") else reward.redemptions.exists()


class RewardPermissionHelper(ScopedPermissionHelper):
    """What somebody asked for stays on record; it is taken off the offer instead."""

    def user_can_delete_obj(self, user, obj):
        return self.may(user, "delete") and not is_on_record(obj)


class RewardEditView(ScopedEditView):
    """What is refused stands at the form, and nothing was saved."""

    def form_valid(self, form):
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except StockChanged as error:
            form.add_error("stock", error.args[0])
            # The next try is about the stock as it is now, which the sentence above the field names.
            now = Reward.objects.values_list("stock", flat=True).get(pk=self.instance.pk)
            form.add_error("stock", _("In stock now: %s.") % (_("no limit") if now is None else now))
            form.data = form.data.copy()
            form.data["stock_seen"] = "" if now is None else str(now)
            return self.form_invalid(form)


class RewardAdmin(ScopedModelAdmin):
    model = Reward
    visible_to = visible_to
    menu_hook = "register_gamification_menu_item"
    menu_icon = "pick"
    menu_order = 40
    permission_helper_class = RewardPermissionHelper
    edit_view_class = RewardEditView
    inspect_view_enabled = True
    stacks = True
    list_display = ("name", "cost_words", "stock_words", "state", "days", "approval")
    list_filter = (OfferFilter,)
    search_fields = ("name", "description")
    search_hint = gettext_lazy("Reward")
    ordering = ("cost", "name")
    empty_text = gettext_lazy("There are no rewards yet. Make one, and learners can spend their points on it.")
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("description"),
            MultiFieldPanel(
                [FieldPanel("drawing", widget=DrawingSelect(folder="rewards")), FieldPanel("image")],
                heading=gettext_lazy("How it looks"),
            ),
            FieldRowPanel(
                [
                    FieldPanel("cost", help_text=gettext_lazy("What it costs.")),
                    FieldPanel("stock"),
                    FieldPanel("per_person"),
                ]
            ),
            MultiFieldPanel(
                [
                    FieldPanel("teams", widget=CheckboxSelectMultiple),
                    FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on")]),
                ],
                heading=gettext_lazy("For whom and when"),
            ),
            MultiFieldPanel([FieldPanel("needs_approval"), FieldPanel("note")], heading=gettext_lazy("Handing over")),
            FieldPanel("is_active"),
        ],
        base_form_class=RewardForm,
    )

    def get_queryset(self, request):
        asked = Redemption.objects.filter(reward=OuterRef("pk"))
        return super().get_queryset(request).annotate(has_rows=Exists(asked))

    def facts(self, reward):
        teams = ", ".join(reward.teams.order_by("name").values_list("name", flat=True))
        rows = [
            (_("Description"), reward.description),
            (_("Points"), self.cost_words(reward)),
            (_("State"), self.state(reward)),
            (_("In stock"), self.stock_words(reward)),
            (_("Times for each person"), reward.per_person or _("no limit")),
            (_("For"), teams or _("everybody")),
            (_("Days"), self.days(reward)),
            (_("Approval"), self.approval(reward)),
            (_("Note for whoever hands it over"), reward.note),
            (_("Made"), moment_words(reward.created_at)),
        ]
        return [(label, value) for label, value in rows if value]

    def related(self, viewer, reward):
        if viewer.has_perm("gamification.view_redemption"):
            rows = visible_to(viewer, Redemption.objects.filter(reward=reward))
            count = rows.count()
            yield Related(
                ngettext("time asked for", "times asked for", count),
                f"{reverse('gamification_redemption_modeladmin_index')}?reward={reward.uuid}",
                count,
            )

    def cost_words(self, reward):
        return number_format(reward.cost, force_grouping=True)

    cost_words.short_description = gettext_lazy("points")
    cost_words.admin_order_field = "cost"

    def stock_words(self, reward):
        if reward.stock is None:
            return _("no limit")
        return status_tag(_("sold out"), "record-soon") if not reward.stock else number_format(reward.stock)

    stock_words.short_description = gettext_lazy("in stock")
    stock_words.admin_order_field = "stock"

    def state(self, reward):
        today = site_day()
        if not reward.is_active:
            return status_tag(_("not on offer"))
        if reward.starts_on and today < reward.starts_on:
            return status_tag(_("to come"))
        if reward.ends_on and reward.ends_on < today:
            return status_tag(_("over"))
        return status_tag(_("on offer"), "w-status--primary")

    state.short_description = gettext_lazy("state")
    state.admin_order_field = "is_active"

    def days(self, reward):
        first, last = day_words(reward.starts_on), day_words(reward.ends_on)
        return f"{first or '…'} – {last or '…'}" if first or last else _("any day")

    days.short_description = gettext_lazy("days")
    days.admin_order_field = "ends_on"

    def approval(self, reward):
        return _("somebody has to approve") if reward.needs_approval else _("promised at once")

    approval.short_description = gettext_lazy("approval")
    approval.admin_order_field = "needs_approval"

    def get_empty_value_display(self, field_name=None):
        return ""


class RedemptionStateFilter(SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("waiting", _("Waits for somebody")), *RedemptionState.choices]

    def queryset(self, request, queryset):
        if self.value() == "waiting":
            return queryset.filter(state__in=WAITING)
        return queryset.filter(state=self.value()) if self.value() in RedemptionState.values else queryset


class RewardFilter(RowsFilter):
    title = gettext_lazy("reward")
    parameter_name = "reward"

    def rows(self, request):
        return Reward.objects.order_by("name")

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(reward__uuid=self.value())


class RedemptionPermissionHelper(ScopedPermissionHelper):
    """What was asked for is settled by its steps, not in a form."""

    never = frozenset({"add", "delete"})

    def user_can_edit_obj(self, user, obj):
        return False


class RedemptionButtonHelper(RowButtonHelper):
    def actions(self, obj):
        return [
            self.link(
                str(action.label),
                reverse("gamification_settle", args=[obj.uuid, action.name]),
                prominent=action is not ACTIONS[-1],
            )
            for action in ACTIONS
            if may_take(action, self.request.user, obj)
        ]


class RedemptionIndexView(ScopedIndexView):
    """What waits: the longest waiting first. All else: the newest first."""

    def _get_default_ordering(self):
        is_queue = self.params.get(RedemptionStateFilter.parameter_name) in ("waiting", *WAITING)
        return ("requested_at", "pk") if is_queue else ("-requested_at", "-pk")

    def get_default_ordering(self, request):
        return self._get_default_ordering()


class RedemptionInspectView(ScopedInspectView):
    def name(self):
        return f"{self.instance.reward_name}: {name_of(self.instance.learner)}"


class RedemptionAdmin(ScopedModelAdmin):
    model = Redemption
    visible_to = visible_to
    menu_hook = "register_gamification_menu_item"
    menu_icon = "tasks"
    menu_order = 45
    menu_label = gettext_lazy("Rewards asked for")
    permission_helper_class = RedemptionPermissionHelper
    button_helper_class = RedemptionButtonHelper
    inspect_view_enabled = True
    inspect_view_class = RedemptionInspectView
    index_view_class = RedemptionIndexView
    bulk_actions = ACTIONS
    stacks = True
    list_display = ("person", "reward_name", "points", "state_words", "asked", "closed")
    list_filter = (RedemptionStateFilter, RewardFilter, LearnerTeamFilter, LearnerFilter)
    list_select_related = ("learner",)
    search_fields = ("learner__first_name", "learner__last_name", "learner__email", "reward_name")
    search_hint = gettext_lazy("Person or reward")
    empty_text = gettext_lazy("Nobody has asked for a reward yet. What learners spend their points on stands here.")

    def facts(self, redemption):
        rows = [
            (_("Reward"), redemption.reward_name),
            (_("Person"), name_of(redemption.learner)),
            (_("E-mail address"), redemption.learner.email if redemption.learner else ""),
            (_("Points"), self.points(redemption)),
            (_("State"), self.state_words(redemption)),
            (_("Message"), redemption.message),
            (_("Note for whoever hands it over"), redemption.reward.note if redemption.is_waiting else ""),
        ]
        return [(label, value) for label, value in rows if value]

    def related(self, viewer, redemption):
        person = redemption.learner
        if person is not None and viewer.has_perm("gamification.view_redemption"):
            count = visible_to(viewer, Redemption.objects.filter(learner=person)).count()
            yield Related(
                ngettext("reward this person asked for", "rewards this person asked for", count),
                f"{self.url_helper.index_url}?person={person.uuid}",
                count,
            )

    def person(self, redemption):
        return name_of(redemption.learner)

    person.short_description = gettext_lazy("person")
    person.admin_order_field = "learner__last_name"

    def points(self, redemption):
        return number_format(redemption.cost, force_grouping=True)

    points.short_description = gettext_lazy("points")
    points.admin_order_field = "cost"

    def state_words(self, redemption):
        tones = {
            RedemptionState.REQUESTED: "record-soon",
            RedemptionState.APPROVED: "record-soon",
            RedemptionState.FULFILLED: "w-status--primary",
        }
        if redemption.state == RedemptionState.APPROVED:
            return status_tag(_("to be handed over"), tones[RedemptionState.APPROVED])
        if redemption.state == RedemptionState.REQUESTED:
            return status_tag(_("to be decided"), tones[RedemptionState.REQUESTED])
        return status_tag(redemption.get_state_display(), tones.get(redemption.state, ""))

    state_words.short_description = gettext_lazy("state")
    state_words.admin_order_field = "state"

    def asked(self, redemption):
        return moment_words(redemption.requested_at)

    asked.short_description = gettext_lazy("asked")
    asked.admin_order_field = "requested_at"

    def closed(self, redemption):
        done = redemption.closed_at
        if redemption.state == RedemptionState.DECLINED:
            done = redemption.decided_at
        return day_words(done) or _("not yet")

    closed.short_description = gettext_lazy("settled")
    closed.admin_order_field = "closed_at"

    def get_empty_value_display(self, field_name=None):
        return ""

    # One step with one redemption -------------------------------------------------

    def settle_view(self, request, uuid, name):
        """Say what will happen and what is needed for it; a POST takes the step."""
        action = next((one for one in ACTIONS if one.name == name), None)
        if action is None:
            raise Http404("No such step.")
        found = self.get_queryset(request).filter(uuid=uuid).values_list("pk", flat=True).first()
        redemption = self.object_in_scope(request, str(found or 0))
        step = action(self)
        if not may_settle(request.user, redemption):
            raise PermissionDenied
        refused = step.refusal(request.user, redemption)
        form = step.form(request, request.POST if request.method == "POST" else None)
        back = self.url_helper.get_action_url("inspect", redemption.pk)
        if refused:
            messages.error(request, _("Nothing was changed. %s") % refused)
            return redirect(back)
        if request.method == "POST" and form.is_valid():
            try:
                step.take(redemption, request.user, form.cleaned_data)
            except GamificationError as error:
                messages.error(request, error.args[0])
            else:
                enqueue_on_commit(sweep_mail)
                messages.success(request, step.told(1))
            return redirect(back)
        context = {
            "redemption": redemption,
            "action": step,
            "form": form,
            "facts": self.facts(redemption),
            "back": back,
            **self.furniture(step.question(1), (back, str(redemption)), last=step.confirm_label),
        }
        return render(request, "gamification/admin/settle.html", context, status=422 if form.errors else 200)

    def get_admin_urls_for_registration(self):
        return (
            *super().get_admin_urls_for_registration(),
            path("gamification/redemption/<uuid:uuid>/<slug:name>/", self.settle_view, name="gamification_settle"),
        )
