"""Schedules in the admin: the list, the form, one schedule with its next times and its history."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.panels import ObjectList
from wagtail.log_actions import log

from notifications.policies import may_resend
from reports.exceptions import ReportError, UnknownReport
from reports.forms.schedule import ScheduleForm
from reports.models import Artifact, Format, Run, RunAs, RunState, Schedule, Subscription
from reports.policies import visible_to
from reports.registries import source_for
from reports.selectors.audiences import people_of
from reports.selectors.reports import opened_report, report_for
from reports.selectors.results import scope_hash
from reports.selectors.schedules import (
    audience_names,
    audiences_in_short,
    coming_occurrences,
    moment_in_words,
    pins_in_words,
    problems_of,
    run_history,
    schedules_for_listing,
    when_in_words,
)
from reports.selectors.subscriptions import opted_out
from reports.services import pause_schedule, request_run, resume_schedule
from reports.tasks import render_run
from workbench.furniture import status_tag
from workbench.modeladmin import (
    RowButtonHelper,
    ScopedCreateView,
    ScopedEditView,
    ScopedInspectView,
    ScopedModelAdmin,
    ScopedPermissionHelper,
)
from workbench.queue import enqueue_on_commit
from workbench.times import day_words

HISTORY = 20
# What the form's other buttons say: show the next times, show the filters of the report that was chosen.
LOOKS = ("times", "filters")
# Of each run in the history; its own page names them all.
MOST_OF_A_RUN = 10
TONE = {
    RunState.DONE: "w-status--primary",
    RunState.PARTIAL: "record-late",
    RunState.FAILED: "record-late",
    RunState.MISSED: "record-late",
    RunState.SKIPPED: "record-soon",
    RunState.CANCELLED: "record-soon",
}


class SchedulePermissionHelper(ScopedPermissionHelper):
    """What has a history stays: such a schedule is paused, not deleted."""

    def user_can_delete_obj(self, user, obj):
        return super().user_can_delete_obj(user, obj) and not obj.runs.exists()


class ScheduleButtonHelper(RowButtonHelper):
    def get_buttons_for_obj(self, obj, exclude=(), **kwargs):
        buttons = []
        if "inspect" not in exclude:
            buttons.append(self.link(_("Details"), self.url_helper.get_action_url("inspect", obj.pk)))
        if self.permission_helper.user_can_edit_obj(self.request.user, obj):
            buttons.append(self.link(_("Edit"), self.url_helper.get_action_url("edit", obj.pk)))
            buttons.append(self.post(_("Send me one now"), reverse("reports_send_now", args=[obj.uuid])))
            if obj.is_enabled:
                buttons.append(self.post(_("Pause"), reverse("reports_pause", args=[obj.uuid])))
            else:
                buttons.append(self.post(_("Resume"), reverse("reports_resume", args=[obj.uuid])))
        return buttons

    def get_primary_button(self, obj):
        return self.link(_("Details"), self.url_helper.get_action_url("inspect", obj.pk))


class ScheduleFormView:
    """The form in its four parts. Its other buttons, for the times and for a report's filters, save nothing."""

    def get_form_class(self):
        return ScheduleForm

    def post(self, request, *args, **kwargs):
        if request.POST.get("do") not in LOOKS:
            return super().post(request, *args, **kwargs)
        form = self.get_form()
        form.full_clean()
        form.only_times()
        return self.render_to_response(self.get_context_data(form=form, has_unsaved_changes=True))

    def get_context_data(self, form=None, **kwargs):
        form = form or self.get_form()
        return super().get_context_data(form=form, **kwargs)

    def get_success_url(self):
        """The schedule's own page: what it will do stands there."""
        return self.url_helper.get_action_url("inspect", self.instance.pk)


class ScheduleCreateView(ScheduleFormView, ScopedCreateView):
    def get_initial(self):
        """The report in the address, where somebody comes from one."""
        slug = self.request.GET.get("report", "")
        try:
            opened = opened_report(slug=slug, viewer=self.request.user)
        except UnknownReport:
            return super().get_initial()
        return {**super().get_initial(), "report": slug, "title": opened.title}


class ScheduleEditView(ScheduleFormView, ScopedEditView):
    pass


def opted_out_in_words(entry: Subscription) -> str:
    return _("%(who)s on %(day)s") % {"who": entry, "day": day_words(entry.opted_out_at)}


