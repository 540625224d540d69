"""What files about runs have in common: which person, which course, which runs there are."""

import datetime
import uuid
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.policies import visible_to as visible_people
from learning.models import Enrollment, LearningEvent
from learning.policies import visible_to
from learning.resources.courses import FIELDS, CourseRows, course_column
from lms_pages.models import CoursePage
from lms_pages.selectors import read_outline
from workbench.days import site_day
from workbench.imports.columns import Column, EmailWidget
from workbench.models import Outcome

User = get_user_model()
Key = tuple[int, uuid.UUID]


def midday(day: datetime.date) -> datetime.datetime:
    """The moment that stands for a day of which nobody knows the hour: the same day in every zone nearby."""
    moment = timezone.make_aware(datetime.datetime.combine(day, datetime.time(12)))
    return min(moment, timezone.now())


class EmailOf(EmailWidget):
    """The address of somebody who is known, and whom the person importing may see."""

    def clean(self, value, row=None, **kwargs):
        address = super().clean(value, row)
        if address and address not in kwargs["resource"].people:
            raise ValueError(
                _("There is nobody with the e-mail address “%(email)s”. Import or add the person first.")
                % {"email": address[:80]}
            )
        return address


class RunResource(CourseRows):
    """Rows about runs: one person, one course."""

    email = Column(
        gettext_lazy("E-mail address"),
        attribute="import_email",
        widget=EmailOf(254),
        aliases=("e-mail", "mail", "email address", "E-Mail-Adresse", "Mailadresse", "learner", "user name"),
        example="jo.doe@example.com",
        required=True,
    )
    person = Column(
        gettext_lazy("Person"),
        attribute="import_person",
        aliases=("name", "full name", "Vollständiger Name"),
        readonly=True,
    )
    course = course_column()

    permissions = ("learning.add_enrollment", "learning.change_enrollment")
    own_relations = frozenset({"learning.LearningEvent"})

    def scope(self, viewer):
        return visible_to(viewer, Enrollment.objects.all())

    def people_in_scope(self):
        """Whom a row may be about."""
        return visible_people(self.actor, User.objects.all())

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.required: dict[uuid.UUID, int] = {}

    def required_lessons(self, course: CoursePage) -> int:
        key = course.translation_key
        if key not in self.required:
            self.required[key] = sum(lesson.is_required for lesson in read_outline(course).lessons)
        return self.required[key]

    def who_and_what(self, row: dict[str, str]) -> Key | None:
        """The person and the course of a row; None where either is not known."""
        person = self.people.get(row.get("email", "").strip().lower())
        key = self.course_key(row.get("course", ""))
        return (person.pk, key) if person is not None and key is not None else None

    def load_runs(self, rows, *, for_update=False):
        """The people, courses and runs that ``rows`` speak of."""
        self.load_courses()
        wanted = {row.get("email", "").strip().lower() for row in rows}
        people = self.people_in_scope().with_address(*wanted)
        self.people = {person.email.lower(): person for person in people}
        by_id = {person.pk: person for person in self.people.values()}
        keys = {self.course_key(row.get("course", "")) for row in rows} - {None}
        runs = Enrollment.objects.filter(learner__in=by_id, course_key__in=keys).order_by("run")
        if for_update:
            runs = runs.select_for_update()
        self.runs: dict[Key, list[Enrollment]] = {}
        for run in runs:
            run.learner = by_id[run.learner_id]
            self.runs.setdefault((run.learner_id, run.course_key), []).append(run)

    def prepare(self, rows, *, for_update=False):
        self.load_runs(rows, for_update=for_update)
        self.prepare_export([run for found in self.runs.values() for run in found])

    def prepare_export(self, instances):
        # The log of an import names each run by its course, in the language it was taken in.
        pages = CoursePage.objects.only(*FIELDS).in_bulk({run.course_id for run in instances})
        for run in instances:
            run.course = pages[run.course_id]
            run.import_email, run.import_person = run.learner.email, run.learner.name
            run.import_course = self.name_of(run.course_key)

    def export_rows(self, queryset):
        return queryset.select_related("learner")

    def init_instance(self, row=None):
        run = Enrollment()
        run.import_email = run.import_person = run.import_course = ""
        return run

    def place(self, run: Enrollment, row: dict[str, str], errors: dict[str, str]) -> bool:
        """Give a new run its person, course and number; False where the row does not say them."""
        found = self.who_and_what(row)
        if found is None or errors.get("email") or errors.get("course"):
            return False
        run.learner = self.people[row["email"].strip().lower()]
        run.course, run.course_key = self.courses[found[1]], found[1]
        run.run = max((one.run for one in self.runs.get(found, ())), default=0) + 1
        run.import_person = run.learner.name
        return True

    def why_not_undone(self, planned):
        runs = [one.instance for one in planned if one.outcome == Outcome.NEW]
        later = LearningEvent.objects.filter(enrollment__in=runs).exclude(source="import")
        return dict.fromkeys(later.values_list("enrollment", flat=True), str(_("has learning events by now")))


def day_of(moment: datetime.datetime | None) -> datetime.date | None:
    return timezone.localtime(moment).date() if moment else None


def is_future(day: Any) -> bool:
    return day is not None and day > site_day()
