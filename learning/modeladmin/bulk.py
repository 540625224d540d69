"""What may be done with many runs, or with many people, at once."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.widgets import AdminDateInput
from wagtail.log_actions import log

from learning.exceptions import AlreadyDecided, AlreadyEnrolled, AlreadyReminded, CannotRemind, LearningError
from learning.forms import not_in_the_past
from learning.models import Cohort, Enrollment, EnrollmentStatus
from learning.policies import may_decide, people_managed_by, taught_keys, visible_to
from learning.selectors.standing import last_reminders
from learning.services import approve_request, enroll, place_in_cohort, send_reminder
from lms_pages.models import CoursePage
from notifications.tasks import sweep_mail
from workbench.days import site_day
from workbench.modeladmin import BulkAction, BulkRefused
from workbench.queue import enqueue_on_commit


class RunAction(BulkAction):
    """An action on runs whose dates and requests the actor decides on."""

    def may(self, user):
        return user.has_perm("learning.change_enrollment")

    def refusal(self, user, row):
        return "" if may_decide(user, row) else _("You may not decide on your own enrollment.")


class ApproveRequests(RunAction):
    name = "approve"
    label = gettext_lazy("Approve…")
    confirm_label = gettext_lazy("Approve")

    def refusal(self, user, row):
        if row.status != EnrollmentStatus.REQUESTED:
            return _("Not a request, or decided already.")
        return super().refusal(user, row)

    def question(self, count):
        return ngettext("Approve %d request?", "Approve %d requests?", count) % count

    def explanation(self):
        return _("Each person is enrolled and gets a mail.")

    def run(self, *, rows, actor, data):
        approved = 0
        for row in rows:
            try:
                approve_request(enrollment=row, actor=actor)
            except AlreadyDecided:
                continue
            log(instance=row, action="learning.approve", user=actor)
            approved += 1
        enqueue_on_commit(sweep_mail)
        words = ngettext("%d request was approved.", "%d requests were approved.", approved) % approved
        return words + skipped_words(len(rows) - approved, _("decided meanwhile"))


def skipped_words(count: int, why: str) -> str:
    return f" {_('%(count)d left alone: %(why)s.') % {'count': count, 'why': why}}" if count else ""


class Remind(BulkAction):
    """A mail about an open course, at most one a day for a person and course."""

    name = "remind"
    label = gettext_lazy("Send a reminder…")
    confirm_label = gettext_lazy("Send reminders")

    def may(self, user):
        return user.has_perm("learning.change_enrollment")

    def prepare(self, rows: list[Any]) -> None:
        self.reminded = last_reminders(rows)
        self.team: set[int] | None = None
        self.courses: set[Any] = set()

    def refusal(self, user, row):
        if self.team is None:
            self.team = set(people_managed_by(user).values_list("user", flat=True))
            self.courses = set(taught_keys(user).values_list("course__translation_key", flat=True))
            self.is_for_all = user.has_perm("learning.view_all_enrollments")
        if row.status != EnrollmentStatus.ACTIVE:
            return _("Nothing to remind of: the course is not open for this person.")
        if row.learner_id == user.pk:
            return _("This is you.")
        if not (self.is_for_all or row.learner_id in self.team or row.course_key in self.courses):
            return _("Neither in your team nor on a course you teach.")
        if not row.learner.is_active:
            return _("May not sign in.")
        last = self.reminded.get(row.pk)
        return _("Reminded today already.") if last and site_day(last) == site_day() else ""

    def question(self, count):
        return ngettext("Send %d reminder?", "Send %d reminders?", count) % count

    def explanation(self):
        return _("Each mail names the course, what is done and by when it is due.")

    def run(self, *, rows, actor, data):
        sent = 0
        for row in rows:
            try:
                send_reminder(enrollment=row, actor=actor)
            except (AlreadyReminded, CannotRemind):
                continue
            sent += 1
        enqueue_on_commit(sweep_mail)
        words = ngettext("%d reminder is on its way.", "%d reminders are on their way.", sent) % sent
        return words + skipped_words(len(rows) - sent, _("reminded meanwhile, or no mail reaches the person"))


class CohortChoiceForm(forms.Form):
    cohort = forms.ModelChoiceField(queryset=Cohort.objects.none(), label=gettext_lazy("Cohort"), empty_label=None)


class MoveToCohort(RunAction):
    name = "move-to-cohort"
    label = gettext_lazy("Move to a cohort…")
    confirm_label = gettext_lazy("Move")
    form_class = CohortChoiceForm

    def may(self, user):
        return super().may(user) and user.has_perm("learning.view_cohort")

    def prepare(self, rows):
        self.course_keys = {row.course_key for row in rows}

    def refusal(self, user, row):
        if len(self.course_keys) > 1:
            return _("A cohort belongs to one course: filter the list by course first.")
        if row.status != EnrollmentStatus.ACTIVE:
            return _("Only people who are on the course now can be in a cohort.")
        return super().refusal(user, row)

    def form(self, request, data=None):
        form = super().form(request, data)
        cohorts = visible_to(request.user, Cohort.objects.filter(course_key__in=self.course_keys))
        form.fields["cohort"].queryset = cohorts
        form.fields["cohort"].label_from_instance = with_places
        return form

    def question(self, count):
        return ngettext("Move %d person to a cohort?", "Move %d people to a cohort?", count) % count

    def explanation(self):
        return _("A due date of the cohort becomes theirs. The cohort they were in before stays on record.")

    def run(self, *, rows, actor, data):
        cohort = data["cohort"]
        try:
            for row in rows:
                place_in_cohort(enrollment=row, cohort=cohort)
        except LearningError as error:
            raise BulkRefused(error.args[0]) from None
        log(instance=cohort, action="learning.move_to_cohort", user=actor, data={"people": len(rows)})
        words = ngettext("%(n)d person is in “%(cohort)s” now.", "%(n)d people are in “%(cohort)s” now.", len(rows))
        return words % {"n": len(rows), "cohort": cohort}


def with_places(cohort: Cohort) -> str:
    if cohort.places_left is None:
        return cohort.name
    return ngettext("%(name)s (%(n)d place left)", "%(name)s (%(n)d places left)", cohort.places_left) % {
        "name": cohort.name,
        "n": cohort.places_left,
    }


class EnrollForm(forms.Form):
    course = forms.ModelChoiceField(queryset=CoursePage.objects.live().order_by("title"), label=gettext_lazy("Course"))
    cohort = forms.ModelChoiceField(
        queryset=Cohort.objects.none(), required=False, label=gettext_lazy("Cohort"), empty_label=gettext_lazy("None")
    )
    due_on = forms.DateField(
        label=gettext_lazy("Due on"),
        required=False,
        widget=AdminDateInput,
        validators=[not_in_the_past],
        help_text=gettext_lazy("Empty: the cohort's due date, or none."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cohort"].queryset = Cohort.objects.select_related("course").order_by("course__title", "name")
        self.fields["cohort"].label_from_instance = lambda cohort: f"{cohort.course.title}: {with_places(cohort)}"

    def clean(self):
        data = super().clean()
        course, cohort = data.get("course"), data.get("cohort")
        if course and cohort and cohort.course_key != course.translation_key:
            self.add_error("cohort", _("This cohort belongs to another course."))
        return data


class EnrollPeople(BulkAction):
    """Put people on a course; stands in the list of people."""

    name = "enroll"
    label = gettext_lazy("Enroll in a course…")
    confirm_label = gettext_lazy("Enroll")
    form_class = EnrollForm

    def may(self, user):
        return user.has_perm("learning.add_enrollment")

    def refusal(self, user, row):
        return "" if row.is_active else _("May not sign in.")

    def question(self, count):
        return ngettext("Enroll %d person in a course?", "Enroll %d people in a course?", count) % count

    def explanation(self):
        return _("Whoever is on the course already stays as they are.")

    def run(self, *, rows, actor, data):
        course, cohort, new = data["course"], data["cohort"], 0
        try:
            for person in rows:
                new += self.enroll(person, course, cohort, data["due_on"], actor)
        except LearningError as error:
            raise BulkRefused(error.args[0]) from None
        enqueue_on_commit(sweep_mail)
        log(instance=course, action="learning.enroll", user=actor, data={"people": new})
        words = ngettext("%(n)d person is enrolled in “%(course)s”.", "%(n)d people are enrolled in “%(course)s”.", new)
        return words % {"n": new, "course": course.title} + skipped_words(len(rows) - new, _("on the course already"))

    def enroll(self, person: Any, course: CoursePage, cohort: Cohort | None, due_on: Any, actor: Any) -> bool:
        try:
            run = enroll(learner=person, course=course, actor=actor, due_on=due_on, source="staff")
        except AlreadyEnrolled:
            return False
        if cohort is not None:
            place_in_cohort(enrollment=run, cohort=cohort)
            if due_on:
                Enrollment.objects.filter(pk=run.pk).update(due_on=due_on)
        return True
