"""Who has which badge, and why; giving badges by hand and taking them back."""

from django import forms
from django.contrib.admin import SimpleListFilter
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.panels import FieldPanel, ObjectList

from accounts.modeladmin.chooser import person_chooser
from gamification.exceptions import AlreadyRevoked, GamificationError
from gamification.forms.badges import GiveBadgeForm
from gamification.models import Badge, BadgeAward
from gamification.policies import visible_to
from gamification.selectors.awards import Met, explain_award
from gamification.selectors.badges import held
from gamification.services.badges import revoke_award
from learning.modeladmin.bulk import skipped_words
from learning.modeladmin.filters import LearnerFilter
from workbench.days import site_day
from workbench.furniture import status_tag
from workbench.modeladmin import (
    BulkAction,
    ScopedCreateView,
    ScopedInspectView,
    ScopedModelAdmin,
    ScopedPermissionHelper,
)
from workbench.modeladmin.filters import RowsFilter
from workbench.records import Related
from workbench.times import day_words, moment_words


class BadgeFilter(RowsFilter):
    title = gettext_lazy("badge")
    parameter_name = "badge"

    def rows(self, request):
        return Badge.objects.order_by("name")

    def queryset(self, request, queryset):
        return queryset.filter(badge__uuid=self.value()) if self.value() in dict(self.lookup_choices) else queryset


class AwardStateFilter(SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [
            ("held", _("Held")),
            ("over", _("Expired")),
            ("revoked", _("Taken back")),
            ("by_hand", _("Given by hand")),
        ]

    def queryset(self, request, queryset):
        match self.value():
            case "held":
                return queryset.filter(held())
            case "over":
                return queryset.filter(revoked_at=None, expires_on__lt=site_day())
            case "revoked":
                return queryset.filter(revoked_at__isnull=False)
            case "by_hand":
                return queryset.exclude(reason="")
        return queryset


class WhyForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The person reads it on the page of the badge."),
    )


class RevokeAwards(BulkAction):
    name = "revoke"
    label = gettext_lazy("Take back…")
    confirm_label = gettext_lazy("Take back")
    is_grave = True
    form_class = WhyForm

    def may(self, user):
        return user.has_perm("gamification.revoke_badgeaward")

    def refusal(self, user, row):
        return _("Taken back already.") if row.revoked_at else ""

    def question(self, count):
        return ngettext("Take this badge back?", "Take %(count)d badges back?", count) % {"count": count}

    def explanation(self):
        return _("The record stays. Nobody gets the badge again by themselves: only a person can give it anew.")

    def run(self, *, rows, actor, data):
        revoked = 0
        for row in rows:
            try:
                revoke_award(award=row, reason=data["reason"], actor=actor)
            except AlreadyRevoked:
                continue
            revoked += 1
        words = ngettext("%d badge was taken back.", "%d badges were taken back.", revoked) % revoked
        return words + skipped_words(len(rows) - revoked, _("taken back meanwhile"))


class AwardPermissionHelper(ScopedPermissionHelper):
    """Awards follow from events. Some are given by hand; none is edited or deleted."""

    never = frozenset({"change", "delete"})

    def user_can_create(self, user):
        return user.has_perm("gamification.give_badgeaward")


class GiveView(ScopedCreateView):
    """What the service refuses stands at the form, and nothing was changed."""

    save_label = gettext_lazy("Give the badge")

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except GamificationError as error:
            form.add_error(None, error.args[0])
            return self.form_invalid(form)

    def get_success_url(self):
        return self.url_helper.get_action_url("inspect", self.instance.pk)

    def get_success_message(self, instance):
        return _("%(person)s has the badge “%(badge)s” now.") % {
            "person": instance.learner.name,
            "badge": instance.badge_name,
        }

    def get_success_message_buttons(self, instance):
        return []


class AwardInspectView(ScopedInspectView):
    def name(self):
        return f"{person_words(self.instance)}: {self.instance.badge_name}"


