"""Knowledge checks inside a lesson, quizzes, and grades in words."""

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessment.gradebook import CategoryLine, ItemLine
from assessment.rules import points_words
from assessment.selectors import Check, check_question, latest_responses
from assessment.selectors.grading import waiting_by_course
from assessment.selectors.start import QuizStart, quiz_start
from assessment.views.checks import anchor
from lms_pages.grading import Aggregation
from lms_pages.models import QuizPage

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


@register.simple_tag(takes_context=True, name="quiz_start")
def quiz_start_tag(context, page: QuizPage) -> QuizStart:
    """The rules of a quiz and the attempts of the person reading; in previews and for staff the rules alone."""
    view = getattr(context["request"], "learner_view", None)
    may = view is not None and view.may_answer and view.enrollment is not None
    return quiz_start(quiz=page, enrollment=view.enrollment if may else None)


@register.filter
def points(value: Decimal | str | None) -> str:
    """Points without zeros that say nothing: 2, 1.5."""
    return "" if value in (None, "") else points_words(Decimal(str(value)))


@register.filter
def points_in_words(value: Decimal) -> str:
    """ "1 point", "2.5 points", "no points"."""
    if not value:
        return _("no points")
    # A fraction is a plural in every language of ours.
    number = int(value) if value == int(value) else 2
    return ngettext("%(points)s point", "%(points)s points", number) % {"points": points_words(value)}


# Seconds before the end at which the time left is read out.
MARKS = (600, 300, 60, 30)


@register.simple_tag
def timer_marks() -> str:
    """What a script reads out when so many seconds are left, as JSON: [[600, "10 minutes left."], …]."""
    told = []
    for seconds in MARKS:
        minutes = seconds // 60
        words = (
            ngettext("%(count)d minute left.", "%(count)d minutes left.", minutes) % {"count": minutes}
            if minutes
            else _("%(count)d seconds left.") % {"count": seconds}
        )
        told.append([seconds, words])
    return json.dumps(told)


@register.simple_tag(takes_context=True)
def answers_waiting(context, keys) -> dict[UUID, int]:
    """How many answers wait to be graded, by the key of their course, in one query."""
    return waiting_by_course(context["request"].user, list(keys))


@register.filter
def course_keys(entries) -> list[UUID]:
    """The keys of the courses on a desk."""
    return [entry.course.translation_key for entry in entries]


@register.filter
def as_percent(share: Decimal | None) -> str:
    """A share as people say it: 75 %, 33.33 %; nothing for None."""
    return "" if share is None else _("%s %%") % number(share * 100)


@register.filter
def number(value: Decimal | None) -> str:
    """A number with at most two places and no zeros that say nothing, never rounded up."""
    if value is None:
        return ""
    return localize(Decimal(int(value * 100)).scaleb(-2).normalize() + 0) if value % 1 else localize(int(value))


@register.filter
def grade_for(row: Any, entry: Any) -> Any:
    """What counts for an item of the gradebook in a learner's row."""
    return row.grade(entry.page_key)


@register.filter
def total_of(row: Any, name: str) -> CategoryLine | None:
    """The line of the category of this name in a learner's row."""
    return next((line for line in row.total.lines if line.category.name == name), None)


@register.filter
def how_it_adds_up(line: CategoryLine) -> str:
    """How a category's items became its total, in a sentence."""
    counted = [entry for entry in line.lines if entry.treatment == "counted"]
    count = len(counted)
    match line.category.aggregation:
        case Aggregation.SUM:
            return _("%(points)s of %(max)s points.") % {
                "points": number(line.points),
                "max": number(line.max_points),
            }
        case Aggregation.HIGHEST:
            return _("The best item counts.")
        case Aggregation.MEDIAN:
            return (
                ngettext("The item in the middle of %d counts.", "The item in the middle of %d counts.", count) % count
            )
        case Aggregation.WEIGHTED_MEAN:
            return ngettext("%d item counts by its weight.", "The mean of %d items, each by its weight.", count) % count
    return ngettext("%d item counts.", "The mean of %d items.", count) % count


@register.filter
def what_became_of(entry: ItemLine) -> str:
    """What became of an item in its category's total, in words."""
    if entry.treatment == "dropped":
        return _("dropped: among the weakest")
    if entry.treatment == "left_out":
        return _("not graded yet, does not count yet")
    if entry.counts_zero:
        return _("not there yet, counts as 0") if entry.is_missing else _("not done yet, counts as 0")
    if not entry.part:
        return _("does not decide the total")
    return _("counts for %s of the category") % as_percent(entry.part)


@register.filter
def what_became_of_part(part: ItemLine) -> str:
    """What a lesson without a grade adds to the item that it is a part of, in words."""
    if part.treatment == "left_out":
        return _("not graded yet, left out")
    return _("0 of %s, not done yet") % number(part.item.max_score)


@register.filter
def reason_for(grades: Any, entry: ItemLine) -> str:
    """Why a grade was set by hand."""
    found = (override for key, override in grades.overrides.items() if str(key) == entry.item.key)
    return next((override.reason for override in found), "")
