"""Grading answers anew after a question was put right: first who would change, then the change with a reason."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessment.models import AttemptQuestion
from assessment.policies import visible_to
from assessment.services import regrade_question
from assessment.services.regrading import regrade_preview
from questions.models import Question
from workbench.furniture import furniture
from workbench.text import plain_text

SHOWN = 200


def regrade_page(request, pk) -> HttpResponse:
    """The answers of courses in the viewer's scope by the question as it is published now; a POST writes them."""
    if not request.user.has_perm("assessment.regrade_attempt"):
        raise PermissionDenied
    question = get_object_or_404(Question, pk=pk, live=True)
    answers = visible_to(request.user, AttemptQuestion.objects.all())
    reason = plain_text(request.POST.get("reason", ""), 300)
    if request.method == "POST" and reason:
        written = regrade_question(question=question, actor=request.user, reason=reason, answers=answers)
        count = len(written.changes)
        messages.success(
            request,
            ngettext("%(count)d answer has other points now.", "%(count)d answers have other points now.", count)
            % {"count": count},
        )
        return redirect("assessment_regrade", pk=question.pk)
    preview = regrade_preview(question=question, answers=answers)
    listing = reverse(Question.snippet_viewset.get_url_name("list"))
    context = {
        "question": question,
        "preview": preview,
        "shown": preview.changes[:SHOWN],
        "reason_is_missing": request.method == "POST",
        "listing": listing,
        **furniture(_("Grade answers anew"), "help", (listing, _("Questions")), last=question.title),
    }
    return render(request, "assessment/admin/regrade.html", context)
