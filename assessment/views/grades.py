"""What learners see of their grades."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render

from assessment.selectors import learner_grades
from learning.models import EnrollmentStatus
from learning.views import own_enrollment

# A request that was never granted has no grades.
WITHOUT_GRADES = (EnrollmentStatus.REQUESTED, EnrollmentStatus.DECLINED)


@login_required
def grades_page(request, uuid) -> HttpResponse:
    """One's own grades in a course, with the total explained line by line."""
    enrollment = own_enrollment(request, uuid)
    if enrollment.status in WITHOUT_GRADES:
        raise Http404("This run never began.")
    grades = learner_grades(enrollment=enrollment)
    context = {
        "enrollment": enrollment,
        "course": enrollment.course,
        "grades": grades,
        "total": grades.total,
    }
    return render(request, "assessment/grades.html", context)
