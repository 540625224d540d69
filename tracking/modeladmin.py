"""Events for analytics services in the admin: what was told, what was not and why, and telling it again."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.widgets.button import HeaderButton

from tracking.models import DEAD, Dispatch, DispatchState
from tracking.policies import SEND_TEST, visible_to
from tracking.selectors.dispatches import vendor_label
from tracking.selectors.site import accounts
from tracking.services import replay
from tracking.vendors import VENDORS
from workbench.furniture import status_tag
from workbench.modeladmin import BulkAction, ScopedIndexView, ScopedModelAdmin, ScopedPermissionHelper
from workbench.times import moment_words

TONES = {DispatchState.SENT: "w-status--primary", **dict.fromkeys(DEAD, "record-late")}


class StateFilter(SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("dead", _("Ended badly")), *DispatchState.choices]

    def queryset(self, request, queryset):
        if self.value() == "dead":
            return queryset.filter(state__in=DEAD)
        return queryset.filter(state=self.value()) if self.value() in DispatchState.values else queryset


class ServiceFilter(SimpleListFilter):
    title = gettext_lazy("service")
    parameter_name = "service"

    def lookups(self, request, model_admin):
        return [(key, vendor.label) for key, vendor in VENDORS.items()]

    def queryset(self, request, queryset):
        return queryset.filter(vendor=self.value()) if self.value() in VENDORS else queryset


class SendAgain(BulkAction):
    name = "again"
    label = gettext_lazy("Send again")
    confirm_label = gettext_lazy("Send again")

    def may(self, user: Any) -> bool:
        return user.has_perm("tracking.change_dispatch")

    def refusal(self, user: Any, row: Dispatch) -> str:
        if not row.is_dead:
            return _("It did not end badly.")
        return "" if row.vendor in accounts() else _("The service is switched off.")

    def question(self, count: int) -> str:
        return ngettext("Send %d event again?", "Send %d events again?", count) % count

    def explanation(self) -> str:
        return _(
            "Mixpanel counts an event that it has already once. Google Analytics does not notice: what is unknown "
            "there may then be counted twice."
        )

    def run(self, *, rows: list[Any], actor: Any, data: dict[str, Any]) -> str:
        moved = replay(rows=rows, actor=actor)
        return ngettext("%d event goes within a minute.", "%d events go within a minute.", moved) % moved


class DispatchPermissionHelper(ScopedPermissionHelper):
    """Workers write these rows; a person only sends them again."""

    never = frozenset({"add", "change", "delete"})


class DispatchIndexView(ScopedIndexView):
    def header_buttons(self):
        if not self.request.user.has_perm(SEND_TEST):
            return []
        return [HeaderButton(_("Send a test event"), url=reverse("tracking_test_event"), icon_name="resubmit")]


class DispatchAdmin(ScopedModelAdmin):
    model = Dispatch
    visible_to = visible_to
    menu_hook = "register_reports_menu_item"
    menu_icon = "globe"
    menu_order = 810
    menu_label = gettext_lazy("Sent to analytics")
    permission_helper_class = DispatchPermissionHelper
    index_view_class = DispatchIndexView
    inspect_view_enabled = True
    history_view_enabled = False
    stacks = True
    bulk_actions = (SendAgain,)
    list_display = ("event", "service", "state_column", "happened", "ended")
    list_filter = (StateFilter, ServiceFilter)
    search_fields = ("name", "pseudonym")
    search_hint = gettext_lazy("Event or pseudonym")
    ordering = ("-id",)
    empty_text = gettext_lazy(
        "Nothing was sent to an analytics service. Under Settings > Usage tracking they are switched on; only what people "
        "agreed to is sent."
    )

    def event(self, row):
        url = self.url_helper.get_action_url("inspect", row.pk)
        said = row.sentence or row.about
        note = format_html('<p class="record-note">{}</p>', said) if said else ""
        return format_html('<a class="title-wrapper" href="{}">{}</a>{}', url, row.words, note)

    event.short_description = gettext_lazy("event")
    event.admin_order_field = "name"

    def service(self, row):
        return vendor_label(row.vendor)

    service.short_description = gettext_lazy("service")
    service.admin_order_field = "vendor"

    def state_column(self, row):
        return status_tag(row.get_state_display(), TONES.get(row.state, ""))

    state_column.short_description = gettext_lazy("state")
    state_column.admin_order_field = "state"

    def happened(self, row):
        return moment_words(row.at)

    happened.short_description = gettext_lazy("happened")
    happened.admin_order_field = "at"

    def ended(self, row):
        return moment_words(row.ended_at) if row.ended_at else ""

    ended.short_description = gettext_lazy("ended")
    ended.admin_order_field = "ended_at"

    def facts(self, row):
        facts = [
            (_("Event"), f"{row.words} ({row.name})"),
            (_("Service"), vendor_label(row.vendor)),
            (_("State"), self.state_column(row)),
            (_("Why"), row.sentence),
            (_("Happened"), moment_words(row.at)),
            (_("Ended"), moment_words(row.ended_at) if row.ended_at else ""),
            (_("Tries"), row.tries),
            (_("Pseudonym"), row.pseudonym),
            *((name, str(value)) for name, value in sorted(row.params.items())),
            (_("Event's number"), str(row.uuid)),
        ]
        return [(label, value) for label, value in facts if value not in ("", None)]
