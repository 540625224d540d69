"""An instructor's desk: the courses taught, the roster of each, lessons by hand, and messages."""

import uuid
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.log_actions import log

from learning.exceptions import LearningError, NotDone, RecordIsFinal
from learning.forms import ByHandForm, MessageForm
from learning.models import Cohort, Enrollment, EnrollmentStatus
from learning.selectors.moments import moments_of_run
from learning.selectors.roster import course_to_teach, marks_of, roster, runs_of_course, taught_courses
from learning.services import moment_on, preview_message, record_lessons, reset_lesson, send_message
from lms_pages.models import LessonPage
from lms_pages.selectors import course_outline
from notifications.tasks import sweep_mail
from workbench.days import site_day
from workbench.queue import enqueue_on_commit

# A message is written in the request; more people than this are several cohorts.
MOST_RECIPIENTS = 1_000
# So many people fit in one record of a class.
MOST_AT_ONCE = 200


def of_my_course(view):
    """Hand the view the course in the address, and the cohort in the query; 404 for whoever does not teach it."""

    @wraps(view)
    @login_required
    def call(request, course_key, **kwargs):
        course = course_to_teach(request.user, course_key)
        if course is None:
            raise Http404("No such course for this viewer.")
        return view(request, course, cohort_of(request, course), **kwargs)

    return call


def cohort_of(request, course) -> Cohort | None:
    wanted = request.GET.get("cohort") or request.POST.get("cohort")
    if not wanted:
        return None
    try:
        return get_object_or_404(Cohort, uuid=wanted, course_key=course.translation_key)
    except ValidationError:
        raise Http404("No such cohort.") from None


def roster_url(course, cohort: Cohort | None = None) -> str:
    address = reverse("learning:roster", args=[course.translation_key])
    return f"{address}?cohort={cohort.uuid}" if cohort else address


@login_required
def teaching_page(request) -> HttpResponse:
    return render(request, "learning/teaching.html", {"courses": taught_courses(request.user)})


@of_my_course
def roster_page(request, course, cohort) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:100]
    outline = course_outline(course)
    shown = roster(course=course, cohort=cohort, query=query, page=request.GET.get("page"))
    context = {
        "course": course,
        "cohort": cohort,
        "cohorts": Cohort.objects.filter(course_key=course.translation_key),
        "outline": outline,
        "roster": shown,
        "results": shown.page,
        "query_of_roster": query,
        "requested": Enrollment.objects.filter(
            course_key=course.translation_key, status=EnrollmentStatus.REQUESTED
        ).count(),
    }
    return render(request, "learning/roster.html", context)


@of_my_course
def learner_page(request, course, cohort, run) -> HttpResponse:
    """One person on the course: each lesson in words, marked done or reset here with a reason."""
    enrollment = get_object_or_404(
        Enrollment.objects.select_related("learner", "course"), uuid=run, course_key=course.translation_key
    )
    outline = course_outline(course)
    form = ByHandForm(request.POST or None, outline=outline, initial={"held_on": site_day()})
    if request.method == "POST" and form.is_valid():
        change = reset_view if request.POST.get("action") == "reset" else record_view
        if change(request, course, enrollment, form.cleaned_data):
            return redirect("learning:learner", course.translation_key, enrollment.uuid)
    moments, total = moments_of_run(request.user, enrollment, 20)
    context = {
        "course": course,
        "enrollment": enrollment,
        "outline": outline,
        "marks": marks_of([enrollment]).get(enrollment.pk, {}),
        "form": form,
        "chosen": set(request.POST.getlist("lessons")),
        "moments": moments,
        "total_moments": total,
        "back": roster_url(course),
    }
    return render(request, "learning/learner.html", context)


def record_view(request, course, enrollment, data) -> bool:
    lessons = lessons_by_keys(course, data["lessons"])
    told = record_lessons(
        enrollments=[enrollment],
        lessons=lessons,
        actor=request.user,
        reason=data["reason"],
        at=moment_on(data["held_on"]),
    )
    if told.over:
        messages.error(request, _("Nothing was changed: %s is not on this course now.") % enrollment.learner.name)
        return True
    say_recorded(request, told)
    if told.new:
        log(instance=enrollment, action="learning.record", user=request.user, data={"lessons": told.new})
    return True


