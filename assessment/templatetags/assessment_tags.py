"""Knowledge checks inside a lesson."""

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.selectors import Check, check_question, latest_responses
from assessment.views import anchor

register = template.Library()


@register.simple_tag(takes_context=True)
def knowledge_check(context, value, block_id) -> Check:
    """The check of one block for the person reading: one query a page, whatever the number of checks."""
    request = context["request"]
    view = getattr(request, "learner_view", None)
    block_id = str(block_id or "")
    state = reader_state(request, view)
    drafts = state["drafts"].get(block_id, {})
    # The chooser blocks have loaded all questions of the lesson in one query; one that is gone is None.
    chosen = [child.value for child in value["questions"].bound_blocks if child.value] if value.get("questions") else []
    is_preview = view is not None and view.is_preview
    asked = [question for question in chosen if question.live or (is_preview and question.definition)]
    seed = str(view.enrollment.uuid) if view is not None and view.enrollment is not None else ""
    questions = [
        check_question(
            question, state["responses"].get((block_id, question.pk)), drafts.get(str(question.pk)), seed=seed
        )
        for question in asked
    ]
    action = ""
    if view is not None and view.may_answer and view.lesson_key and block_id:
        action = reverse("assessment:answer", args=[view.enrollment.uuid, view.lesson_key, block_id])
    return Check(
        title=value.get("title") or _("Check yourself"), anchor=anchor(block_id), questions=questions, action=action
    )


def reader_state(request, view) -> dict:
    """Newest answers and refused drafts of the person in this lesson, read once a request."""
    state = getattr(request, "knowledge_check_state", None)
    if state is None:
        can_answer = view is not None and view.enrollment is not None and view.lesson_key and not view.is_preview
        state = {
            "responses": latest_responses(enrollment=view.enrollment, lesson_key=view.lesson_key) if can_answer else {},
            "drafts": request.session.pop("check_drafts", {}) if can_answer else {},
        }
        request.knowledge_check_state = state
    return state
