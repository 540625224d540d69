"""What learners do: enroll, ask, leave, mark complete. All changes are POSTs."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from learning.exceptions import ChecksOpen, LearningError, QuizOpen
from learning.models import Enrollment, EnrollmentStatus
from learning.selectors import course_cards, learner_view
from learning.services import complete_lesson, enroll, finish_course, leave_course, request_enrollment
from lms_pages.models import CompletionRule, CoursePage, LessonPage, QuizPage
from lms_pages.policies import in_live_module, visible_to
from lms_pages.selectors.outline import course_outline
from workbench.text import plain_text


def says_why(view):
    """Turn a refusal into its sentence on the course page, where the person can act on it."""

    @wraps(view)
    def call(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except LearningError as error:
            messages.error(request, error.args[0])
            course = getattr(request, "learning_course", None)
            return redirect(course.get_url(request) if course else "my_learning")

    return call


def visible_course(request, course_key) -> CoursePage:
    """The live course with this key that the viewer may see, preferring the page in the language of the site."""
    courses = visible_to(request.user, CoursePage.objects.live().filter(translation_key=course_key))
    course = courses.order_by("locale_id").first()
    if course is None:
        raise Http404("No such course for this viewer.")
    request.learning_course = course
    return course


def own_enrollment(request, uuid) -> Enrollment:
    enrollment = get_object_or_404(
        Enrollment.objects.select_related("course", "learner"), uuid=uuid, learner=request.user
    )
    request.learning_course = enrollment.course
    return enrollment


def lesson_of(enrollment: Enrollment, lesson_key) -> LessonPage:
    """The lesson of the run's course as it is published now, in a module that is published too; Http404 otherwise."""
    lessons = LessonPage.objects.live().filter(in_live_module()).descendant_of(enrollment.course)
    lesson = lessons.filter(translation_key=lesson_key).first()
    if lesson is None:
        raise Http404("No such lesson in this course.")
    return lesson


@login_required
@require_POST
@says_why
def enroll_view(request, course_key) -> HttpResponse:
    course = visible_course(request, course_key)
    enrollment = enroll(learner=request.user, course=course)
    view = learner_view(viewer=request.user, course=enrollment.course, course_url=course.get_url(request))
    messages.success(request, _("You are enrolled in “%(title)s”.") % {"title": course.title})
    return redirect(view.next.url if view.next else course.get_url(request))


@login_required
@require_POST
@says_why
def request_view(request, course_key) -> HttpResponse:
    course = visible_course(request, course_key)
    request_enrollment(learner=request.user, course=course, reason=plain_text(request.POST.get("reason", "")))
    messages.success(request, _("Your request was sent. You will get a mail when somebody has decided."))
    return redirect(course.get_url(request))


@login_required
@require_http_methods(["GET", "POST"])
@says_why
def leave_view(request, uuid) -> HttpResponse:
    enrollment = own_enrollment(request, uuid)
    if request.method == "GET":
        return render(request, "learning/leave.html", {"enrollment": enrollment, "course": enrollment.course})
    leave_course(enrollment=enrollment, reason=plain_text(request.POST.get("reason", "")))
    messages.success(
        request, _("You left “%(title)s”. What you did stays in your record.") % {"title": enrollment.course.title}
    )
    return redirect("my_learning")


@login_required
@require_POST
@says_why
def complete_view(request, uuid, lesson_key) -> HttpResponse:
    """Mark a lesson done and go on to the next one, or to the completion page after the last."""
    enrollment = own_enrollment(request, uuid)
    lesson = lesson_of(enrollment, lesson_key)
    if lesson.completion_rule == CompletionRule.QUIZ:
        raise QuizOpen()
    if lesson.completion_rule == CompletionRule.CHECKS:
        raise ChecksOpen()
    was_open = enrollment.status == EnrollmentStatus.ACTIVE
    outline = course_outline(enrollment.course)
    # What it changes in the run stands in it afterwards.
    complete_lesson(enrollment=enrollment, lesson=lesson, outline=outline)
    if was_open and enrollment.status == EnrollmentStatus.COMPLETED:
        return redirect("learning:completion", uuid=enrollment.uuid)
    view = learner_view(
        viewer=request.user,
        course=enrollment.course,
        lesson_key=lesson.translation_key,
        course_url=enrollment.course.get_url(request),
        outline=outline,
        # It took the lesson, so it is open, and a person has one open run of a course.
        enrollment=enrollment,
    )
    messages.success(request, _("“%(title)s” is done.") % {"title": lesson.title})
    following = view.following if view.following and view.following.state != "locked" else view.next
    return redirect(following.url if following else enrollment.course.get_url(request))


@login_required
@require_POST
@says_why
def finish_view(request, uuid) -> HttpResponse:
    """Complete a course that has nothing left to do since its last missing lesson was taken away."""
    enrollment = finish_course(enrollment=own_enrollment(request, uuid))
    return redirect("learning:completion", uuid=enrollment.uuid)


@login_required
def completion_view(request, uuid) -> HttpResponse:
    """What was learned: the page a learner sees after the last lesson, and can come back to."""
    enrollment = own_enrollment(request, uuid)
    if enrollment.status != EnrollmentStatus.COMPLETED:
        return redirect(enrollment.course.get_url(request))
    course = enrollment.course
    view = learner_view(viewer=request.user, course=course, course_url=course.get_url(request))
    hidden = LessonPage.objects.filter(is_hidden_in_gradebook=True).values("translation_key")
    quizzes = QuizPage.objects.filter(translation_key__in=enrollment.results.values("page_key"))
    unseen = [quiz.translation_key for quiz in quizzes if not quiz.shows_points(timezone.now())]
    results = list(enrollment.results.exclude(page_key__in=hidden).exclude(page_key__in=unseen))
    score = None
    if results:
        got, of = sum(result.score for result in results), sum(result.max_score for result in results)
        score = {"score": got, "max": of, "percent": round(got * 100 / of)}
    taken = Enrollment.objects.filter(learner=request.user).values("course_key")
    others = (
        visible_to(request.user, CoursePage.objects.live())
        .exclude(translation_key__in=taken)
        .select_related("cover")
        .prefetch_related("cover__renditions")[:3]
    )
    context = {
        "enrollment": enrollment,
        "course": course,
        "view": view,
        "lessons_done": enrollment.progress.count(),
        "score": score,
        "suggestions": course_cards(viewer=request.user, courses=others, request=request),
    }
    return render(request, "learning/completion.html", context)
