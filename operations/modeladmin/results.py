"""What became of each piece of background work, and another try for what failed."""

import json
from datetime import timedelta

from celery import states
from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_celery_beat.models import PeriodicTask
from django_celery_results.models import TaskResult
from wagtail.log_actions import log

from operations.exceptions import OperationsError
from operations.policies import RUN_TASKS, visible_to
from operations.registries import task_words, words_of
from operations.selectors.work import tries_of, why_failed
from operations.services import repeat_task
from workbench.furniture import status_tag
from workbench.modeladmin import (
    RowButtonHelper,
    ScopedInspectView,
    ScopedModelAdmin,
    ScopedPermissionHelper,
)
from workbench.times import moment_words

STATES = {
    states.SUCCESS: gettext_lazy("done"),
    states.FAILURE: gettext_lazy("failed"),
    states.RETRY: gettext_lazy("will be tried again"),
    states.STARTED: gettext_lazy("running"),
    states.RECEIVED: gettext_lazy("with a worker"),
    states.PENDING: gettext_lazy("waiting"),
    states.REVOKED: gettext_lazy("called off"),
}
TONES = {states.SUCCESS: "w-status--primary", states.FAILURE: "record-late", states.REVOKED: "record-soon"}


class StateFilter(SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return list(STATES.items())

    def queryset(self, request, queryset):
        return queryset.filter(status=self.value()) if self.value() in STATES else queryset


class TaskFilter(SimpleListFilter):
    title = gettext_lazy("task")
    parameter_name = "task"

    def lookups(self, request, model_admin):
        return sorted(((name, str(words)) for name, words in task_words.items()), key=lambda pair: pair[1])

    def queryset(self, request, queryset):
        return queryset.filter(task_name=self.value()) if self.value() in task_words else queryset


class EntryFilter(SimpleListFilter):
    title = gettext_lazy("regular task")
    parameter_name = "entry"

    def lookups(self, request, model_admin):
        entries = visible_to(request.user, PeriodicTask.objects.order_by("name"))
        return [(str(pk), name) for pk, name in entries.values_list("pk", "name")]

    def queryset(self, request, queryset):
        names = {str(pk): name for pk, name in self.lookup_choices}
        return queryset.filter(periodic_task_name=names[self.value()]) if self.value() in names else queryset


class DoneFilter(SimpleListFilter):
    title = gettext_lazy("time")
    parameter_name = "done"
    days = {"today": 1, "week": 7}

    def lookups(self, request, model_admin):
        return [("today", _("Today")), ("week", _("Last 7 days"))]

    def queryset(self, request, queryset):
        if self.value() not in self.days:
            return queryset
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        return queryset.filter(date_done__gte=midnight - timedelta(days=self.days[self.value()] - 1))


class ResultPermissionHelper(ScopedPermissionHelper):
    """Workers write these rows and beat throws old ones away; nobody else touches them."""

    never = frozenset({"add", "change", "delete"})


class ResultButtonHelper(RowButtonHelper):
    def actions(self, obj):
        may_repeat = obj.status == states.FAILURE and obj.task_name in task_words
        if may_repeat and self.request.user.has_perm(RUN_TASKS):
            return [self.post(_("Try again"), reverse("operations_repeat", args=[obj.pk]), prominent=True)]
        return []


class ResultInspectView(ScopedInspectView):
    def name(self):
        return words_of(self.instance.task_name)


class TaskResultAdmin(ScopedModelAdmin):
    model = TaskResult
    visible_to = visible_to
    menu_label = gettext_lazy("Task results")
    menu_icon = "list-ul"
    permission_helper_class = ResultPermissionHelper
    button_helper_class = ResultButtonHelper
    inspect_view_enabled = True
    inspect_view_class = ResultInspectView
    history_view_enabled = False
    list_display = ("what", "state", "done", "took", "worker")
    list_filter = (StateFilter, TaskFilter, EntryFilter, DoneFilter)
    search_fields = ("task_name", "task_id", "periodic_task_name")
    search_hint = gettext_lazy("Task or its id")
    ordering = ("-date_done", "-pk")
    empty_text = gettext_lazy("No worker has finished anything yet. What each one did stands here for 30 days.")

    def what(self, result):
        why = why_failed(result)
        note = format_html('<p class="record-note">{}</p>', Truncator(why).chars(160)) if why else ""
        return format_html("{}{}", words_of(result.task_name), note)

    what.short_description = gettext_lazy("task")
    what.admin_order_field = "task_name"

    def state(self, result):
        words = STATES.get(result.status, result.status)
        return status_tag(words, TONES.get(result.status, ""))

    state.short_description = gettext_lazy("state")
    state.admin_order_field = "status"

    def done(self, result):
        return moment_words(result.date_done)

    done.short_description = gettext_lazy("finished")
    done.admin_order_field = "date_done"

    def took(self, result):
        if not result.date_started or result.status not in (states.SUCCESS, states.FAILURE):
            return ""
        seconds = (result.date_done - result.date_started).total_seconds()
        return _("%(n).1f s") % {"n": max(seconds, 0)}

    took.short_description = gettext_lazy("took")

    def get_empty_value_display(self, field_name=None):
        return ""

    def facts(self, row):
        given = [json_text(row.task_args), json_text(row.task_kwargs)]
        facts = [
            (_("What it does"), words_of(row.task_name)),
            (_("Task"), row.task_name),
            (_("Woken by"), row.periodic_task_name),
            (_("State"), self.state(row)),
            (_("Why"), why_failed(row)),
            (_("Tried"), tries_words(tries_of(row))),
            (_("Started"), moment_words(row.date_started)),
            (_("Finished"), moment_words(row.date_done)),
            (_("Took"), self.took(row)),
            (_("Given"), " ".join(text for text in given if text not in ("", "()", "[]", "{}"))),
            (_("Came back with"), "" if row.status == states.FAILURE else json_text(row.result)),
            (_("Worker"), row.worker),
            (_("Task id"), row.task_id),
        ]
        if row.traceback:
            facts.append((_("For the developer"), format_html('<pre class="record-trace">{}</pre>', row.traceback)))
        return [(label, value) for label, value in facts if value]

    def repeat_view(self, request, pk):
        """Hand a failed task to a worker once more. Only POST starts anything."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        result = self.object_in_scope(request, str(pk))
        if not request.user.has_perm(RUN_TASKS):
            raise PermissionDenied
        if result.status != states.FAILURE:
            messages.warning(request, _("Nothing was started: this one did not fail."))
            return redirect(self.url_helper.index_url)
        try:
            repeat_task(result=result)
        except OperationsError as error:
            messages.error(request, str(error))
        else:
            log(instance=result, action="operations.repeat", title=words_of(result.task_name))
            messages.success(request, _("“%s” was handed to a worker once more.") % words_of(result.task_name))
        return redirect(self.url_helper.index_url)

    def get_admin_urls_for_registration(self):
        return (
            *super().get_admin_urls_for_registration(),
            path("operations/result/<int:pk>/repeat/", self.repeat_view, name="operations_repeat"),
        )


def tries_words(tries: int) -> str:
    return ngettext("once", "%(n)d times, with waits between", tries) % {"n": tries}


def json_text(stored: str | None) -> str:
    """A stored JSON value as a short line of text."""
    if not stored:
        return ""
    try:
        value = json.loads(stored)
    except ValueError:
        value = stored
    return "" if value is None else Truncator(str(value)).chars(400)