def reset_view(request, course, enrollment, data) -> bool:
    done = not_done = 0
    for key in data["lessons"]:
        try:
            reset_lesson(enrollment=enrollment, lesson_key=uuid.UUID(key), actor=request.user, reason=data["reason"])
            done += 1
        except NotDone:
            not_done += 1
        except RecordIsFinal as error:
            messages.error(request, error.args[0])
            return True
    if done:
        log(instance=enrollment, action="learning.reset", user=request.user, data={"lessons": done})
        messages.success(request, ngettext("%d lesson was reset.", "%d lessons were reset.", done) % done)
    if not_done:
        words = ngettext("%d lesson was not done, and stays so.", "%d lessons were not done, and stay so.", not_done)
        messages.warning(request, words % not_done)
    return True


def say_recorded(request, told) -> None:
    """What became of a record by hand, each part in a sentence."""
    if told.new:
        messages.success(
            request, ngettext("%d lesson was marked done.", "%d lessons were marked done.", told.new) % told.new
        )
    if told.same:
        words = ngettext(
            "%d was done already and stays as it was.", "%d were done already and stay as they were.", told.same
        )
        messages.info(request, words % told.same)
    if told.over:
        words = ngettext("%d person is not on the course now.", "%d people are not on the course now.", told.over)
        messages.warning(request, words % told.over)


def lessons_by_keys(course, keys) -> list[LessonPage]:
    return list(LessonPage.objects.live().descendant_of(course).filter(translation_key__in=keys).order_by("path"))


@of_my_course
def class_page(request, course, cohort) -> HttpResponse:
    """Record a class held in a room: the same lessons, done by several people."""
    source = request.POST if request.method == "POST" else request.GET
    chosen = [value for value in source.getlist("run") if is_uuid(value)][: MOST_AT_ONCE + 1]
    runs = list(runs_of_course(course, cohort).filter(uuid__in=chosen))
    if not runs:
        messages.warning(request, _("Nothing was changed: nobody was chosen. Tick the people who were in the room."))
        return redirect(roster_url(course, cohort))
    if len(chosen) > MOST_AT_ONCE:
        messages.error(request, _("Nothing was changed: record at most %d people at once.") % MOST_AT_ONCE)
        return redirect(roster_url(course, cohort))
    outline = course_outline(course)
    form = ByHandForm(request.POST or None, outline=outline, initial={"held_on": site_day()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        told = record_lessons(
            enrollments=runs,
            lessons=lessons_by_keys(course, data["lessons"]),
            actor=request.user,
            reason=data["reason"],
            at=moment_on(data["held_on"]),
        )
        log(
            instance=cohort or course,
            action="learning.record",
            user=request.user,
            data={"people": len(runs), "lessons": told.new},
        )
        say_recorded(request, told)
        return redirect(roster_url(course, cohort))
    context = {
        "course": course,
        "cohort": cohort,
        "runs": runs,
        "outline": outline,
        "form": form,
        "chosen": set(request.POST.getlist("lessons")),
        "back": roster_url(course, cohort),
    }
    return render(request, "learning/class.html", context)


def is_uuid(value: str) -> bool:
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True


@of_my_course
def message_page(request, course, cohort) -> HttpResponse:
    """Write to everybody who is on the course or in the cohort now: compose, look at it, send."""
    runs = runs_of_course(course, cohort).filter(status=EnrollmentStatus.ACTIVE, learner__is_active=True)
    count, first = runs.count(), runs.first()
    step = request.POST.get("step", "")
    form = MessageForm(request.POST or None, initial={"key": uuid.uuid4()})
    context = {
        "course": course,
        "cohort": cohort,
        "count": count,
        "form": form,
        "back": roster_url(course, cohort),
        "is_too_many": count > MOST_RECIPIENTS,
        "most": MOST_RECIPIENTS,
    }
    if request.method == "POST" and form.is_valid() and step in ("preview", "send") and 0 < count <= MOST_RECIPIENTS:
        data = form.cleaned_data
        if step == "send":
            try:
                written, without = send_message(
                    key=data["key"], sender=request.user, enrollments=runs, subject=data["subject"], body=data["body"]
                )
            except LearningError as error:
                messages.error(request, error.args[0])
                return redirect(context["back"])
            enqueue_on_commit(sweep_mail)
            log(
                instance=cohort or course,
                action="learning.message",
                user=request.user,
                data={"subject": data["subject"], "people": written},
            )
            words = ngettext(
                "The message is on its way to %d person.", "The message is on its way to %d people.", written
            )
            messages.success(request, words % written)
            if without:
                words = ngettext("%d has no address that takes mail.", "%d have no address that takes mail.", without)
                messages.warning(request, words % without)
            return redirect(context["back"])
        context["letter"] = preview_message(
            sender=request.user, enrollment=first, subject=data["subject"], body=data["body"]
        )
        context["first"] = first
    return render(request, "learning/message.html", context)
