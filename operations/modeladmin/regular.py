"""What beat wakes up: celery-beat's tables, in words, with the next time in the reader's zone."""

from datetime import timedelta

from celery import current_app
from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from django_celery_results.models import TaskResult
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel, ObjectList
from wagtail.log_actions import log

from operations.exceptions import OperationsError
from operations.forms.regular import ClockTimeForm, IntervalForm, RegularTaskForm
from operations.policies import RUN_TASKS, visible_to
from operations.registries import words_of
from operations.rhythm import crontab_words, interval_words, next_clock_time, next_time, rhythm_words
from operations.selectors.work import is_system_entry
from operations.services import run_entry_now
from workbench.furniture import status_tag
from workbench.modeladmin import (
    RowButtonHelper,
    ScopedInspectView,
    ScopedModelAdmin,
    ScopedPermissionHelper,
)
from workbench.records import Related
from workbench.times import moment_words

COMING = 5


def coming(moment) -> str:
    return moment_words(moment) if moment else "–"


class EntryPermissionHelper(ScopedPermissionHelper):
    def user_can_delete_obj(self, user, obj):
        return not is_system_entry(obj) and super().user_can_delete_obj(user, obj)


class EntryButtonHelper(RowButtonHelper):
    def actions(self, obj):
        user, buttons = self.request.user, []
        if user.has_perm(RUN_TASKS):
            buttons.append(self.post(_("Run now"), reverse("operations_run_now", args=[obj.pk])))
        if user.has_perm("django_celery_beat.change_periodictask"):
            label = _("Turn off") if obj.enabled else _("Turn on")
            buttons.append(self.post(label, reverse("operations_toggle", args=[obj.pk])))
        return buttons


class EntryInspectView(ScopedInspectView):
    def name(self):
        return self.instance.name


class OnFilter(SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "on"

    def lookups(self, request, model_admin):
        return [("yes", _("On")), ("no", _("Off"))]

    def queryset(self, request, queryset):
        return queryset.filter(enabled=self.value() == "yes") if self.value() in ("yes", "no") else queryset


class RegularTaskAdmin(ScopedModelAdmin):
    model = PeriodicTask
    visible_to = visible_to
    menu_label = gettext_lazy("Regular tasks")
    menu_icon = "time"
    permission_helper_class = EntryPermissionHelper
    button_helper_class = EntryButtonHelper
    inspect_view_enabled = True
    inspect_view_class = EntryInspectView
    list_display = ("title", "rhythm", "coming_time", "last_time", "state")
    list_filter = (OnFilter,)
    list_select_related = ("interval", "crontab", "solar", "clocked")
    search_fields = ("name", "task", "description")
    search_hint = gettext_lazy("Name or task")
    ordering = ("name",)
    empty_text = gettext_lazy("Beat has no entries yet. “manage.py migrate” writes them.")
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldPanel("name"), FieldPanel("task"), FieldPanel("description")], heading=gettext_lazy("What")
            ),
            MultiFieldPanel(
                [FieldPanel("interval"), FieldPanel("crontab"), FieldPanel("enabled")], heading=gettext_lazy("When")
            ),
            HelpPanel(
                content=gettext_lazy(
                    "<p>Beat only says “look again”: what is due stands in the site's own tables, so a missed time "
                    "loses nothing. A change counts within seconds.</p>"
                )
            ),
        ],
        base_form_class=RegularTaskForm,
    )

    def get_add_label(self):
        return _("Add a regular task")

    def title(self, entry):
        return format_html('{}<br><span class="record-note">{}</span>', entry.name, words_of(entry.task))

    title.short_description = gettext_lazy("name")
    title.admin_order_field = "name"

    def rhythm(self, entry):
        return capfirst(rhythm_words(entry))

    rhythm.short_description = gettext_lazy("runs")

    def coming_time(self, entry):
        return coming(next_time(entry, timezone.now()))

    coming_time.short_description = gettext_lazy("next")

    def last_time(self, entry):
        # Beat writes this down every few minutes only, so it may lag behind.
        return moment_words(entry.last_run_at) or _("not yet")

    last_time.short_description = gettext_lazy("last (written some minutes late)")
    last_time.admin_order_field = "last_run_at"

    def state(self, entry):
        if entry.task not in current_app.tasks:
            return status_tag(_("task unknown"), "record-late")
        return status_tag(_("on"), "w-status--primary") if entry.enabled else status_tag(_("off"), "record-late")

    state.short_description = gettext_lazy("state")
    state.admin_order_field = "enabled"

    def facts(self, row):
        now = timezone.now()
        return [
            (_("What it does"), words_of(row.task)),
            (_("Task"), row.task),
            (_("What for"), row.description or "–"),
            (_("Runs"), capfirst(rhythm_words(row))),
            (_("Next times"), "; ".join(moment_words(moment) for moment in self.coming_times(row, now)) or "–"),
            (_("Last time"), self.last_time(row)),
            (_("Times so far"), row.total_run_count),
            (_("State"), self.state(row)),
            (_("Part of the site"), _("Yes: it cannot be deleted") if is_system_entry(row) else _("No")),
        ]

    def coming_times(self, entry, now):
        found = []
        for _number in range(COMING):
            now = next_time(entry, now)
            if now is None:
                break
            found.append(now)
            now += timedelta(microseconds=1)
        return found

    def related(self, viewer, row):
        results = visible_to(viewer, TaskResult.objects.filter(periodic_task_name=row.name))
        count = results.count()
        if not count:
            return []
        url = f"{reverse('django_celery_results_taskresult_modeladmin_index')}?entry={row.pk}"
        return [Related(ngettext("result", "results", count), url, count)]

    # What the buttons do -----------------------------------------------------------

    def run_now_view(self, request, pk):
        """Hand the task to a worker once. Only POST starts anything."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        entry = self.object_in_scope(request, str(pk))
        if not request.user.has_perm(RUN_TASKS):
            raise PermissionDenied
        try:
            run_entry_now(entry=entry)
        except OperationsError as error:
            messages.error(request, str(error))
        else:
            log(instance=entry, action="operations.run_now", title=entry.name)
            messages.success(request, _("“%s” was handed to a worker.") % entry.name)
        return redirect(self.url_helper.index_url)

    def toggle_view(self, request, pk):
        """Turn an entry off or on. Only POST changes anything."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        entry = self.object_in_scope(request, str(pk))
        if not request.user.has_perm("django_celery_beat.change_periodictask"):
            raise PermissionDenied
        entry.enabled = not entry.enabled
        # Saving tells beat that its table has changed.
        entry.save()
        log(instance=entry, action="operations.turn_on" if entry.enabled else "operations.turn_off", title=entry.name)
        messages.success(
            request,
            _("“%s” is on.") % entry.name
            if entry.enabled
            else _("“%s” is off: what it looks after waits until it is on again.") % entry.name,
        )
        return redirect(self.url_helper.index_url)

    def get_admin_urls_for_registration(self):
        return (
            *super().get_admin_urls_for_registration(),
            path("operations/regular-task/<int:pk>/run/", self.run_now_view, name="operations_run_now"),
            path("operations/regular-task/<int:pk>/toggle/", self.toggle_view, name="operations_toggle"),
        )


