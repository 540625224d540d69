"""Completions from before: what people learned elsewhere or on paper, as a file."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learning.models import Enrollment, EnrollmentStatus
from learning.resources.runs import RunResource, day_of, is_future, midday
from learning.services import record_completions, remove_imported_runs
from learning.services.bulk import IMPORTED
from workbench.imports.columns import Column, DayWidget, TextWidget
from workbench.models import Outcome


class CompletionResource(RunResource):
    """One row for each completion; a completed run of its own, with no lesson marked."""

    slug = "completions"
    label = gettext_lazy("Past completions")
    explanation = gettext_lazy(
        "One row for each course that somebody completed elsewhere or before. It becomes a completed run on its day. "
        "No lesson is marked as done, since nobody knows which were read."
    )
    keys = ("email", "course", "completed_on")

    completed_on = Column(
        gettext_lazy("Completed on"),
        attribute="import_completed_on",
        widget=DayWidget(),
        aliases=("completed", "date", "completion date", "Abschluss", "abgeschlossen am", "Datum"),
        example="2025-11-20",
        required=True,
    )
    enrolled_on = Column(
        gettext_lazy("Enrolled on"),
        attribute="import_enrolled_on",
        widget=DayWidget(),
        help=gettext_lazy("Empty: the day of the completion."),
        aliases=("enrolled", "start", "Einschreibung", "Beginn", "eingeschrieben am"),
    )
    outcome = Column(
        gettext_lazy("Outcome"),
        attribute="outcome",
        widget=TextWidget(80),
        help=gettext_lazy("A label such as “passed with distinction”."),
        aliases=("result", "grade", "Ergebnis", "Note"),
        example="",
    )

    class Meta:
        model = Enrollment

    def export_rows(self, queryset):
        return super().export_rows(queryset).filter(status=EnrollmentStatus.COMPLETED)

    def day(self, row):
        try:
            return self.fields["completed_on"].widget.clean(row.get("completed_on", ""))
        except ValueError:
            return None

    def key_of(self, row):
        found, day = self.who_and_what(row), self.day(row)
        return (*found, day) if found and day else None

    def find(self, row):
        found, day = self.who_and_what(row), self.day(row)
        runs = self.runs.get(found, ()) if found and day else ()
        return next((run for run in runs if run.status == "completed" and day_of(run.completed_at) == day), None)

    def init_instance(self, row=None):
        run = super().init_instance(row)
        run.import_completed_on = run.import_enrolled_on = None
        return run

    def prepare(self, rows, *, for_update=False):
        super().prepare(rows, for_update=for_update)
        # Two rows of one person and course get numbers one after the other.
        self.given = {}

    def prepare_export(self, instances):
        super().prepare_export(instances)
        for run in instances:
            run.import_completed_on = day_of(run.completed_at)
            run.import_enrolled_on = day_of(run.enrolled_at)

    def judge(self, planned, errors):
        run, row = planned.instance, planned.row
        ended, began = run.import_completed_on, run.import_enrolled_on
        if run.pk is not None:
            known = day_of(run.enrolled_at)
            if began not in (None, known):
                errors["enrolled_on"] = _("The day of enrollment of a run is not changed by an import. Leave it empty.")
            run.import_enrolled_on = known
            return
        if is_future(ended):
            errors["completed_on"] = _("This day is still to come.")
        if began and ended and began > ended:
            errors["enrolled_on"] = _("The day of enrollment is after the completion.")
        if ended is None or not self.place(run, row, errors):
            return
        found = (run.learner.pk, run.course_key)
        for one in self.runs.get(found, ()):
            if one.status == EnrollmentStatus.ACTIVE and ended >= day_of(one.enrolled_at):
                errors[""] = _(
                    "%(person)s is on this course since %(day)s. Completing that run is done on the course, not by a file of past completions."
                ) % {"person": run.learner.name, "day": day_of(one.enrolled_at).isoformat()}
        run.run += self.given.get(found, 0)
        if not errors:
            self.given[found] = self.given.get(found, 0) + 1
        run.status, run.completion_rule = EnrollmentStatus.COMPLETED, IMPORTED
        run.import_enrolled_on = began or ended
        run.enrolled_at, run.completed_at = midday(run.import_enrolled_on), midday(ended)
        run.last_activity_at = run.completed_at

    def write(self, planned, options):
        record_completions(runs=[one.instance for one in planned if one.outcome == Outcome.NEW], actor=self.actor)
        changed = [one.instance for one in planned if one.outcome == Outcome.CHANGED]
        Enrollment.objects.bulk_update(changed, ["outcome"], batch_size=200)

    def undo(self, planned):
        remove_imported_runs(runs=[one.instance for one in planned if one.outcome == Outcome.NEW])
        changed = [one for one in planned if one.outcome == Outcome.CHANGED]
        for one in changed:
            one.instance.outcome = one.diff["outcome"][0]
        Enrollment.objects.bulk_update([one.instance for one in changed], ["outcome"], batch_size=200)
