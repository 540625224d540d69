"""The gradebook of a course at its instructor's desk: everybody's grades, one grade set by hand, and the file of all."""

import io
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from assessment.exceptions import GradeInvalid
from assessment.forms import ClearForm, GradeForm
from assessment.policies import may_grade
from assessment.resources import GradeResource, gradebook_cells
from assessment.selectors import gradebook, grading_plan, override_history
from assessment.selectors.desk import ORDERS, desk
from assessment.services import clear_override, override_grade
from learning.exceptions import LearningError
from learning.models import Cohort, Enrollment
from learning.views.teaching import of_my_course
from workbench.modeladmin.transfer import CSV, XLSX, answer_xlsx
from workbench.sheets import write_csv


def gradebook_url(course: Any, cohort: Cohort | None = None) -> str:
    address = reverse("assessment:gradebook", args=[course.translation_key])
    return f"{address}?cohort={cohort.uuid}" if cohort else address


@of_my_course
def gradebook_page(request, course, cohort) -> HttpResponse:
    """Learners by graded items, 25 a page, by name or by total."""
    order = request.GET.get("sort", "")
    query = request.GET.get("q", "").strip()[:100]
    shown = desk(course=course, cohort=cohort, query=query, order=order, page=request.GET.get("page"))
    context = {
        "course": course,
        "cohort": cohort,
        "cohorts": Cohort.objects.filter(course_key=course.translation_key),
        "desk": shown,
        "plan": shown.plan,
        "results": shown.page,
        "order": order if order in ORDERS else "name",
        "query_of_gradebook": query,
        "may_import": GradeResource.may_import(request.user),
    }
    return render(request, "assessment/gradebook.html", context)


@of_my_course
def grade_page(request, course, cohort, run, page_key) -> HttpResponse:
    """One grade of one learner: what was earned, what counts, and the history; set or taken back here with a reason."""
    enrollment = get_object_or_404(
        Enrollment.objects.select_related("learner", "course"), uuid=run, course_key=course.translation_key
    )
    plan = grading_plan(course)
    entry = plan.lesson(page_key)
    if entry is None:
        raise Http404("The course grades no such lesson.")
    (grades,) = gradebook(course=course, enrollments=[enrollment], plan=plan).rows
    standing, earned = grades.overrides.get(page_key), grades.earned.get(page_key)
    may = may_grade(request.user, enrollment)
    clearing = request.POST.get("action") == "clear"
    form = GradeForm(
        request.POST if request.method == "POST" and not clearing else None,
        initial={"score": f"{standing.score.normalize():f}"} if standing and standing.score is not None else None,
    )
    clear_form = ClearForm(request.POST if request.method == "POST" and clearing else None)
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        posted = clear_form if clearing else form
        if posted.is_valid() and change(request, enrollment, page_key, plan, posted, clearing):
            return redirect(gradebook_url(course, cohort))
    context = {
        "course": course,
        "cohort": cohort,
        "enrollment": enrollment,
        "entry": entry,
        "together": grades.together(entry),
        "earned": earned,
        "standing": standing,
        "history": override_history(enrollment=enrollment, page_key=page_key),
        "form": form,
        "clear_form": clear_form,
        "may": may,
        "back": gradebook_url(course, cohort),
    }
    return render(request, "assessment/grade.html", context)


def change(request, enrollment, page_key, plan, form, clearing: bool) -> bool:
    """Do what was posted and say what came of it; False where a number has to be corrected first."""
    person, data = enrollment.learner.name, form.cleaned_data
    try:
        if clearing:
            done = clear_override(enrollment=enrollment, page_key=page_key, reason=data["why"], actor=request.user)
            words = _("The grade set by hand is taken back. What %s earned counts again.")
        else:
            done = override_grade(
                enrollment=enrollment,
                page_key=page_key,
                score=data["score"],
                reason=data["reason"],
                actor=request.user,
                plan=plan,
            )
            words = _("The grade of %s is set.")
    except GradeInvalid as error:
        form.add_error("score", error.args[0])
        return False
    except LearningError as error:
        messages.error(request, error.args[0])
        return True
    if done is None:
        messages.info(request, _("Nothing was changed: that stands already."))
    else:
        messages.success(request, words % person)
    return True


@of_my_course
def export_view(request, course, cohort, ending) -> HttpResponse:
    """The gradebook as a file, one row for each person and item, as the import of grades reads it."""
    if ending not in (CSV, XLSX):
        raise Http404("No such kind of file.")
    if not request.user.has_perm("workbench.export_records"):
        raise PermissionDenied
    header, rows = gradebook_cells(actor=request.user, course=course, cohort=cohort)
    name = f"{slugify(course.title) or 'course'}-{_('grades')}-{timezone.localdate().isoformat()}.{ending}"
    log(
        instance=request.user,
        action="workbench.export",
        user=request.user,
        data={"what": "grades", "course": course.title, "as": ending},
    )
    if ending == XLSX:
        return answer_xlsx(name, _("Grades"), header, rows)
    text = io.StringIO(newline="")
    write_csv(text, header=header, rows=rows, bom=True)
    return FileResponse(
        io.BytesIO(text.getvalue().encode()), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8"
    )
