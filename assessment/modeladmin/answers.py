"""Answers in the admin: to read, never to edit."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessment.models import Response
from assessment.policies import visible_to
from learning.modeladmin.filters import RunCourseFilter, RunFilter, RunLearnerFilter
from learning.modeladmin.runs import PERSON, RunRowsAdmin
from learning.models import Enrollment
from lms_pages.models import LessonPage
from workbench.furniture import status_tag
from workbench.modeladmin import ScopedInspectView
from workbench.records import Related
from workbench.times import moment_words


class VerdictFilter(SimpleListFilter):
    title = gettext_lazy("verdict")
    parameter_name = "verdict"

    def lookups(self, request, model_admin):
        return [("right", _("Right")), ("wrong", _("Not right")), ("poll", _("Without a verdict"))]

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


class ResponseAdmin(RunRowsAdmin):
    model = Response
    visible_to = visible_to
    menu_icon = "help"
    menu_order = 65
    menu_label = gettext_lazy("Answers")
    inspect_view_class = ResponseInspectView
    also_shown = ("question",)
    list_display = ("learner", "question_title", "verdict", "attempt", "course", "when")
    list_filter = (VerdictFilter, RunCourseFilter, RunLearnerFilter, RunFilter)
    search_fields = (*PERSON, "question__title")
    search_hint = gettext_lazy("Person or question")
    ordering = ("-answered_at", "-pk")
    empty_text = gettext_lazy("Nobody has answered a question yet. Every answer, right or wrong, stands here.")

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

    def question_title(self, response):
        return response.question.title

    question_title.short_description = gettext_lazy("question")
    question_title.admin_order_field = "question__title"

    def verdict(self, response):
        if response.is_right is None:
            return status_tag(_("no verdict"))
        if response.is_right:
            return status_tag(_("right"), "w-status--primary")
        words = _("not right") if not response.score else _("partly right")
        return status_tag(words, "record-soon")

    verdict.short_description = gettext_lazy("verdict")
    verdict.admin_order_field = "score"

    def when(self, response):
        return moment_words(response.answered_at)

    when.short_description = gettext_lazy("answered")
    when.admin_order_field = "answered_at"


def answers_of_run(viewer: Any, enrollment: Enrollment) -> Iterable[Related]:
    """A link from a run to its answers, for those who may list them."""
    if viewer.has_perm("assessment.view_response"):
        count = visible_to(viewer, Response.objects.filter(enrollment=enrollment)).count()
        yield Related(
            ngettext("answer", "answers", count),
            f"{reverse('assessment_response_modeladmin_index')}?run={enrollment.uuid}",
            count,
        )
