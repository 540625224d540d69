"""Cohorts with their days and places as a file."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from learning.models import Cohort
from learning.policies import own_course_keys, visible_to
from learning.resources.courses import CourseRows, course_column
from learning.services import change_cohort
from workbench.imports.columns import Column, DayWidget, TextWidget, WholeNumberWidget
from workbench.models import Outcome

# What a file may change of a cohort that is there already.
CHANGEABLE = ("starts_on", "ends_on", "due_on", "capacity")


class CohortResource(CourseRows):
    """One row for each cohort, known by its course and its name."""

    slug = "cohorts"
    label = gettext_lazy("Cohorts")
    explanation = gettext_lazy(
        "One row for each cohort, known by its course and its name. Cohorts that are not in the file stay as they are. "
        "A new due date also becomes that of everybody in the cohort who had the old one."
    )
    keys = ("course", "name")
    permissions = ("learning.add_cohort", "learning.change_cohort")

    name = Column(
        gettext_lazy("Cohort"),
        attribute="name",
        widget=TextWidget(120),
        aliases=("cohort name", "name", "class", "group", "Kohorte", "Gruppe", "Durchgang"),
        example="Spring 2027, Hamburg",
        required=True,
    )
    course = course_column()
    starts_on = Column(
        gettext_lazy("Starts on"),
        attribute="starts_on",
        widget=DayWidget(),
        aliases=("start", "starts", "first day", "from", "Beginn", "beginnt am", "von"),
        example="2027-03-01",
    )
    ends_on = Column(
        gettext_lazy("Ends on"),
        attribute="ends_on",
        widget=DayWidget(),
        aliases=("end", "ends", "last day", "until", "Ende", "endet am", "bis"),
        example="2027-06-30",
    )
    due_on = Column(
        gettext_lazy("Due on"),
        attribute="due_on",
        widget=DayWidget(),
        help=gettext_lazy("Becomes the due date of everybody who joins. Empty: none."),
        aliases=("due", "due date", "deadline", "fällig", "fällig am", "Frist"),
        example="2027-06-30",
    )
    capacity = Column(
        gettext_lazy("Places"),
        attribute="capacity",
        widget=WholeNumberWidget(),
        help=gettext_lazy("Empty: no limit."),
        aliases=("capacity", "seats", "size", "Plätze", "Teilnehmerzahl"),
        example="12",
    )
    taken = Column(
        gettext_lazy("People in it"),
        attribute="taken",
        aliases=("taken", "people", "members", "Personen", "belegt"),
        readonly=True,
    )

    class Meta:
        model = Cohort

    def scope(self, viewer):
        return visible_to(viewer, Cohort.objects.all())

    def key_of(self, row):
        course, name = self.course_key(row.get("course", "")), row.get("name", "").strip()
        return (course, name) if course and name else None

    def prepare(self, rows, *, for_update=False):
        self.load_courses()
        self.own_courses = own_course_keys(self.actor)
        wanted = [key for key in map(self.key_of, rows) if key]
        cohorts = self.get_queryset().filter(
            course_key__in={course for course, _name in wanted}, name__in={name for _course, name in wanted}
        )
        if for_update:
            # DISTINCT and locks do not go together.
            cohorts = Cohort.objects.filter(pk__in=list(cohorts.values_list("pk", flat=True))).select_for_update()
        self.found = {(cohort.course_key, cohort.name): cohort for cohort in cohorts}
        self.prepare_export(list(self.found.values()))

    def find(self, row):
        return self.found.get(self.key_of(row))

    def init_instance(self, row=None):
        cohort = Cohort(created_by=self.actor)
        cohort.import_course = ""
        return cohort

    def prepare_export(self, instances):
        for cohort in instances:
            cohort.import_course = self.name_of(cohort.course_key)

    def judge(self, planned, errors):
        cohort = planned.instance
        found = self.key_of(planned.row)
        if found and not errors.get("course"):
            if self.own_courses is not None and found[0] not in self.own_courses:
                errors["course"] = _("You do not teach this course.")
            elif cohort.pk is None:
                cohort.course, cohort.course_key = self.courses[found[0]], found[0]
        if cohort.starts_on and cohort.ends_on and cohort.ends_on < cohort.starts_on:
            errors.setdefault("ends_on", _("The last day lies before the first one."))
        if cohort.capacity is not None and cohort.capacity < cohort.taken:
            errors.setdefault(
                "capacity",
                ngettext(
                    "%d person is in this cohort, more than it would have places.",
                    "%d people are in this cohort, more than it would have places.",
                    cohort.taken,
                )
                % cohort.taken,
            )

    def write(self, planned, options):
        Cohort.objects.bulk_create([one.instance for one in planned if one.outcome == Outcome.NEW])
        for one in planned:
            if one.outcome == Outcome.CHANGED:
                values = {name: getattr(one.instance, name) for name in CHANGEABLE if one.changes(name)}
                one.trace = {"runs": change_cohort(cohort=one.instance, **values)}

    def undo(self, planned):
        Cohort.objects.filter(pk__in=[one.instance.pk for one in planned if one.outcome == Outcome.NEW]).delete()
        for one in planned:
            if one.outcome == Outcome.CHANGED:
                change_cohort(cohort=one.instance, of_runs=one.trace["runs"], **self.values_before(one))

    def values_before(self, planned):
        return {key: self.fields[key].widget.clean(before) for key, (before, _after) in planned.diff.items()}

    def why_not_undone(self, planned):
        reasons, own = {}, own_course_keys(self.actor)
        for one in planned:
            if own is not None and one.instance.course_key not in own:
                reasons[one.instance.pk] = _("is of a course that whoever imported it does not teach any more")
            elif one.outcome == Outcome.CHANGED:
                places = self.values_before(one).get("capacity")
                if places is not None and one.instance.taken > places:
                    reasons[one.instance.pk] = _("has more people in it by now than it had places")
        return reasons
