"""Runs and deliveries in the admin: what was due, what became of it, for whom."""

from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.exceptions import ResendRefused
from notifications.models import MailState
from notifications.policies import may_resend
from notifications.services import resend_mail
from notifications.tasks import send_mail
from reports.modeladmin.schedules import TONE
from reports.models import Delivery, DeliveryState, Run, RunState, Schedule
from reports.policies import visible_to
from reports.selectors.schedules import moment_in_words, reason_of, result_of, run_history
from workbench.furniture import status_tag
from workbench.modeladmin import RowButtonHelper, ScopedInspectView, ScopedModelAdmin, ScopedPermissionHelper
from workbench.modeladmin.filters import RowsFilter
from workbench.queue import enqueue_on_commit

MAIL_TONE = {
    MailState.SENT: "w-status--primary",
    MailState.KEPT: "w-status--primary",
    MailState.FAILED: "record-late",
    MailState.UNKNOWN: "record-late",
    MailState.SUPPRESSED: "record-soon",
    DeliveryState.SUPPRESSED: "record-soon",
}


# A run's own page names everybody a schedule can hold.
MOST_SHOWN = 1000


class ScheduleFilter(RowsFilter):
    title = gettext_lazy("schedule")
    parameter_name = "schedule"
    path = "schedule"

    def rows(self, request):
        return visible_to(request.user, Schedule.objects.order_by("title", "pk").only("uuid", "title"))

    def label_of(self, row):
        return row.title

    def queryset(self, request, queryset):
        return queryset.filter(schedule__uuid=self.value()) if self.value() in dict(self.lookup_choices) else queryset


class ReadOnlyHelper(ScopedPermissionHelper):
    never = frozenset({"add", "change", "delete"})


class RunButtonHelper(RowButtonHelper):
    def get_buttons_for_obj(self, obj, exclude=(), **kwargs):
        schedule = reverse("reports_schedule_modeladmin_inspect", args=[obj.schedule_id])
        return [self.link(_("Schedule"), schedule)]

    def get_primary_button(self, obj):
        return self.link(_("Details"), self.url_helper.get_action_url("inspect", obj.pk))


class RunInspectView(ScopedInspectView):
    def name(self):
        return f"{self.instance.schedule.title}: {self.instance.period}"

    def get_context_data(self, **kwargs):
        run = self.instance
        rows = [
            (_("Due"), f"{moment_in_words(run.scheduled_for, run.schedule)} ({run.schedule.zone})"),
            (_("Kind"), run.get_kind_display()),
            (_("Asked for by"), run.requested_by.name if run.requested_by else ""),
            (_("State"), status_tag(run.get_state_display(), TONE.get(run.state, ""))),
            (_("Attempts to make it"), run.attempts),
            (_("Made"), moment_in_words(run.ready_at, run.schedule) if run.ready_at else ""),
            (_("Finished"), moment_in_words(run.finished_at, run.schedule) if run.finished_at else ""),
            (_("What went wrong"), run.error),
        ]
        return {
            **super().get_context_data(**kwargs),
            "fields": [{"label": label, "value": value} for label, value in rows if value],
            "buttons": self.button_helper.get_buttons_for_obj(run),
            "history": run_history(runs=Run.objects.filter(pk=run.pk), limit=1, most=MOST_SHOWN),
            "may_resend": may_resend(self.request.user),
        }


class RunAdmin(ScopedModelAdmin):
    model = Run
    visible_to = visible_to
    menu_hook = "register_reports_menu_item"
    menu_icon = "history"
    menu_order = 110
    permission_helper_class = ReadOnlyHelper
    button_helper_class = RunButtonHelper
    inspect_view_enabled = True
    inspect_view_class = RunInspectView
    history_view_enabled = False
    list_display = ("schedule_title", "due", "period", "kind_words", "state_words", "error")
    list_filter = (ScheduleFilter, "state")
    list_select_related = ("schedule",)
    search_fields = ("schedule__title", "period")
    search_hint = gettext_lazy("Schedule or period")
    ordering = ("-scheduled_for", "-pk")
    empty_text = gettext_lazy("Nothing has been due yet. Each time a schedule sends, its run stands here.")

    def schedule_title(self, run):
        return run.schedule.title

    schedule_title.short_description = gettext_lazy("schedule")
    schedule_title.admin_order_field = "schedule__title"

    def due(self, run):
        return moment_in_words(run.scheduled_for, run.schedule)

    due.short_description = gettext_lazy("due")
    due.admin_order_field = "scheduled_for"

    def kind_words(self, run):
        return run.get_kind_display()

    kind_words.short_description = gettext_lazy("kind")

    def state_words(self, run):
        return status_tag(RunState(run.state).label, TONE.get(run.state, ""))

    state_words.short_description = gettext_lazy("state")
    state_words.admin_order_field = "state"

    def get_empty_value_display(self, field_name=None):
        return ""


