"""Grades as a file: what stands for each person and lesson, and grades set by hand."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.widgets import Widget

from assessment.models import GradeOverride
from assessment.policies import visible_to
from assessment.selectors.desk import all_grades
from assessment.selectors.grades import GradedLesson, Plan, grading_plan
from assessment.services import clear_override, override_grade
from assessment.services.grades import plain
from learning.models import Cohort, Enrollment, Result
from learning.policies import answers_for_all, taught_keys
from learning.policies import visible_to as visible_runs
from learning.resources.runs import RunResource
from lms_pages.models import CoursePage
from workbench.imports.columns import Column, TextWidget
from workbench.models import Outcome


class PointsWidget(Widget):
    """Points, with a dot or a comma; at most four places."""

    def clean(self, value, row=None, **kwargs):
        text = (value or "").strip()
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,5}([.,][0-9]{1,4})?", text):
            raise ValueError(_("“%(value)s” is not a number of points. Write it as 8 or 8.5.") % {"value": text[:40]})
        return Decimal(text.replace(",", "."))

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else plain(value)


class GradeResource(RunResource):
    """One row for each person, course and lesson. What stands already, and an empty score, change nothing."""

    slug = "grades"
    label = gettext_lazy("Grades")
    explanation = gettext_lazy(
        "One row for each person and lesson. A score that differs from what stands is set by hand, in place of what "
        "was earned, with its reason. A score that stands already changes nothing, and so does an empty one."
    )
    keys = ("email", "course", "lesson")
    permissions = ("assessment.add_gradeoverride",)
    own_relations = frozenset()

    lesson = Column(
        gettext_lazy("Lesson"),
        attribute="import_lesson",
        widget=TextWidget(300),
        help=gettext_lazy("Its title, or where two of the course have the same title, its key as an export writes it."),
        aliases=("item", "quiz", "graded item", "Lektion", "Aufgabe"),
        example="Final exam",
        required=True,
    )
    score = Column(
        gettext_lazy("Score"),
        attribute="score",
        widget=PointsWidget(),
        help=gettext_lazy("Points. Empty: nothing is changed."),
        aliases=("points", "grade", "Punkte", "Note"),
        example="8.5",
    )
    of = Column(gettext_lazy("Of"), attribute="max_score", widget=PointsWidget(), readonly=True)
    earned = Column(gettext_lazy("Earned"), attribute="import_earned", widget=PointsWidget(), readonly=True)
    reason = Column(
        gettext_lazy("Reason"),
        attribute="reason",
        widget=TextWidget(300),
        help=gettext_lazy("Needed where a score is set. The learner reads it."),
        aliases=("why", "comment", "Grund", "Begründung"),
        example="Oral exam on 12 May",
    )

    class Meta:
        model = GradeOverride

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.plans: dict[UUID, Plan] = {}

    def scope(self, viewer):
        return visible_to(viewer, GradeOverride.objects.filter(is_latest=True, score__isnull=False))

    def people_in_scope(self):
        """The people of the runs one may see: those who teach know them by their courses."""
        runs = visible_runs(self.actor, Enrollment.objects.all())
        return get_user_model().objects.filter(pk__in=runs.order_by().values("learner"))

    def courses_to_grade(self) -> set[UUID] | None:
        """Keys of the courses whose grades one may set; None for those who answer for all."""
        if answers_for_all(self.actor):
            return None
        return set(taught_keys(self.actor).values_list("course__translation_key", flat=True))

    # What a row speaks of ---------------------------------------------------------------

    def plan_of(self, key: UUID) -> Plan:
        if key not in self.plans:
            self.plans[key] = grading_plan(CoursePage.objects.get(pk=self.courses[key].pk))
        return self.plans[key]

    def run_of(self, row) -> Enrollment | None:
        """The run that grades are set in: the newest, while it is active or completed."""
        found = self.who_and_what(row)
        runs = self.runs.get(found, []) if found else []
        return runs[-1] if runs and runs[-1].is_open else None

    def entries_of(self, row) -> list[GradedLesson]:
        key = self.course_key(row.get("course", ""))
        word = row.get("lesson", "").strip().casefold()
        if key is None or not word:
            return []
        return [one for one in self.plan_of(key).lessons if word in (one.title.casefold(), str(one.page_key))]

    def entry_of(self, row) -> GradedLesson | None:
        found = self.entries_of(row)
        return found[0] if len(found) == 1 else None

    def place_of(self, row) -> tuple[int, UUID] | None:
        run, entry = self.run_of(row), self.entry_of(row)
        return (run.pk, entry.page_key) if run and entry else None

    def key_of(self, row):
        return self.place_of(row)

    def find(self, row):
        return self.overrides.get(self.place_of(row))

    def prepare(self, rows, *, for_update=False):
        self.load_runs(rows, for_update=for_update)
        runs = [run for found in self.runs.values() for run in found]
        standing = GradeOverride.objects.filter(enrollment__in=runs, is_latest=True, score__isnull=False)
        if for_update:
            standing = standing.select_for_update()
        by_id = {run.pk: run for run in runs}
        self.overrides: dict[tuple[int, UUID] | None, GradeOverride] = {}
        for override in standing:
            override.enrollment = by_id[override.enrollment_id]
            self.overrides[(override.enrollment_id, override.page_key)] = override
        self.results = {(one.enrollment_id, one.page_key): one for one in Result.objects.filter(enrollment__in=runs)}
        self.taught = self.courses_to_grade()
        self.dress(self.overrides.values())

    # What a record says ------------------------------------------------------------------

    def prepare_export(self, instances):
        self.load_courses()
        runs = {one.enrollment_id for one in instances}
        self.results = {(one.enrollment_id, one.page_key): one for one in Result.objects.filter(enrollment__in=runs)}
        self.dress(instances)

    def dress(self, overrides) -> None:
        for one in overrides:
            run, key = one.enrollment, one.enrollment.course_key
            one.import_email, one.import_person = run.learner.email, run.learner.name
            one.import_course = self.name_of(key)
            plan = self.plan_of(key) if key in self.courses else None
            entry = plan.lesson(one.page_key) if plan else None
            one.import_lesson = name_in(plan, entry) if plan and entry else str(one.page_key)
            result = self.results.get((one.enrollment_id, one.page_key))
            one.import_earned = result.earned_score if result else None

    def export_rows(self, queryset):
        return queryset.select_related("enrollment__learner")

    def init_instance(self, row=None):
        one = GradeOverride(score=None, reason="")
        one.import_email = one.import_person = one.import_course = one.import_lesson = ""
        one.max_score = one.import_earned = None
        return one

    # What it would do ---------------------------------------------------------------------

    def judge(self, planned, errors):
        one, row = planned.instance, planned.row
        found = self.who_and_what(row)
        if found is None or errors.get("email") or errors.get("course"):
            return
        if self.taught is not None and found[1] not in self.taught:
            # Nothing about another course is told, not even who is on it.
            errors.clear()
            errors["course"] = _("You do not teach this course, so its grades stay as they are.")
            return
        run, entry = self.run_of(row), self.entry_of(row)
        if run is None:
            errors[""] = _("%(person)s is not on this course. Enroll the person first.") % {
                "person": self.people[row["email"].strip().lower()].name
            }
        elif self.taught is not None and run.learner_id == self.actor.pk:
            errors[""] = _("Nobody sets their own grades. Ask somebody else who teaches this course.")
        if entry is None and "lesson" not in errors:
            errors["lesson"] = self.why_no_lesson(row)
        if run is None or entry is None or errors:
            return
        is_new = one.pk is None
        if is_new:
            one.enrollment, one.page_key, one.page_id = run, entry.page_key, entry.page_id
            one.import_person, one.import_lesson = run.learner.name, name_in(self.plan_of(found[1]), entry)
            result = self.results.get((run.pk, entry.page_key))
            one.import_earned = result.earned_score if result else None
            one.max_score = entry.item.max_score
            # What was earned, or nothing at all, sets nothing by hand.
            if one.score is None or (one.score == one.import_earned and not one.reason):
                planned.trace["stands"] = True
                return
        elif one.score is None:
            errors["score"] = _("A grade set by hand is taken back in the gradebook, not by an empty cell.")
            return
        elif row.get("score", "") != planned.before["score"] and "score" in self.mapped:
            one.max_score = entry.item.max_score
        if one.score > one.max_score:
            errors["score"] = _("%(score)s is more than the %(points)s points there are.") % {
                "score": plain(one.score),
                "points": plain(one.max_score),
            }
        if not one.reason:
            errors["reason"] = _("say why. The reason stays on record.")

    def why_no_lesson(self, row) -> str:
        found = self.entries_of(row)
        if found:
            keys = ", ".join(str(one.page_key) for one in found[:5])
            return _("Several lessons have this title. Write the key of the one you mean: %(keys)s.") % {"keys": keys}
        return _("“%(title)s” is not among the graded lessons of the course.") % {"title": row.get("lesson", "")[:80]}

    def plan_row(self, number, row):
        planned = super().plan_row(number, row)
        if planned.trace.pop("stands", False) and planned.outcome == Outcome.NEW:
            planned.outcome, planned.diff = Outcome.SAME, {}
        return planned

    # Writing, and back ------------------------------------------------------------------

    def write(self, planned, options):
        for one in planned:
            new = one.instance
            if one.outcome == Outcome.CHANGED:
                before = GradeOverride.objects.get(pk=new.pk)
                one.trace.update(score=plain(before.score), max_score=plain(before.max_score), reason=before.reason)
            run = new.enrollment
            one.instance = override_grade(
                enrollment=run,
                page_key=new.page_key,
                score=new.score,
                max_score=new.max_score,
                reason=new.reason,
                actor=self.actor,
                source="import",
                plan=self.plan_of(run.course_key),
            )

    def undo(self, planned):
        for one in planned:
            override, was = one.instance, one.trace
            if one.outcome == Outcome.NEW:
                clear_override(
                    enrollment=override.enrollment,
                    page_key=override.page_key,
                    reason=_("The import was undone"),
                    actor=self.actor,
                    source="import",
                )
            else:
                override_grade(
                    enrollment=override.enrollment,
                    page_key=override.page_key,
                    score=Decimal(was["score"]),
                    max_score=Decimal(was["max_score"]),
                    reason=was["reason"],
                    actor=self.actor,
                    source="import",
                    plan=self.plan_of(override.enrollment.course_key),
                )

    def why_not_undone(self, planned):
        reasons, taught = {}, self.courses_to_grade()
        for one in planned:
            if taught is not None and one.instance.enrollment.course_key not in taught:
                reasons[one.instance.pk] = str(_("is of a course that whoever imported it does not teach any more"))
            elif not one.instance.is_latest:
                reasons[one.instance.pk] = str(_("was set again since"))
            elif not one.instance.enrollment.is_open:
                reasons[one.instance.pk] = str(_("is not on the course any more"))
        return reasons


def name_in(plan: Plan, entry: GradedLesson) -> str:
    """The title where it means this lesson alone among the graded ones, else the key."""
    same = [one for one in plan.lessons if one.title.casefold() == entry.title.casefold()]
    return entry.title if len(same) == 1 else str(entry.page_key)


def gradebook_cells(
    *, actor: Any, course: CoursePage, cohort: Cohort | None = None
) -> tuple[list[str], Iterator[list[str]]]:
    """The header and the rows of a whole gradebook, one for each person and graded lesson, as an import reads them.
    A row without a grade is there to be filled in."""
    resource = GradeResource(actor=actor)
    plan, rows = all_grades(course=course, cohort=cohort)
    name = resource.name_of(course.translation_key)
    lessons = [(lesson, name_in(plan, lesson)) for lesson in plan.lessons]

    def cells() -> Iterator[list[str]]:
        # A record of its own for each cell would cost more than all the rest.
        one = resource.init_instance()
        for row in rows:
            for entry, lesson_name in lessons:
                grade, override = row.grade(entry.page_key), row.overrides.get(entry.page_key)
                earned = row.earned.get(entry.page_key)
                one.import_email, one.import_person = row.enrollment.learner.email, row.enrollment.learner.name
                one.import_course, one.import_lesson = name, lesson_name
                one.score = grade.score if grade else None
                one.max_score = grade.max_score if grade else entry.item.max_score
                one.import_earned = earned.score if earned else None
                one.reason = override.reason if override else ""
                yield [column.text_of(one) for column in resource.fields.values()]

    return resource.header(), cells()
