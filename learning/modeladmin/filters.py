"""Filters of the records of learning."""

from typing import ClassVar

from django.contrib.admin import SimpleListFilter
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.modeladmin.filters import PersonFilter, TeamFilter
from accounts.models import TeamMembership
from learning.models import Cohort, CohortMembership, Enrollment, EnrollmentStatus, LessonProgress
from learning.policies import visible_to
from learning.verbs import Verb
from lms_pages.models import CoursePage
from workbench.modeladmin.filters import RowsFilter


class StatusFilter(SimpleListFilter):
    title = gettext_lazy("status")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [*EnrollmentStatus.choices, ("overdue", _("Overdue"))]

    def queryset(self, request, queryset):
        if self.value() == "overdue":
            return queryset.overdue()
        return queryset.filter(status=self.value()) if self.value() in EnrollmentStatus.values else queryset


class CourseFilter(SimpleListFilter):
    """Courses that occur among the runs the viewer may see."""

    title = gettext_lazy("course")
    parameter_name = "course"
    # Where the list's rows keep the key of their course.
    field: ClassVar[str] = "course_key"

    def lookups(self, request, model_admin):
        keys = visible_to(request.user, Enrollment.objects.all()).order_by().values("course")
        courses = CoursePage.objects.filter(pk__in=keys).order_by("title").values_list("translation_key", "title")
        return [(str(key), title) for key, title in courses]

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(**{self.field: self.value()})


class RunCourseFilter(CourseFilter):
    field = "enrollment__course_key"


class LearnerTeamFilter(TeamFilter):
    """Runs of people who are in a team today."""

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        members = TeamMembership.objects.current().filter(team__uuid=self.value())
        return queryset.filter(learner__in=members.values("user"))


class LearnerFilter(PersonFilter):
    field = "learner"


class RunLearnerFilter(PersonFilter):
    field = "enrollment__learner"


class RunFilter(SimpleListFilter):
    """Rows of one run, by uuid. It is offered only while a link from elsewhere has set it."""

    title = gettext_lazy("enrollment")
    parameter_name = "run"

    def lookups(self, request, model_admin):
        if not self.value():
            return []
        try:
            rows = visible_to(request.user, Enrollment.objects.filter(uuid=self.value()))
            found = rows.select_related("learner", "course").first()
        except ValidationError:
            found = None
        return [(str(found.uuid), str(found))] if found else []

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(enrollment__uuid=self.value())


class CohortFilter(RowsFilter):
    """Runs that are in a cohort now."""

    title = gettext_lazy("cohort")
    parameter_name = "cohort"

    def rows(self, request):
        return visible_to(request.user, Cohort.objects.select_related("course"))

    def label_of(self, row):
        return f"{row.name} ({row.course.title})"

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        members = CohortMembership.objects.filter(cohort__uuid=self.value(), until=None)
        return queryset.filter(pk__in=members.values("enrollment"))


class LinkCohortFilter(CohortFilter):
    """Invitation links into a cohort."""

    def queryset(self, request, queryset):
        return queryset.filter(cohort__uuid=self.value()) if self.value() in dict(self.lookup_choices) else queryset


class VerbFilter(SimpleListFilter):
    title = gettext_lazy("kind")
    parameter_name = "verb"

    def lookups(self, request, model_admin):
        return Verb.choices

    def queryset(self, request, queryset):
        return queryset.filter(verb=self.value()) if self.value() in Verb.values else queryset


RULES = {
    "button": gettext_lazy("Marked by the learner"),
    "checks": gettext_lazy("All checks answered right"),
    "staff": gettext_lazy("Recorded by staff"),
    "import": gettext_lazy("Imported"),
}


class RuleFilter(SimpleListFilter):
    title = gettext_lazy("how it was done")
    parameter_name = "rule"

    def lookups(self, request, model_admin):
        return list(RULES.items())

    def queryset(self, request, queryset):
        return queryset.filter(rule=self.value()) if self.value() in RULES else queryset


def rule_words(progress: LessonProgress) -> str:
    return str(RULES.get(progress.rule, progress.rule))
