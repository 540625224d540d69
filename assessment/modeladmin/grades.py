"""Grades set by hand in the admin: to read, to export, and to import."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.models import GradeOverride
from assessment.policies import visible_to
from assessment.resources import GradeResource
from assessment.services.grades import plain
from learning.modeladmin.filters import RunCourseFilter, RunFilter, RunLearnerFilter
from learning.modeladmin.runs import PERSON, RunRowsAdmin
from workbench.furniture import status_tag
from workbench.modeladmin import ScopedInspectView
from workbench.times import moment_words


def grade_words(override: GradeOverride) -> str:
    """The points of a grade set by hand, or that it was taken back."""
    if override.score is None:
        return _("taken back")
    return _("%(score)s of %(of)s") % {"score": plain(override.score), "of": plain(override.max_score)}


class GradeInspectView(ScopedInspectView):
    def name(self):
        return f"{self.instance.enrollment.learner.name}: {self.instance.page.title}"


class GradeOverrideAdmin(RunRowsAdmin):
    """Every word on a grade, the earlier ones too; they are set in the gradebook of a course, or by a file."""

    model = GradeOverride
    visible_to = visible_to
    menu_icon = "edit"
    menu_order = 66
    menu_label = gettext_lazy("Grades set by hand")
    inspect_view_class = GradeInspectView
    resource_class = GradeResource
    also_shown = ("page", "by")
    list_display = ("learner", "lesson", "grade", "reason", "course", "set_by", "when")
    list_filter = (RunCourseFilter, RunLearnerFilter, RunFilter)
    search_fields = (*PERSON, "page__title")
    search_hint = gettext_lazy("Person or lesson")
    ordering = ("-at", "-pk")
    empty_text = gettext_lazy(
        "No grade was set by hand yet. Instructors set them in the gradebook of a course, with a reason."
    )

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

    def lesson(self, override):
        return override.page.title

    lesson.short_description = gettext_lazy("lesson")

    def grade(self, override):
        words = grade_words(override)
        return words if override.is_latest else status_tag(_("%s, earlier") % words)

    grade.short_description = gettext_lazy("grade")

    def set_by(self, override):
        return override.by.name if override.by else ""

    set_by.short_description = gettext_lazy("set by")

    def when(self, override):
        return moment_words(override.at)

    when.short_description = gettext_lazy("set")
    when.admin_order_field = "at"