class ScheduleInspectView(ScopedInspectView):
    def get_context_data(self, **kwargs):
        schedule, viewer = self.instance, self.request.user
        coming = coming_occurrences(schedule=schedule)
        rows = [
            (_("Report"), report_link(schedule, viewer)),
            (_("Narrowed to"), "; ".join(pins_in_words(schedule, at=coming[0].at if coming else timezone.now()))),
            (_("Sends"), when_in_words(schedule) if schedule.is_enabled else _("Paused")),
            (_("Recipients"), self.recipients_in_words()),
            (_("Opted out"), ", ".join(opted_out_in_words(entry) for entry in opted_out(schedule=schedule))),
            (_("Files"), ", ".join(Format(entry).label.partition(",")[0] for entry in schedule.formats)),
            (_("How they get them"), schedule.get_delivery_display()),
            (_("Whose rows"), whose_rows(schedule)),
            (_("Only with rows"), _("Who has nothing to read gets no mail.") if schedule.only_with_rows else ""),
            (_("Owner"), schedule.owner.name),
            (_("UUID"), schedule.uuid),
        ]
        runs = visible_to(viewer, Run.objects.filter(schedule=schedule))
        return {
            **super().get_context_data(**kwargs),
            "fields": [{"label": label, "value": value} for label, value in rows if value],
            "buttons": self.button_helper.get_buttons_for_obj(schedule, exclude=["inspect"]),
            "coming": [moment_in_words(entry.at, schedule) for entry in coming],
            "problems": problems_of(schedule),
            "history": run_history(runs=runs, limit=HISTORY, most=MOST_OF_A_RUN),
            "runs_total": runs.count(),
            "runs_url": f"{reverse('reports_run_modeladmin_index')}?schedule={schedule.uuid}",
            "may_resend": may_resend(viewer),
        }

    def recipients_in_words(self) -> str:
        """Single people and addresses, and each audience; with how many people are in these as of now."""
        schedule = self.instance
        names = [str(entry) for entry in schedule.recipients.select_related("person")]
        audiences = audience_names(schedule)
        if audiences:
            count = people_of(schedule.audiences.all()).count()
            words = ngettext("%(names)s (%(count)d person now)", "%(names)s (%(count)d people now)", count)
            names.insert(0, words % {"names": ", ".join(audiences), "count": count})
        return "; ".join(names) if audiences else ", ".join(names)


def report_link(schedule: Schedule, viewer: Any) -> Any:
    """The report's title, with a link for those who may open it."""
    try:
        title = opened_report(slug=schedule.report, viewer=viewer).title
    except UnknownReport:
        return schedule.report_title
    return format_html('<a href="{}">{}</a>', reverse("reports_report", args=[schedule.report]), title)


def whose_rows(schedule: Schedule) -> str:
    if schedule.run_as == RunAs.PERSON:
        return _("%(name)s: everybody gets the rows that person may open") % {"name": schedule.run_as_person.name}
    return str(RunAs(schedule.run_as).label)


