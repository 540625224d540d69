"""What beat wakes up: celery-beat's own table, to look at and to turn an entry off and on."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_celery_beat.models import PeriodicTask
from wagtail.log_actions import log

from reports.modeladmin.schedules import status
from workbench.modeladmin import RowButtonHelper, ScopedModelAdmin, ScopedPermissionHelper
from workbench.periodic import periodic_tasks


def visible_to(viewer, queryset):
    """All entries for those with the right to see them; there is nothing personal in them."""
    return queryset if viewer.has_perm("django_celery_beat.view_periodictask") else queryset.none()


class BeatPermissionHelper(ScopedPermissionHelper):
    """Entries come from the code; a name or a task typed by hand could only break one."""

    never = frozenset({"add", "change"})

    def user_can_delete_obj(self, user, obj):
        return obj.name not in periodic_tasks and obj.name != "celery.backend_cleanup" and self.may(user, "delete")


class BeatButtonHelper(RowButtonHelper):
    def get_buttons_for_obj(self, obj, exclude=(), **kwargs):
        user, buttons = self.request.user, []
        if user.has_perm("django_celery_beat.change_periodictask"):
            label = _("Turn off") if obj.enabled else _("Turn on")
            buttons.append(self.post(label, reverse("reports_beat_toggle", args=[obj.pk])))
        if self.permission_helper.user_can_delete_obj(user, obj):
            buttons.append(self.link(_("Delete"), self.url_helper.get_action_url("delete", obj.pk)))
        return buttons

    def get_primary_button(self, obj):
        return None


class PeriodicTaskAdmin(ScopedModelAdmin):
    model = PeriodicTask
    visible_to = visible_to
    menu_hook = "register_reports_menu_item"
    menu_label = gettext_lazy("Wake-up calls")
    menu_icon = "time"
    menu_order = 900
    permission_helper_class = BeatPermissionHelper
    button_helper_class = BeatButtonHelper
    history_view_enabled = False
    list_display = ("title", "rhythm", "state", "last_time")
    list_select_related = ("interval", "crontab", "solar", "clocked")
    search_fields = ("name", "task")
    search_hint = gettext_lazy("Name or task")
    ordering = ("name",)
    empty_text = gettext_lazy("Beat has no entries yet. “manage.py migrate” writes them.")

    def title(self, entry):
        return format_html('{}<br><span class="record-note">{}</span>', entry.name, entry.description or entry.task)

    title.short_description = gettext_lazy("name")
    title.admin_order_field = "name"

    def rhythm(self, entry):
        return rhythm_in_words(entry)

    rhythm.short_description = gettext_lazy("wakes up")

    def state(self, entry):
        return status(_("on"), "w-status--primary") if entry.enabled else status(_("off"), "record-late")

    state.short_description = gettext_lazy("state")
    state.admin_order_field = "enabled"

    def last_time(self, entry):
        # Beat writes this down every few minutes only, so it may lag behind.
        return date_format(localtime(entry.last_run_at), "j M Y, H:i") if entry.last_run_at else _("not yet")

    last_time.short_description = gettext_lazy("last time (may lag by minutes)")
    last_time.admin_order_field = "last_run_at"

    def toggle_view(self, request, pk):
        """Turn an entry off or on. Only POST changes anything."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm("django_celery_beat.change_periodictask"):
            raise PermissionDenied
        entry = get_object_or_404(visible_to(request.user, PeriodicTask.objects.all()), pk=pk)
        entry.enabled = not entry.enabled
        # Saving tells beat that its table has changed.
        entry.save()
        log(instance=entry, action="wagtail.edit")
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
            path("reports/wake-up-calls/<int:pk>/toggle/", self.toggle_view, name="reports_beat_toggle"),
        )


def rhythm_in_words(entry: PeriodicTask) -> str:
    """ "Every minute" and the like; celery-beat's own words for its rarer kinds."""
    interval = entry.interval
    if interval is None:
        return str(
            entry.schedule_description() if callable(getattr(entry, "schedule_description", None)) else entry.scheduler
        )
    seconds = interval.schedule.run_every.total_seconds()
    if seconds % 3600 == 0:
        hours = int(seconds // 3600)
        return ngettext("every hour", "every %(n)d hours", hours) % {"n": hours}
    if seconds % 60 == 0:
        minutes = int(seconds // 60)
        return ngettext("every minute", "every %(n)d minutes", minutes) % {"n": minutes}
    return ngettext("every second", "every %(n)d seconds", int(seconds)) % {"n": int(seconds)}
