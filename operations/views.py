"""Background work, connections, the audit log, and the site's own colors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from wagtail.admin.admin_url_finder import AdminURLFinder

from operations.checks import CONNECTIONS, findings
from operations.colors import HEX, dark_shades, light_shades
from operations.forms.audit import AuditForm
from operations.models import ProcessKind, SiteSettings
from operations.policies import RUN_TASKS, VIEW_AUDIT, VIEW_BACKGROUND
from operations.registries import checks, words_of
from operations.selectors.audit import audit_entries, load_entries
from operations.selectors.site import site_settings
from operations.selectors.work import (
    processes,
    queue_lengths,
    queue_names,
    recent_failures,
    stuck_queues,
    unserved_queues,
    why_failed,
    work_states,
)
from workbench.cache import unreachable
from workbench.furniture import furniture
from workbench.kept import Rate, rates
from workbench.times import moment_words

ENTRIES_A_PAGE = 50


def needs(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


@dataclass(frozen=True)
class FailedTask:
    """A failed task in words. ``again_url`` is empty for those who may not start it."""

    what: str
    why: str
    at: Any
    url: str
    again_url: str


@require_safe
def background_view(request: HttpRequest) -> HttpResponse:
    """What runs, what waits, what failed and why."""
    needs(request, VIEW_BACKGROUND)
    found = processes()
    lengths = queue_lengths()
    failures = recent_failures()
    may_run = request.user.has_perm(RUN_TASKS)
    beats = [process for process in found if process.kind == ProcessKind.BEAT and process.is_alive]
    context = {
        **furniture(_("Background work"), "cogs"),
        "processes": found,
        "sentences": state_sentences(unserved_queues(found), bool(beats), lengths, stuck_queues()),
        "queues": [(name, lengths[name]) for name in queue_names()] if lengths is not None else None,
        "work": work_states(),
        "failed": [
            FailedTask(
                what=words_of(result.task_name),
                why=why_failed(result),
                at=result.date_done,
                url=reverse("django_celery_results_taskresult_modeladmin_inspect", args=[result.pk]),
                again_url=reverse("operations_repeat", args=[result.pk]) if may_run else "",
            )
            for result in failures.newest
        ],
        "failures": failures,
        "failed_url": f"{reverse('django_celery_results_taskresult_modeladmin_index')}?state=FAILURE",
        "now": timezone.now(),
    }
    return render(request, "operations/background.html", context)


def state_sentences(
    unserved: list[str], is_beating: bool, lengths: dict[str, int] | None, stuck: dict[str, datetime]
) -> list[str]:
    """What is wrong, each as a sentence with what to do; nothing where all is well."""
    found = []
    if lengths is None:
        found.append(
            _("The broker cannot be reached, so no new work is handed out. Nothing is lost: it waits in the database.")
        )
    if unserved:
        found.append(
            ngettext(
                "No worker reads the queue %(names)s. What is sent there waits until one is started.",
                "No worker reads the queues %(names)s. What is sent there waits until one is started.",
                len(unserved),
            )
            % {"names": ", ".join(unserved)}
        )
    found += [
        _(
            "The queue %(name)s stands still: no worker has finished anything from it since %(since)s. See what its worker "
            "is doing, and start it anew if it hangs; nothing is lost."
        )
        % {"name": name, "since": moment_words(since)}
        for name, since in stuck.items()
        if name not in unserved
    ]
    if not is_beating:
        found.append(_("Beat has not been heard from. Schedules and retries wait until it is started."))
    return found


@require_safe
def connections_view(request: HttpRequest) -> HttpResponse:
    """Ask everything the site hangs on, now."""
    needs(request, VIEW_BACKGROUND)
    found = findings((*CONNECTIONS, *checks))
    above = (reverse("operations_background"), _("Background work"))
    broken = sum(not finding.is_well for finding in found)
    context = {
        **furniture(_("Check connections"), "link", above),
        "findings": found,
        "broken": broken,
        "rates": hit_rates(),
    }
    return render(request, "operations/connections.html", context)


def hit_rates() -> list[Rate]:
    """Nothing where the cache cannot be asked; the findings say so."""
    try:
        return rates()
    except unreachable():
        return []


@require_safe
def colors_view(request: HttpRequest) -> HttpResponse:
    """The preview of two colors, for the form of the settings. 404 for what are no colors."""
    needs(request, "operations.change_sitesettings")
    accent, accent_dark = request.GET.get("accent", ""), request.GET.get("accent_dark", "")
    if not (HEX.match(accent) and HEX.match(accent_dark)):
        raise Http404("These are no colors.")
    return render(request, "operations/colors_answer.html", {"accent": accent, "accent_dark": accent_dark})


@require_safe
@cache_control(public=True, max_age=86_400)
def site_css_view(request: HttpRequest) -> HttpResponse:
    """The site's own colors over those of the stylesheet; its address changes with them."""
    return HttpResponse(site_css(site_settings()), content_type="text/css; charset=utf-8")


def site_css(site: SiteSettings) -> str:
    light, dark = light_shades(site.accent), dark_shades(site.accent_dark)
    pairs = {
        "accent": (light.accent, dark.accent),
        "accent-strong": (light.strong, dark.strong),
        "accent-ink": (light.ink, dark.ink),
        "accent-soft": (light.soft, dark.soft),
    }
    lines = [f"  --{name}: light-dark({one}, {other});" for name, (one, other) in pairs.items()]
    return "\n".join([":root {", *lines, "}", ""])


@require_safe
def audit_view(request: HttpRequest) -> HttpResponse:
    """Who did what and when: Wagtail's log and ours, newest first."""
    needs(request, VIEW_AUDIT)
    form = AuditForm(request.GET or None)
    is_valid = form.is_valid()
    entries = audit_entries(filters=form.cleaned_data if is_valid else {})
    page = Paginator(entries, ENTRIES_A_PAGE).get_page(request.GET.get("p"))
    query = request.GET.copy()
    query.pop("p", None)
    context = {
        **furniture(_("Audit log"), "history"),
        "form": form,
        "page_obj": page,
        "entries": load_entries(rows=page.object_list, finder=AdminURLFinder(request.user)),
        "is_filtered": any(form.cleaned_data.values()) if is_valid else False,
        "query": query.urlencode(),
    }
    return render(request, "operations/audit.html", context)
