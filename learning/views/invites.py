"""Joining a course by an invitation link."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from learning.exceptions import AlreadyEnrolled, InviteClosed
from learning.models import Enrollment, EnrollmentStatus, InviteLink
from learning.services import join_by_link, why_closed


@require_http_methods(["GET", "POST"])
def join_view(request, code) -> HttpResponse:
    """Say where the link leads; a POST by somebody who is signed in joins. A closed link says why, with status 410."""
    link = get_object_or_404(InviteLink.objects.select_related("course", "cohort", "created_by"), code=code)
    person, why = request.user, why_closed(link)
    is_there = (
        person.is_authenticated
        and Enrollment.objects.filter(
            learner=person, course_key=link.course_key, status=EnrollmentStatus.ACTIVE
        ).exists()
    )
    if is_there:
        messages.info(request, _("You are on “%(title)s” already.") % {"title": link.course.title})
        return redirect(link.course.get_url(request) or "my_learning")
    if request.method == "POST" and person.is_authenticated and not why:
        try:
            join_by_link(link=link, learner=person)
        except AlreadyEnrolled:
            return redirect(link.course.get_url(request) or "my_learning")
        except InviteClosed as error:
            why = error.args[0]
        else:
            messages.success(request, _("You are enrolled in “%(title)s”.") % {"title": link.course.title})
            return redirect(link.course.get_url(request) or "my_learning")
    context = {"link": link, "course": link.course, "why": why}
    return render(request, "learning/join.html", context, status=410 if why else 200)
