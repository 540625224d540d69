"""Attempts at quizzes, to read; and extensions, which are granted here."""

from django.contrib.admin import SimpleListFilter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList

from assessment.forms import ExtensionForm
from assessment.models import Attempt, AttemptState, Extension, SubmittedBy
from assessment.policies import visible_to
from assessment.rules import points_words
from learning.modeladmin.filters import RunCourseFilter, RunFilter, RunLearnerFilter
from learning.modeladmin.runs import PERSON, RunRowsAdmin
from workbench.furniture import status_tag
from workbench.modeladmin import ScopedCreateView, ScopedInspectView, ScopedModelAdmin, ScopedPermissionHelper
from workbench.times import moment_words


class AttemptStateFilter(SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [*AttemptState.choices, ("passed", _("Passed")), ("failed", _("Not passed"))]

    def queryset(self, request, queryset):
        if self.value() in AttemptState.values:
            return queryset.filter(state=self.value())
        passed = {"passed": True, "failed": False}.get(self.value())
        return queryset if passed is None else queryset.filter(passed=passed)


class AttemptInspectView(ScopedInspectView):
    def name(self):
        return f"{self.instance.enrollment.learner.name}: {self.instance.quiz.title}"


class AttemptAdmin(RunRowsAdmin):
    model = Attempt
    visible_to = visible_to
    menu_icon = "form"
    menu_order = 66
    inspect_view_class = AttemptInspectView
    also_shown = ("quiz",)
    list_display = ("learner", "quiz_title", "number", "state_words", "points", "course", "began")
    list_filter = (AttemptStateFilter, RunCourseFilter, RunLearnerFilter, RunFilter)
    search_fields = (*PERSON, "quiz__title")
    search_hint = gettext_lazy("Person or quiz")
    ordering = ("-started_at", "-pk")
    empty_text = gettext_lazy("Nobody has taken a quiz yet. Every attempt stands here, also one that is under way.")

    def get_queryset(self, request):
        rows = super().get_queryset(request).defer("quiz__body", "quiz__sections")
        # One's own attempts are seen as a learner sees them, by the review rule.
        return rows.exclude(enrollment__learner=request.user)

    def facts(self, attempt):
        rows = attempt.questions.select_related("question_revision", "graded_by").order_by("position")
        facts = [
            (_("Person"), attempt.enrollment.learner.name),
            (_("Course"), attempt.enrollment.course.title),
            (_("Quiz"), attempt.quiz.title),
            (_("Attempt"), attempt.number),
            (_("State"), self.state_words(attempt)),
            (_("Points"), self.points(attempt)),
            (_("Began"), moment_words(attempt.started_at)),
            (_("Ends by itself"), moment_words(attempt.due_at)),
            (_("Handed in"), self.handed_in(attempt)),
            (
                _("Version that was taken"),
                moment_words(attempt.page_revision.created_at) if attempt.page_revision else "",
            ),
        ]
        answers = [] if attempt.is_open else [(self.asked(row), self.answered(row)) for row in rows]
        return [(label, value) for label, value in [*facts, *answers] if value != ""]

    def handed_in(self, attempt):
        if attempt.submitted_at is None:
            return ""
        when = moment_words(attempt.submitted_at)
        if attempt.submitted_by == SubmittedBy.DEADLINE:
            return _("%(when)s, when its time was over") % {"when": when}
        return when

    def asked(self, row):
        return f"{row.position}. {row.as_asked.title}"

    def answered(self, row):
        question = row.as_asked
        if row.is_answered:
            words = question.kind.describe(question.value, row.answer)
        else:
            words = _("no answer") if row.unfinished is None else _("no complete answer")
        if row.needs_grading:
            return _("%(words)s (waits to be graded)") % {"words": words}
        if row.earned is None:
            return words
        return _("%(words)s (%(got)s of %(of)s points)") % {
            "words": words,
            "got": points_words(row.earned),
            "of": points_words(row.points),
        }

    def quiz_title(self, attempt):
        return attempt.quiz.title

    quiz_title.short_description = gettext_lazy("quiz")
    quiz_title.admin_order_field = "quiz__title"

    def state_words(self, attempt):
        if attempt.state == AttemptState.OPEN:
            return status_tag(_("under way"))
        if attempt.state == AttemptState.SUBMITTED:
            return status_tag(_("to be graded"), "record-soon")
        if attempt.passed is None:
            return status_tag(_("graded"))
        return (
            status_tag(_("passed"), "w-status--primary")
            if attempt.passed
            else status_tag(_("not passed"), "record-soon")
        )

    state_words.short_description = gettext_lazy("state")
    state_words.admin_order_field = "state"

    def points(self, attempt):
        if attempt.score is None:
            return "–"
        return _("%(got)s of %(of)s") % {"got": points_words(attempt.score), "of": points_words(attempt.max_score)}

    points.short_description = gettext_lazy("points")
    points.admin_order_field = "score"

    def began(self, attempt):
        return moment_words(attempt.started_at)

    began.short_description = gettext_lazy("began")
    began.admin_order_field = "started_at"


class ExtensionPermissionHelper(ScopedPermissionHelper):
    """A second grant replaces the first one; none is edited or deleted, since attempts may have used it."""

    never = frozenset({"change", "delete"})


class ExtensionCreateView(ScopedCreateView):
    save_label = gettext_lazy("Grant it")

    def get_success_url(self):
        return self.url_helper.get_action_url("inspect", self.instance.pk)

    def get_success_message(self, instance):
        return _("It is granted. Attempts that are under way have the time already.")

    def get_success_message_buttons(self, instance):
        return []


class ExtensionInspectView(ScopedInspectView):
    def name(self):
        return f"{self.instance.quiz.title}: {whose(self.instance)}"


def whose(extension: Extension) -> str:
    return extension.enrollment.learner.name if extension.enrollment else extension.cohort.name


class ExtensionAdmin(ScopedModelAdmin):
    model = Extension
    visible_to = visible_to
    menu_hook = "register_people_menu_item"
    menu_icon = "time"
    menu_order = 67
    permission_helper_class = ExtensionPermissionHelper
    create_view_class = ExtensionCreateView
    inspect_view_class = ExtensionInspectView
    inspect_view_enabled = True
    list_display = ("who", "quiz_title", "more", "given_words", "given_on")
    search_fields = (*PERSON, "cohort__name", "quiz__title")
    search_hint = gettext_lazy("Person, cohort or quiz")
    ordering = ("-given_at", "-pk")
    empty_text = gettext_lazy(
        "Nobody has more time or attempts than the others. Grant them to a person or a cohort, with the reason."
    )
    edit_handler = ObjectList(
        [
            FieldPanel("quiz"),
            FieldPanel("address"),
            FieldPanel("cohort"),
            FieldRowPanel([FieldPanel("extra_minutes"), FieldPanel("extra_attempts")]),
            FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]),
            FieldPanel("reason"),
        ],
        base_form_class=ExtensionForm,
    )

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.select_related("enrollment__learner", "cohort", "quiz", "given_by").defer(
            "quiz__body", "quiz__sections"
        )

    def get_add_label(self):
        return _("Grant an extension")

    def facts(self, extension):
        rows = [
            (_("Quiz"), extension.quiz.title),
            (_("For"), whose(extension)),
            (_("More"), self.more(extension)),
            (_("Reason"), extension.reason),
            (_("Granted by"), self.given_words(extension)),
            (_("Granted"), moment_words(extension.given_at)),
        ]
        return [(label, value) for label, value in rows if value]

    def who(self, extension):
        return whose(extension)

    who.short_description = gettext_lazy("for")

    def quiz_title(self, extension):
        return extension.quiz.title

    quiz_title.short_description = gettext_lazy("quiz")
    quiz_title.admin_order_field = "quiz__title"

    def more(self, extension):
        parts = []
        if extension.extra_minutes:
            parts.append(_("%(count)d minutes") % {"count": extension.extra_minutes})
        if extension.extra_attempts:
            parts.append(_("%(count)d attempts") % {"count": extension.extra_attempts})
        if extension.opens_at:
            parts.append(_("opens %(when)s") % {"when": moment_words(extension.opens_at)})
        if extension.closes_at:
            parts.append(_("closes %(when)s") % {"when": moment_words(extension.closes_at)})
        return ", ".join(parts)

    more.short_description = gettext_lazy("more")

    def given_words(self, extension):
        return extension.given_by.name if extension.given_by else ""

    given_words.short_description = gettext_lazy("granted by")

    def given_on(self, extension):
        return moment_words(extension.given_at)

    given_on.short_description = gettext_lazy("granted")
    given_on.admin_order_field = "given_at"
