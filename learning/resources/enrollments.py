"""Enrollments as a file: who takes which course, until when."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learning.models import Enrollment, EnrollmentStatus
from learning.resources.runs import RunResource, day_of, is_future, midday
from learning.services import enroll_many, remove_imported_runs
from workbench.imports.columns import Column, DayWidget, WholeNumberWidget
from workbench.models import Outcome

# A row without a number means this run, not another one.
STANDING = (EnrollmentStatus.ACTIVE, EnrollmentStatus.COMPLETED, EnrollmentStatus.REQUESTED)


class EnrollmentResource(RunResource):
    """One row for each run: enrolls people, and changes due dates of those who are on a course."""

    slug = "enrollments"
    label = gettext_lazy("Enrollments")
    explanation = gettext_lazy(
        "One row for each person and course. Whoever is not on the course is enrolled; whoever is gets the due date "
        "of the file. Nobody is taken off a course, and what was completed stays so."
    )
    keys = ("email", "course", "run")

    run = Column(
        gettext_lazy("Run"),
        attribute="run",
        widget=WholeNumberWidget(),
        help=gettext_lazy("Empty: the one that is open, or a new one. The next number enrolls once more."),
        aliases=("attempt", "Durchgang"),
    )
    status = Column(gettext_lazy("Status"), attribute="import_status", aliases=("state", "Zustand"), readonly=True)
    enrolled_on = Column(
        gettext_lazy("Enrolled on"),
        attribute="import_enrolled_on",
        widget=DayWidget(),
        help=gettext_lazy("Empty: today."),
        aliases=("enrolled", "start", "Einschreibung", "Beginn", "eingeschrieben am"),
        example="2026-03-01",
    )
    due_on = Column(
        gettext_lazy("Due on"),
        attribute="due_on",
        widget=DayWidget(),
        help=gettext_lazy("The end of this day in the site's time zone. Empty: no due date."),
        aliases=("due", "due date", "deadline", "fällig", "fällig am", "Frist"),
        example="2026-06-30",
    )
    completed_on = Column(gettext_lazy("Completed on"), attribute="completed_at", widget=DayWidget(), readonly=True)

    class Meta:
        model = Enrollment

    def key_of(self, row):
        found = self.who_and_what(row)
        known = self.find(row)
        return (*found, known.pk if known else "new") if found else None

    def find(self, row):
        found = self.who_and_what(row)
        runs = self.runs.get(found, []) if found else []
        number = row.get("run", "").strip()
        if number:
            return next((run for run in runs if str(run.run) == number), None)
        return runs[-1] if runs and runs[-1].status in STANDING else None

    def init_instance(self, row=None):
        run = super().init_instance(row)
        run.run = None
        run.import_enrolled_on, run.import_status = None, ""
        return run

    def prepare_export(self, instances):
        super().prepare_export(instances)
        for run in instances:
            run.import_enrolled_on = day_of(run.enrolled_at)
            run.import_status = str(EnrollmentStatus(run.status).label)

    def judge(self, planned, errors):
        run, row = planned.instance, planned.row
        if run.pk is None:
            self.judge_new(run, row, errors)
        else:
            self.judge_known(run, row, errors)

    def judge_new(self, run, row, errors):
        asked = run.run
        if not self.place(run, row, errors):
            return
        if asked is not None and asked != run.run:
            errors["run"] = _("There is no run %(asked)d; the next one would be %(next)d.") % {
                "asked": asked,
                "next": run.run,
            }
        standing = [
            one for one in self.runs.get((run.learner.pk, run.course_key), ()) if one.status in ("active", "requested")
        ]
        if standing:
            errors[""] = _("%(person)s is on this course or has asked for it already.") % {"person": run.learner.name}
        if not run.learner.is_active:
            errors["email"] = _("%(person)s may not sign in. Give access first.") % {"person": run.learner.name}
        if not run.course.live:
            errors["course"] = _("This course is not published.")
        if is_future(run.import_enrolled_on):
            errors["enrolled_on"] = _("This day is still to come. Leave it empty to enroll today.")
        run.enrolled_at = midday(run.import_enrolled_on) if run.import_enrolled_on else timezone.now()
        if run.due_on and run.due_on < day_of(run.enrolled_at):
            errors["due_on"] = _("The due date is before the day of enrollment.")
        run.last_activity_at = run.enrolled_at
        run.required_lessons = self.required_lessons(run.course)
        run.import_status = str(EnrollmentStatus.ACTIVE.label)

    def judge_known(self, run, row, errors):
        if run.run is None:
            run.run = self.before[run.pk][0]
        began = day_of(run.enrolled_at)
        if run.import_enrolled_on not in (None, began):
            errors["enrolled_on"] = _("The day of enrollment of a run is not changed by an import. Leave it empty.")
        run.import_enrolled_on = began
        if run.due_on == self.before[run.pk][1]:
            if run.status == EnrollmentStatus.REQUESTED and not row.get("run", "").strip():
                errors[""] = _("%(person)s has asked for this course. Approve or decline the request first.") % {
                    "person": run.learner.name
                }
        elif run.status != EnrollmentStatus.ACTIVE:
            errors["due_on"] = _(
                "This run is not active (%(status)s), so its due date stays. To enroll once more, write %(next)d as the run."
            ) % {"status": run.import_status, "next": run.run + 1}

    def prepare(self, rows, *, for_update=False):
        super().prepare(rows, for_update=for_update)
        self.before = {run.pk: (run.run, run.due_on) for found in self.runs.values() for run in found}

    def write(self, planned, options):
        enroll_many(runs=[one.instance for one in planned if one.outcome == Outcome.NEW], actor=self.actor)
        changed = [one.instance for one in planned if one.outcome == Outcome.CHANGED]
        Enrollment.objects.bulk_update(changed, ["due_on"], batch_size=200)

    def undo(self, planned):
        remove_imported_runs(runs=[one.instance for one in planned if one.outcome == Outcome.NEW])
        changed = [one for one in planned if one.outcome == Outcome.CHANGED]
        for one in changed:
            one.instance.due_on = self.fields["due_on"].widget.clean(one.diff["due_on"][0])
        Enrollment.objects.bulk_update([one.instance for one in changed], ["due_on"], batch_size=200)
