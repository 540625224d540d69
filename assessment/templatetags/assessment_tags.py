"""Knowledge checks inside a lesson."""

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.selectors import Check, check_question, latest_responses
from assessment.views import anchor
from questions.models import Question

register = template.Library()


@register.simple_tag(takes_context=True)
def knowledge_check(context, value, block_id) -> Check:
    """The check of one block for the person reading: three queries a page, whatever the number of checks."""
    request = context["request"]
    view = getattr(request, "learner_view", None)
    block_id = str(block_id or "")
    state = page_state(request, context.get("page"), view)
    ids = [item if isinstance(item, int) else getattr(item, "pk", None) for item in raw_ids(value)]
    drafts = state["drafts"].get(block_id, {})
    questions = [
        check_question(state["questions"][key], state["responses"].get((block_id, key)), drafts.get(str(key)))
        for key in ids
        if key in state["questions"]
    ]
    action = ""
    if view is not None and view.may_answer and view.lesson_key and block_id:
        action = reverse("assessment:answer", args=[view.enrollment.uuid, view.lesson_key, block_id])
    return Check(
        title=value.get("title") or _("Check yourself"), anchor=anchor(block_id), questions=questions, action=action
    )


def raw_ids(value) -> list:
    """Question ids of a check's list without loading the questions one by one."""
    return [child.value for child in value["questions"].bound_blocks] if value.get("questions") else []


def page_state(request, page, view) -> dict:
    """Questions, newest answers and refused drafts of the whole lesson, loaded once a request."""
    state = getattr(request, "knowledge_check_state", None)
    if state is None:
        ids = {key for keys in page.knowledge_checks.values() for key in keys} if page is not None else set()
        can_read = view is not None and view.enrollment is not None and view.lesson_key
        state = {
            "questions": Question.objects.in_bulk(list(ids)),
            "responses": latest_responses(enrollment=view.enrollment, lesson_key=view.lesson_key) if can_read else {},
            "drafts": request.session.pop("check_drafts", {}) if hasattr(request, "session") and can_read else {},
        }
        request.knowledge_check_state = state
    return state
