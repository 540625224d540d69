"""What happened to people on courses, in words, for the timelines of people and of runs."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learning.models import Enrollment, LearningEvent, LessonProgress
from learning.policies import visible_to
from learning.verbs import Verb
from workbench.records import Moment, Related

ICONS = {
    Verb.LESSON_COMPLETED: "tick-inverse",
    Verb.LESSON_RECORDED: "tick-inverse",
    Verb.LESSON_RESET: "undo",
    Verb.COURSE_COMPLETED: "success",
    Verb.GRADE_OVERRIDDEN: "edit",
    Verb.COURSE_REMINDED: "mail",
    Verb.QUESTION_ANSWERED: "help",
}


def event_words(event: LearningEvent) -> str:
    """An event as a sentence without its learner's name; who else acted is named."""
    course = event.enrollment.course.title if event.enrollment is not None else event.page_title
    by_other = event.actor is not None and event.actor_id != event.learner_id
    values = {
        "course": course,
        "lesson": event.page_title,
        "actor": event.actor.name if event.actor is not None else _("somebody"),
        "reason": event.data.get("reason", ""),
        "run": event.data.get("run", 1),
        "score": event.data.get("score"),
        "of": event.data.get("max_score"),
    }
    match event.verb:
        case Verb.COURSE_REQUESTED:
            words = _("Asked for a place in “%(course)s”.")
        case Verb.COURSE_ENROLLED if by_other:
            words = _("Was enrolled in “%(course)s” by %(actor)s.")
        case Verb.COURSE_ENROLLED if event.source == "invite":
            words = _("Joined “%(course)s” by an invitation link.")
        case Verb.COURSE_ENROLLED:
            words = _("Enrolled in “%(course)s”.")
        case Verb.COURSE_DECLINED:
            words = _("The request for “%(course)s” was declined by %(actor)s: %(reason)s")
        case Verb.COURSE_LEFT:
            words = _("Left “%(course)s”: %(reason)s") if values["reason"] else _("Left “%(course)s”.")
        case Verb.LESSON_COMPLETED:
            words = _("Completed the lesson “%(lesson)s” in “%(course)s”.")
        case Verb.LESSON_RECORDED:
            words = _("%(actor)s marked the lesson “%(lesson)s” in “%(course)s” done: %(reason)s")
        case Verb.LESSON_RESET:
            words = _("%(actor)s reset the lesson “%(lesson)s” in “%(course)s”: %(reason)s")
        case Verb.QUESTION_ANSWERED if not event.data.get("block_id"):
            # In a quiz: whether it was right is told by the review of its attempt, when its rules say so.
            words = _("Answered a question of the quiz “%(lesson)s” in “%(course)s”.")
        case Verb.QUESTION_ANSWERED:
            words = {
                True: _("Answered a question in “%(lesson)s” right."),
                False: _("Answered a question in “%(lesson)s”, not right yet."),
                None: _("Answered a question in “%(lesson)s”."),
            }[event.data.get("is_right")]
        case Verb.GRADE_OVERRIDDEN if values["score"] is None:
            words = _("%(actor)s took back the grade set by hand for “%(lesson)s”: %(reason)s")
        case Verb.GRADE_OVERRIDDEN:
            words = _("%(actor)s set the grade for “%(lesson)s” to %(score)s of %(of)s: %(reason)s")
        case Verb.COURSE_REMINDED:
            words = _("Was reminded of “%(course)s” by %(actor)s.")
        case Verb.COURSE_COMPLETED:
            words = _("Completed “%(course)s”.")
        case _:
            words = str(event.get_verb_display())
    return words % values


def _told(viewer: Any, events: QuerySet[LearningEvent], limit: int) -> tuple[list[Moment], int]:
    seen = visible_to(viewer, events)
    newest = seen.select_related("learner", "actor", "enrollment__course").order_by("-occurred_at", "-pk")[:limit]
    moments = [
        Moment(
            at=event.occurred_at,
            words=event_words(event),
            url=reverse("learning_enrollment_modeladmin_inspect", args=[event.enrollment_id])
            if event.enrollment_id and viewer.has_perm("learning.view_enrollment")
            else "",
            icon=ICONS.get(Verb(event.verb), "history"),
        )
        for event in newest
    ]
    return moments, seen.count()


def course_moments_of_person(viewer: Any, person: Any, limit: int) -> tuple[list[Moment], int]:
    """A person's courses as far as ``viewer`` may know; single answers are left to the run's own timeline."""
    events = LearningEvent.objects.filter(learner=person).exclude(verb=Verb.QUESTION_ANSWERED)
    return _told(viewer, events, limit)


def moments_of_run(viewer: Any, enrollment: Enrollment, limit: int) -> tuple[list[Moment], int]:
    return _told(viewer, LearningEvent.objects.filter(enrollment=enrollment), limit)


def courses_of_person(viewer: Any, person: Any) -> Iterable[Related]:
    """Links from a person to their runs and lessons, for those who may list them."""
    if viewer.has_perm("learning.view_enrollment"):
        runs = visible_to(viewer, Enrollment.objects.filter(learner=person)).count()
        yield Related(
            ngettext("enrollment", "enrollments", runs),
            f"{reverse('learning_enrollment_modeladmin_index')}?person={person.uuid}",
            runs,
        )
    if viewer.has_perm("learning.view_lessonprogress"):
        marks = visible_to(viewer, LessonProgress.objects.filter(enrollment__learner=person)).count()
        yield Related(
            ngettext("lesson done", "lessons done", marks),
            f"{reverse('learning_lessonprogress_modeladmin_index')}?person={person.uuid}",
            marks,
        )