class TimesPermissionHelper(ScopedPermissionHelper):
    """Deleting an interval would delete the tasks that run by it, so only unused ones go."""

    def user_can_delete_obj(self, user, obj):
        return super().user_can_delete_obj(user, obj) and not used_by(obj)


def used_by(row) -> int:
    return row.tasks if hasattr(row, "tasks") else row.periodictask_set.count()


def used_words(row) -> str:
    count = used_by(row)
    return ngettext("%d task", "%d tasks", count) % count if count else _("no task")


class TimesAdmin(ScopedModelAdmin):
    """What intervals and clock times share."""

    visible_to = visible_to
    permission_helper_class = TimesPermissionHelper
    inspect_view_enabled = True

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(tasks=Count("periodictask"))

    def used(self, row):
        return used_words(row)

    used.short_description = gettext_lazy("used by")
    used.admin_order_field = "tasks"

    def related(self, viewer, row):
        count = visible_to(viewer, row.periodictask_set.all()).count()
        if not count:
            return []
        url = reverse("django_celery_beat_periodictask_modeladmin_index")
        return [Related(ngettext("regular task", "regular tasks", count), url, count)]


class IntervalInspectView(ScopedInspectView):
    def name(self):
        return capfirst(interval_words(self.instance))


class IntervalAdmin(TimesAdmin):
    model = IntervalSchedule
    menu_label = gettext_lazy("Intervals")
    menu_icon = "repeat"
    inspect_view_class = IntervalInspectView
    list_display = ("words", "used")
    ordering = ("period", "every")
    empty_text = gettext_lazy("There are no intervals yet. Regular tasks that run every so often choose one.")
    edit_handler = ObjectList([FieldPanel("every"), FieldPanel("period")], base_form_class=IntervalForm)

    def get_add_label(self):
        return _("Add an interval")

    def words(self, interval):
        return capfirst(interval_words(interval))

    words.short_description = gettext_lazy("interval")

    def facts(self, row):
        return [(_("Interval"), self.words(row)), (_("Used by"), used_words(row))]


class ClockTimeInspectView(ScopedInspectView):
    def name(self):
        return crontab_words(self.instance)


class ClockTimeAdmin(TimesAdmin):
    model = CrontabSchedule
    menu_label = gettext_lazy("Clock times")
    menu_icon = "date"
    inspect_view_class = ClockTimeInspectView
    list_display = ("words", "coming_time", "used")
    ordering = ("month_of_year", "day_of_month", "day_of_week", "hour", "minute")
    empty_text = gettext_lazy("There are no clock times yet. Regular tasks that run at a time of day choose one.")
    edit_handler = ObjectList(
        [
            MultiFieldPanel([FieldPanel("hour"), FieldPanel("minute")], heading=gettext_lazy("Time of day")),
            MultiFieldPanel(
                [FieldPanel("day_of_week"), FieldPanel("day_of_month"), FieldPanel("month_of_year")],
                heading=gettext_lazy("Days"),
            ),
            FieldPanel("timezone"),
        ],
        base_form_class=ClockTimeForm,
    )

    def get_add_label(self):
        return _("Add clock times")

    def words(self, crontab):
        return crontab_words(crontab)

    words.short_description = gettext_lazy("clock times")

    def coming_time(self, crontab):
        return coming(next_clock_time(crontab, timezone.now()))

    coming_time.short_description = gettext_lazy("next")

    def facts(self, row):
        times, moment = [], timezone.now()
        while len(times) < COMING and (moment := next_clock_time(row, moment)):
            times.append(moment_words(moment))
        fields = f"{row.minute} {row.hour} {row.day_of_month} {row.month_of_year} {row.day_of_week}"
        return [
            (_("Clock times"), crontab_words(row)),
            (_("Next times"), "; ".join(times) or "–"),
            (_("As crontab"), fields),
            (_("Used by"), used_words(row)),
        ]