def person_words(award: BadgeAward) -> str:
    return award.learner.name if award.learner else _("anonymized")


def state_tag(award: BadgeAward):
    match award.state:
        case "revoked":
            return status_tag(_("taken back"), "record-late")
        case "over":
            return status_tag(_("expired"), "record-soon")
    return status_tag(_("held"), "w-status--primary")


def cause_words(met: Met):
    """What met a criterion, one line for each thing that was done."""
    return format_html_join(
        "",
        "<div>{}{}<br><span class='record-note'>{}</span></div>",
        ((cause.title, f" · {cause.value}" if cause.value else "", moment_words(cause.at)) for cause in met.causes),
    )


class BadgeAwardAdmin(ScopedModelAdmin):
    model = BadgeAward
    visible_to = visible_to
    menu_hook = "register_gamification_menu_item"
    menu_icon = "badge"
    menu_order = 30
    menu_label = gettext_lazy("Badges awarded")
    permission_helper_class = AwardPermissionHelper
    inspect_view_enabled = True
    inspect_view_class = AwardInspectView
    create_view_class = GiveView
    stacks = True
    list_display = ("learner_name", "badge_name", "state_words", "earned", "how")
    list_filter = (BadgeFilter, AwardStateFilter, LearnerFilter)
    list_select_related = ("learner", "badge", "awarded_by")
    bulk_actions = (RevokeAwards,)
    search_fields = ("learner__first_name", "learner__last_name", "learner__email", "badge_name")
    search_hint = gettext_lazy("Person or badge")
    ordering = ("-earned_at", "-pk")
    empty_text = gettext_lazy(
        "Nobody has a badge yet. People get one in the moment in which they meet its criteria, or by hand."
    )
    edit_handler = ObjectList(
        [FieldPanel("badge"), FieldPanel("learner", widget=person_chooser.widget_class), FieldPanel("reason")],
        base_form_class=GiveBadgeForm,
    )

    def get_add_label(self):
        return _("Give a badge")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("learner", "badge", "awarded_by", "revoked_by")

    def facts(self, award):
        rows = [
            (_("Person"), person_words(award)),
            (_("Badge"), award.badge_name),
            (_("State"), state_tag(award)),
            (_("Earned"), moment_words(award.earned_at)),
            (_("Given by the site"), "" if award.is_by_hand else moment_words(award.awarded_at)),
            (_("Given by hand by"), award.awarded_by.name if award.awarded_by else ""),
            (_("Reason"), award.reason),
            (_("Valid until"), day_words(award.expires_on)),
            (_("Taken back"), moment_words(award.revoked_at)),
            (_("Taken back by"), award.revoked_by.name if award.revoked_by else ""),
            (_("Why it was taken back"), award.revoked_reason),
            *((met.words, cause_words(met)) for met in explain_award(award)),
        ]
        return [(label, value) for label, value in rows if value]

    def related(self, viewer, award):
        if award.learner and viewer.has_perm("learning.view_learningevent"):
            url = reverse("learning_learningevent_modeladmin_index")
            yield Related(
                gettext_lazy("events of this person"),
                f"{url}?person={award.learner.uuid}",
                award.learner.learning_events.count(),
            )

    def learner_name(self, award):
        return person_words(award)

    learner_name.short_description = gettext_lazy("person")
    learner_name.admin_order_field = "learner__last_name"

    def state_words(self, award):
        return state_tag(award)

    state_words.short_description = gettext_lazy("state")

    def earned(self, award):
        return moment_words(award.earned_at)

    earned.short_description = gettext_lazy("earned")
    earned.admin_order_field = "earned_at"

    def how(self, award):
        if not award.is_by_hand:
            return _("by the criteria")
        who = award.awarded_by.name if award.awarded_by else _("anonymized")
        return format_html("{}<br><span class='record-note'>{}</span>", _("by hand: %s") % who, award.reason)

    how.short_description = gettext_lazy("how")
