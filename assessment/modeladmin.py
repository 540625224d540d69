"""Answers in the admin: to read, never to edit."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessment.models import GradeOverride, Response
from assessment.policies import visible_to
from assessment.resources import GradeResource
from assessment.services.grades import plain
from learning.modeladmin.filters import RunCourseFilter, RunFilter, RunLearnerFilter
from learning.modeladmin.progress import ReadOnlyHelper
from learning.models import Enrollment
from lms_pages.models import LessonPage
from workbench.furniture import status_tag
from workbench.modeladmin import ScopedInspectView, ScopedModelAdmin
from workbench.records import Related
from workbench.times import moment_words


class VerdictFilter(SimpleListFilter):
    title = gettext_lazy("verdict")
    parameter_name = "verdict"

    def lookups(self, request, model_admin):
        return [("right", _("Right")), ("wrong", _("Not right")), ("poll", _("Polls"))]

    def queryset(self, request, queryset):
        match self.value():
            case "right":
                return queryset.filter(score=1)
            case "wrong":
                return queryset.filter(score__lt=1)
            case "poll":
                return queryset.filter(score=None)
        return queryset


class ResponseInspectView(ScopedInspectView):
    def name(self):
        return f"{self.instance.enrollment.learner.name}: {self.instance.question}"


class ResponseAdmin(ScopedModelAdmin):
    model = Response
    visible_to = visible_to
    menu_hook = "register_people_menu_item"
    menu_icon = "help"
    menu_order = 65
    menu_label = gettext_lazy("Answers")
    permission_helper_class = ReadOnlyHelper
    inspect_view_enabled = True
    inspect_view_class = ResponseInspectView
    list_display = ("learner", "question_title", "verdict", "attempt", "course", "when")
    list_filter = (VerdictFilter, RunCourseFilter, RunLearnerFilter, RunFilter)
    search_fields = (
        "enrollment__learner__first_name",
        "enrollment__learner__last_name",
        "enrollment__learner__email",
        "question__title",
    )
    search_hint = gettext_lazy("Person or question")
    ordering = ("-answered_at", "-pk")
    empty_text = gettext_lazy("Nobody has answered a question yet. Every answer, right or wrong, stands here.")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("enrollment__learner", "enrollment__course", "question")

    def facts(self, response):
        lesson = LessonPage.objects.filter(translation_key=response.lesson_key).defer("body").first()
        asked = response.question_as_asked
        return [
            (_("Person"), response.enrollment.learner.name),
            (_("Course"), response.enrollment.course.title),
            (_("Lesson"), lesson.title if lesson else _("no longer there")),
            (_("Question"), response.question.title),
            (_("Answer"), asked.kind.describe(asked.value, response.answer)),
            (_("Verdict"), self.verdict(response)),
            (_("Attempt"), response.attempt),
            (_("Counts now"), _("Yes") if response.is_latest else _("No, a later answer does")),
            (_("Answered"), moment_words(response.answered_at)),
        ]

    def learner(self, response):
        return response.enrollment.learner.name

    learner.short_description = gettext_lazy("person")
    learner.admin_order_field = "enrollment__learner__last_name"

    def question_title(self, response):
        return response.question.title

    question_title.short_description = gettext_lazy("question")
    question_title.admin_order_field = "question__title"

    def verdict(self, response):
        if response.is_right is None:
            return status_tag(_("poll"))
        if response.is_right:
            return status_tag(_("right"), "w-status--primary")
        words = _("not right") if not response.score else _("partly right")
        return status_tag(words, "record-soon")

    verdict.short_description = gettext_lazy("verdict")
    verdict.admin_order_field = "score"

    def course(self, response):
        return response.enrollment.course.title

    course.short_description = gettext_lazy("course")

    def when(self, response):
        return moment_words(response.answered_at)

    when.short_description = gettext_lazy("answered")
    when.admin_order_field = "answered_at"


def grade_words(override: GradeOverride) -> str:
    """The points of a grade set by hand, or that it was taken back."""
    if override.score is None:
        return _("taken back")
    return _("%(score)s of %(of)s") % {"score": plain(override.score), "of": plain(override.max_score)}


class GradeInspectView(ScopedInspectView):
    def name(self):
        return f"{self.instance.enrollment.learner.name}: {self.instance.page.title}"


class GradeOverrideAdmin(ScopedModelAdmin):
    """Every word on a grade, the earlier ones too; they are set in the gradebook of a course, or by a file."""

    model = GradeOverride
    visible_to = visible_to
    menu_hook = "register_people_menu_item"
    menu_icon = "edit"
    menu_order = 66
    menu_label = gettext_lazy("Grades set by hand")
    permission_helper_class = ReadOnlyHelper
    inspect_view_enabled = True
    inspect_view_class = GradeInspectView
    resource_class = GradeResource
    list_display = ("learner", "lesson", "grade", "reason", "course", "set_by", "when")
    list_filter = (RunCourseFilter, RunLearnerFilter, RunFilter)
    search_fields = (
        "enrollment__learner__first_name",
        "enrollment__learner__last_name",
        "enrollment__learner__email",
        "page__title",
    )
    search_hint = gettext_lazy("Person or lesson")
    ordering = ("-at", "-pk")
    empty_text = gettext_lazy(
        "No grade was set by hand yet. Instructors set them in the gradebook of a course, with a reason."
    )

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("enrollment__learner", "enrollment__course", "page", "by")

    def facts(self, override):
        return [
            (_("Person"), override.enrollment.learner.name),
            (_("Course"), override.enrollment.course.title),
            (_("Lesson"), override.page.title),
            (_("Grade"), grade_words(override)),
            (_("Reason"), override.reason),
            (_("Set by"), override.by.name if override.by else _("anonymized")),
            (_("Set"), moment_words(override.at)),
            (_("Stands now"), _("Yes") if override.is_latest else _("No, a later word does")),
        ]

    def learner(self, override):
        return override.enrollment.learner.name

    learner.short_description = gettext_lazy("person")
    learner.admin_order_field = "enrollment__learner__last_name"

    def lesson(self, override):
        return override.page.title

    lesson.short_description = gettext_lazy("lesson")

    def grade(self, override):
        words = grade_words(override)
        return words if override.is_latest else status_tag(_("%s, earlier") % words)

    grade.short_description = gettext_lazy("grade")

    def course(self, override):
        return override.enrollment.course.title

    course.short_description = gettext_lazy("course")

    def set_by(self, override):
        return override.by.name if override.by else ""

    set_by.short_description = gettext_lazy("set by")

    def when(self, override):
        return moment_words(override.at)

    when.short_description = gettext_lazy("set")
    when.admin_order_field = "at"


def answers_of_run(viewer: Any, enrollment: Enrollment) -> Iterable[Related]:
    """A link from a run to its answers, for those who may list them."""
    if viewer.has_perm("assessment.view_response"):
        count = visible_to(viewer, Response.objects.filter(enrollment=enrollment)).count()
        yield Related(
            ngettext("answer", "answers", count),
            f"{reverse('assessment_response_modeladmin_index')}?run={enrollment.uuid}",
            count,
        )