class ScheduleAdmin(ScopedModelAdmin):
    model = Schedule
    visible_to = visible_to
    menu_hook = "register_reports_menu_item"
    menu_icon = "mail"
    menu_order = 100
    permission_helper_class = SchedulePermissionHelper
    button_helper_class = ScheduleButtonHelper
    inspect_view_enabled = True
    inspect_view_class = ScheduleInspectView
    create_view_class = ScheduleCreateView
    edit_view_class = ScheduleEditView
    list_display = ("title", "when", "next_time", "recipient_names", "state", "last_result")
    search_fields = ("title", "recipients__address", "recipients__person__email")
    search_hint = gettext_lazy("Title or address")
    ordering = ("title", "pk")
    empty_text = gettext_lazy(
        "No report is sent by mail yet. A schedule sends one on the days you choose, as a PDF, to the people you name."
    )
    # The form is drawn by a template of its own.
    edit_handler = ObjectList([], base_form_class=ScheduleForm)

    def get_queryset(self, request):
        return schedules_for_listing(schedules=super().get_queryset(request))

    def when(self, schedule):
        return when_in_words(schedule)

    when.short_description = gettext_lazy("sends")

    def next_time(self, schedule):
        handled = [(schedule.last_period, schedule.last_scheduled)] if schedule.last_period else []
        coming = coming_occurrences(schedule=schedule, count=1, handled=handled)
        return moment_in_words(coming[0].at, schedule) if coming else "–"

    next_time.short_description = gettext_lazy("next")

    def recipient_names(self, schedule):
        names = [*audiences_in_short(schedule), *(str(entry) for entry in schedule.recipients.all())]
        if len(names) <= 2:
            return ", ".join(names) or _("nobody yet")
        more = len(names) - 2
        return ngettext("%(names)s and %(n)d more", "%(names)s and %(n)d more", more) % {
            "names": ", ".join(names[:2]),
            "n": more,
        }

    recipient_names.short_description = gettext_lazy("recipients")

    def state(self, schedule):
        return status_tag(_("on"), "w-status--primary") if schedule.is_enabled else status_tag(_("paused"))

    state.short_description = gettext_lazy("state")
    state.admin_order_field = "is_enabled"

    def last_result(self, schedule):
        if not getattr(schedule, "last_state", None):
            return _("has not sent yet")
        return format_html(
            '{}<br><span class="record-note">{}</span>',
            status_tag(RunState(schedule.last_state).label, TONE.get(schedule.last_state, "")),
            moment_in_words(schedule.last_for, schedule),
        )

    last_result.short_description = gettext_lazy("last result")

    # What the buttons do -----------------------------------------------------------

    def schedule_to_change(self, request, uuid) -> Schedule:
        found = visible_to(request.user, Schedule.objects.filter(uuid=uuid)).first()
        if found is None:
            raise Http404("No such schedule for this viewer.")
        if not self.permission_helper.user_can_edit_obj(request.user, found):
            raise PermissionDenied
        return found

    def page_of(self, schedule: Schedule) -> str:
        return self.url_helper.get_action_url("inspect", schedule.pk)

    def send_now_view(self, request, uuid):
        """Make and send one report now, only to whoever asks. Only POST changes anything."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        schedule = self.schedule_to_change(request, uuid)
        try:
            with transaction.atomic():
                run = request_run(schedule=schedule, person=request.user)
                enqueue_on_commit(render_run, run.pk)
                log(instance=schedule, action="reports.send_now")
        except ReportError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                _("A report with the rows you may open is on its way to %s, and to nobody else.") % request.user.email,
            )
        return redirect(self.page_of(schedule))

    def pause_view(self, request, uuid):
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        schedule = self.schedule_to_change(request, uuid)
        if pause_schedule(schedule=schedule):
            log(instance=schedule, action="reports.pause")
        messages.success(
            request,
            _("“%s” is paused: it sends nothing until you resume it, but for mails that are in the outbox already.")
            % schedule,
        )
        return redirect(self.page_of(schedule))

    def resume_view(self, request, uuid):
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        schedule = self.schedule_to_change(request, uuid)
        if resume_schedule(schedule=schedule, now=timezone.now()):
            log(instance=schedule, action="reports.resume")
        coming = coming_occurrences(schedule=schedule, count=1)
        when = moment_in_words(coming[0].at, schedule) if coming else "–"
        messages.success(
            request, _("“%(title)s” sends again, next on %(when)s.") % {"title": schedule.title, "when": when}
        )
        return redirect(self.page_of(schedule))

    def file_view(self, request, uuid):
        """A file of a run, for those whose rows are the ones in it or who may open every row. A page with status 410
        where it is not kept any more."""
        artifact = visible_to(request.user, Artifact.objects.select_related("run__schedule")).filter(uuid=uuid).first()
        if artifact is None or not may_open(request.user, artifact):
            raise Http404("No such file for this viewer.")
        try:
            return FileResponse(artifact.open(), as_attachment=True, filename=artifact.filename)
        except OSError:
            context = self.furniture(_("This file has been removed")) | {
                "artifact": artifact,
                "run_url": reverse("reports_run_modeladmin_inspect", args=[artifact.run_id]),
            }
            return render(request, "reports/admin/file_gone.html", context, status=410)

    def get_admin_urls_for_registration(self):
        return (
            *super().get_admin_urls_for_registration(),
            path("reports/schedule/<uuid:uuid>/send-now/", self.send_now_view, name="reports_send_now"),
            path("reports/schedule/<uuid:uuid>/pause/", self.pause_view, name="reports_pause"),
            path("reports/schedule/<uuid:uuid>/resume/", self.resume_view, name="reports_resume"),
            path("reports/file/<uuid:uuid>/", self.file_view, name="reports_file"),
        )


def may_open(viewer: Any, artifact: Artifact) -> bool:
    try:
        definition = report_for(artifact.run.schedule.report)
        source = source_for(definition.spec.source)
    except ReportError:
        return False
    if source.sees_all(viewer):
        return True
    return source.may_use(viewer) and scope_hash(definition=definition, viewer=viewer) == artifact.scope_hash
