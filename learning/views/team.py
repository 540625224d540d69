"""A manager's page: the team's people, how they stand, and a reminder for those who need one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from learning.exceptions import LearningError
from learning.models import Enrollment
from learning.policies import may_remind, people_managed_by, visible_to
from learning.selectors.standing import Standing
from learning.selectors.team import team_view
from learning.services import send_reminder
from notifications.tasks import sweep_mail
from workbench.queue import enqueue_on_commit

PEOPLE_PER_PAGE = 25
FILTERS = (Standing.OVERDUE, Standing.NOT_STARTED, Standing.BEHIND, Standing.ON_COURSE)


@login_required
def team_page(request) -> HttpResponse:
    """Everybody in the teams the viewer manages; ``standing`` and ``team`` narrow the list."""
    standing, team = request.GET.get("standing", ""), request.GET.get("team", "")
    view = team_view(manager=request.user, team_uuid=team)
    shown = view.with_standing(standing) if standing in [*FILTERS, "none"] else view.people
    choices = [("", _("Everybody"), len(view.people))]
    choices += [(str(entry), entry.label, view.counts.get(entry, 0)) for entry in FILTERS]
    choices += [("none", _("On no course"), view.on_no_course)]
    context = {
        "view": view,
        "choices": choices,
        "standing": standing if standing in [*FILTERS, "none"] else "",
        "team": team,
        "results": Paginator(shown, PEOPLE_PER_PAGE).get_page(request.GET.get("page")),
        "overdue": view.counts.get(Standing.OVERDUE, 0),
        "behind": view.counts.get(Standing.BEHIND, 0),
        "not_started": view.counts.get(Standing.NOT_STARTED, 0),
    }
    return render(request, "learning/team.html", context)


@login_required
@require_POST
def remind_view(request, uuid) -> HttpResponse:
    """Send one reminder about a run of somebody in the viewer's teams or on a course they teach."""
    runs = visible_to(request.user, Enrollment.objects.select_related("learner", "course"))
    run = get_object_or_404(runs, uuid=uuid)
    if not may_remind(request.user, run):
        raise Http404("Not for this viewer to remind.")
    try:
        send_reminder(enrollment=run, actor=request.user)
    except LearningError as error:
        messages.error(request, error.args[0])
    else:
        enqueue_on_commit(sweep_mail)
        messages.success(
            request,
            _("A reminder about “%(course)s” is on its way to %(person)s.")
            % {"course": run.course.title, "person": run.learner.name},
        )
    return redirect(back_from(request, run))


def back_from(request, run: Enrollment) -> str:
    """Where the reminder was sent from: the roster of the course, else the team as it was filtered."""
    query = request.POST.get("query", "")
    if request.POST.get("desk") == "teaching":
        address = reverse("learning:roster", args=[run.course_key])
    elif people_managed_by(request.user).filter(user=run.learner_id).exists():
        address = reverse("learning:team")
    else:
        address = reverse("learning:teaching")
    return f"{address}?{query}" if query else address
