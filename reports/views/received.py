"""A report that came by mail, opened behind the sign-in: whose rows they are is asked again each time."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.policies import enters_admin
from reports.exceptions import UnknownReport
from reports.models import Artifact, Delivery
from reports.selectors.reports import opened_report
from reports.services import reason_not_to_open, with_what_decides


def delivery_of(request, uuid) -> Delivery:
    """What was made for whoever is signed in; 404 for everybody else, so that an address tells nothing."""
    delivery = with_what_decides().filter(uuid=uuid, recipient=request.user).first()
    if delivery is None:
        raise Http404("No such report for this person.")
    return delivery


def files_of(delivery: Delivery) -> list[Artifact]:
    files = delivery.run.artifacts.filter(scope_hash=delivery.scope_hash).select_related("run__schedule")
    return list(files.order_by("-format"))


def answer(request, delivery: Delivery, files: list[Artifact], status: int = 200, why: str = "") -> HttpResponse:
    run, schedule = delivery.run, delivery.run.schedule
    context = {
        "delivery": delivery,
        "schedule": schedule,
        "when": f"{date_format(run.scheduled_for.astimezone(schedule.tz), 'j F Y, H:i')} ({schedule.zone})",
        "why": why,
        "facts": files[0].facts if files and not why else {},
        "files": [file for file in files if not (why or file.removed_at)],
        "some_are_gone": not files or any(file.removed_at for file in files),
        "kept_days": settings.REPORTS_KEEP_FILES_DAYS,
        "report_url": report_url(request.user, schedule.report),
    }
    return render(request, "reports/received.html", context, status=status)


def report_url(viewer, slug: str) -> str:
    """Where ``viewer`` may open the report as it is today; empty for those who only get it by mail."""
    if not enters_admin(viewer):
        return ""
    try:
        return reverse("reports_report", args=[opened_report(slug=slug, viewer=viewer).slug])
    except UnknownReport:
        return ""


@login_required
@never_cache
@require_safe
def received_page(request, uuid) -> HttpResponse:
    """The files of one mail. 403 with the reason where the person may not have its rows any more, 410 where the files
    are gone."""
    delivery = delivery_of(request, uuid)
    files = files_of(delivery)
    if why := reason_not_to_open(delivery):
        return answer(request, delivery, files, status=403, why=why)
    is_gone = not files or all(file.removed_at for file in files)
    return answer(request, delivery, files, status=410 if is_gone else 200)


@login_required
@never_cache
@require_safe
def run_page(request, uuid) -> HttpResponse:
    """What a file that several people share links to: leads each to what was made for them, and nobody else anywhere."""
    delivery = Delivery.objects.filter(run__uuid=uuid, recipient=request.user).order_by("pk").first()
    if delivery is None:
        raise Http404("Nothing of this run was made for this person.")
    return redirect("reports:received", delivery.uuid)


@login_required
@never_cache
@require_safe
def file_view(request, uuid, kind) -> HttpResponse:
    """One of the files, or the page that says why not."""
    delivery = delivery_of(request, uuid)
    files = files_of(delivery)
    if why := reason_not_to_open(delivery):
        return answer(request, delivery, files, status=403, why=why)
    file = next((file for file in files if file.format == kind), None)
    if file is None:
        raise Http404("No such file of this report.")
    try:
        return FileResponse(file.open(), as_attachment=True, filename=file.filename)
    except OSError:
        # Gone from the disk, and nobody has written that down yet.
        file.removed_at = timezone.now()
        return answer(request, delivery, files, status=410)
