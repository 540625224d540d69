"""Grading answers anew after a question was put right: first who would change, then the change with a reason."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessment.models import AttemptQuestion
from assessment.policies import gradable
from assessment.selectors.regrading import answers_handed_in, regrade_preview
from assessment.services import regrade_question
from assessment.services.regrading import Regraded
from questions.models import Question
from questions.policies import ACTIONS, question_policy
from workbench.furniture import furniture
from workbench.text import plain_text

SHOWN = 200
# A request that takes longer than a minute is ended by the server; what is left then is done by the next one.
SECONDS = 20


def regrade_page(request, pk) -> HttpResponse:
    """The answers that the viewer may grade, by the question as it is published now; a POST writes them.

    404 for a question of which there are none, unless the viewer works on the question bank.
    """
    if not request.user.has_perm("assessment.regrade_attempt"):
        raise PermissionDenied
    question = get_object_or_404(Question, pk=pk, live=True)
    keeps_bank = question_policy.user_has_any_permission(request.user, ACTIONS)
    answers = AttemptQuestion.objects.filter(gradable(request.user))
    if not keeps_bank and not answers_handed_in(question, answers).exists():
        raise Http404("No answer that the viewer may grade.")
    reason = plain_text(request.POST.get("reason") or request.GET.get("reason", ""), 300)
    if request.method == "POST" and reason:
        done = regrade_question(question=question, actor=request.user, reason=reason, answers=answers, seconds=SECONDS)
        tell(request, done)
        here = reverse("assessment_regrade", args=[question.pk])
        return redirect(here if done.is_whole else f"{here}?{urlencode({'reason': reason})}")
    preview = regrade_preview(question=question, answers=answers, most=SHOWN)
    if keeps_bank:
        back = (reverse(Question.snippet_viewset.get_url_name("list")), _("Questions"))
    else:
        back = (reverse("assessment_itemstatistic_modeladmin_index"), _("Item analysis"))
    context = {
        "question": question,
        "preview": preview,
        "outside": max(answers_handed_in(question).count() - preview.total, 0),
        "reason": reason,
        "reason_is_missing": request.method == "POST",
        "back": back,
        **furniture(_("Grade answers anew"), "help", back, last=question.title),
    }
    return render(request, "assessment/admin/regrade.html", context)


def tell(request, done: Regraded) -> None:
    """What was written, which may be another number than was shown before."""
    words = ngettext(
        "%(count)d answer has other points now.", "%(count)d answers have other points now.", done.changed
    ) % {"count": done.changed}
    if not done.is_whole:
        messages.warning(request, words + " " + _("There are more than fit into one step. Go on with the rest below."))
    elif done.changed:
        messages.success(request, words)
    else:
        messages.info(request, _("Nothing was changed: each answer has the points it would get now."))