class ResultFilter(SimpleListFilter):
    title = gettext_lazy("result")
    parameter_name = "result"

    def lookups(self, request, model_admin):
        return [*MailState.choices, ("not-queued", DeliveryState.PENDING.label)]

    def queryset(self, request, queryset):
        if self.value() == "not-queued":
            return queryset.filter(mail=None, state=DeliveryState.PENDING)
        if self.value() in (MailState.SUPPRESSED, MailState.FAILED):
            return queryset.filter(Q(mail__state=self.value()) | Q(mail=None, state=self.value()))
        return queryset.filter(mail__state=self.value()) if self.value() in MailState.values else queryset


class DeliveryButtonHelper(RowButtonHelper):
    def get_buttons_for_obj(self, obj, exclude=(), **kwargs):
        buttons = [self.link(_("Run"), reverse("reports_run_modeladmin_inspect", args=[obj.run_id]))]
        if obj.mail_id and obj.mail.is_settled and may_resend(self.request.user):
            buttons.append(self.post(_("Send again"), reverse("reports_resend", args=[obj.uuid])))
        return buttons

    def get_primary_button(self, obj):
        return self.link(_("Run"), reverse("reports_run_modeladmin_inspect", args=[obj.run_id]))


class DeliveryAdmin(ScopedModelAdmin):
    model = Delivery
    visible_to = visible_to
    menu_hook = "register_reports_menu_item"
    menu_icon = "group"
    menu_order = 120
    permission_helper_class = ReadOnlyHelper
    button_helper_class = DeliveryButtonHelper
    history_view_enabled = False
    list_display = ("to", "schedule_title", "due", "result", "why")
    list_filter = (ScheduleFilter, ResultFilter)
    list_select_related = ("run__schedule", "mail", "recipient")
    search_fields = ("address", "recipient__first_name", "recipient__last_name", "schedule__title")
    search_hint = gettext_lazy("Address, person or schedule")
    ordering = ("-run__scheduled_for", "address")
    empty_text = gettext_lazy("No report has gone to anybody yet. Each recipient of each run stands here.")

    def to(self, delivery):
        if delivery.recipient is None:
            return delivery.address
        return format_html('{} <span class="record-note">{}</span>', delivery.recipient.name, delivery.address)

    to.short_description = gettext_lazy("recipient")
    to.admin_order_field = "address"

    def schedule_title(self, delivery):
        return delivery.run.schedule.title

    schedule_title.short_description = gettext_lazy("schedule")
    schedule_title.admin_order_field = "schedule__title"

    def due(self, delivery):
        return moment_in_words(delivery.run.scheduled_for, delivery.run.schedule)

    due.short_description = gettext_lazy("due")
    due.admin_order_field = "run__scheduled_for"

    def result(self, delivery):
        state, words = result_of(delivery)
        return status_tag(words, MAIL_TONE.get(state, ""))

    result.short_description = gettext_lazy("result")

    def why(self, delivery):
        return reason_of(delivery)

    why.short_description = gettext_lazy("why")

    def get_empty_value_display(self, field_name=None):
        return ""

    def resend_view(self, request, uuid):
        """Send a settled mail once more because somebody asked for it. Only POST changes anything."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        delivery = visible_to(request.user, Delivery.objects.select_related("mail", "run")).filter(uuid=uuid).first()
        if delivery is None or delivery.mail is None:
            raise Http404("No such mail for this viewer.")
        if not may_resend(request.user):
            raise PermissionDenied
        try:
            with transaction.atomic():
                resend_mail(mail=delivery.mail, actor=request.user)
                enqueue_on_commit(send_mail, delivery.mail_id)
        except ResendRefused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The report is on its way to %s once more.") % delivery.address)
        return redirect(reverse("reports_run_modeladmin_inspect", args=[delivery.run_id]))

    def get_admin_urls_for_registration(self):
        return (
            *super().get_admin_urls_for_registration(),
            path("reports/delivery/<uuid:uuid>/resend/", self.resend_view, name="reports_resend"),
        )
