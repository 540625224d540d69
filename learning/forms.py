"""Forms with which staff change enrollments."""

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from learning.models import Cohort, Enrollment, InviteLink
from learning.policies import taught_keys, visible_to
from learning.services import change_cohort, enroll, set_due_date
from lms_pages.models import CoursePage
from workbench.days import site_day


def not_in_the_past(value):
    if value and value < site_day():
        raise forms.ValidationError(_("This day has passed. Choose today or a later day."))
    return value


class DueOnForm(WagtailAdminModelForm):
    due_on = forms.DateField(
        label=_("Due on"),
        required=False,
        widget=AdminDateInput,
        validators=[not_in_the_past],
        help_text=_("The end of this day in the site's time zone. Empty: no due date."),
    )


class AssignForm(DueOnForm):
    """Somebody is put on a course. LearningError from the service reaches the view."""

    class Meta:
        model = Enrollment
        fields = ["learner", "course", "due_on"]

    def save(self, commit=True):
        data = self.cleaned_data
        self.instance = enroll(
            learner=data["learner"], course=data["course"], due_on=data["due_on"], actor=self.for_user, source="staff"
        )
        return self.instance


class DueDateForm(DueOnForm):
    class Meta:
        model = Enrollment
        fields = ["due_on"]

    def save(self, commit=True):
        return set_due_date(enrollment=self.instance, due_on=self.cleaned_data["due_on"])


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The person reads this."),
    )


def courses_of(user):
    """Courses whose cohorts and links ``user`` keeps: all for those who answer for all, else those one teaches."""
    courses = CoursePage.objects.order_by("title", "pk")
    if user.has_perm("learning.view_all_enrollments"):
        return courses
    return courses.filter(translation_key__in=taught_keys(user))


class CohortForm(WagtailAdminModelForm):
    """A cohort. Its course is chosen once: people are in it because of it."""

    course = forms.ModelChoiceField(queryset=CoursePage.objects.none(), label=_("Course"))

    class Meta:
        model = Cohort
        fields = ["name", "course", "starts_on", "ends_on", "due_on", "capacity"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["course"].queryset = CoursePage.objects.filter(pk=self.instance.course_id)
            self.fields["course"].disabled = True
        else:
            self.fields["course"].queryset = courses_of(self.for_user)

    def _get_validation_exclusions(self):
        # Set by the model from the course; without it the rule about names would not be asked.
        return super()._get_validation_exclusions() - {"course_key"}

    def _post_clean(self):
        if course := self.cleaned_data.get("course"):
            self.instance.course_key = course.translation_key
        super()._post_clean()

    def save(self, commit=True):
        data = self.cleaned_data
        if self.instance.pk:
            change_cohort(cohort=self.instance, **{name: data[name] for name in self._meta.fields if name != "course"})
            return self.instance
        self.instance.created_by = self.for_user
        return super().save(commit)


class InviteLinkForm(WagtailAdminModelForm):
    course = forms.ModelChoiceField(queryset=CoursePage.objects.none(), label=_("Course"))
    cohort = forms.ModelChoiceField(
        queryset=Cohort.objects.none(), required=False, label=_("Cohort"), empty_label=_("None")
    )

    class Meta:
        model = InviteLink
        fields = ["course", "cohort", "limit", "expires_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = courses_of(self.for_user).live()
        cohorts = visible_to(self.for_user, Cohort.objects.select_related("course"))
        self.fields["cohort"].queryset = cohorts.order_by("course__title", "name")
        self.fields["cohort"].label_from_instance = lambda cohort: f"{cohort.course.title}: {cohort.name}"
        self.fields["limit"].min_value = 1
        self.fields["limit"].validators.append(MinValueValidator(1))
        self.fields["expires_on"].validators.append(not_in_the_past)

    def clean(self):
        data = super().clean()
        course, cohort = data.get("course"), data.get("cohort")
        if course and cohort and cohort.course_key != course.translation_key:
            self.add_error("cohort", _("This cohort belongs to another course."))
        return data

    def save(self, commit=True):
        self.instance.created_by = self.for_user
        return super().save(commit)


class ByHandForm(forms.Form):
    """Lessons that somebody who teaches marks done, or takes back."""

    lessons = forms.MultipleChoiceField(
        label=_("Lessons"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one lesson.")},
    )
    held_on = forms.DateField(
        label=_("Done on"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("The day of the class.")
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("Such as “Class of 3 March, room 4”. It stays on record.")
    )

    def __init__(self, *args, outline, **kwargs):
        super().__init__(*args, **kwargs)
        self.outline = outline
        self.fields["lessons"].choices = [(str(lesson.key), lesson.title) for lesson in outline.lessons]
        self.fields["held_on"].widget.attrs["max"] = str(site_day())

    def clean_held_on(self):
        day = self.cleaned_data["held_on"]
        if day > site_day():
            raise forms.ValidationError(_("This day is still to come. What is done was done today or before."))
        return day


class MessageForm(forms.Form):
    subject = forms.CharField(label=_("Subject"), max_length=150)
    body = forms.CharField(label=_("Message"), max_length=5000, widget=forms.Textarea(attrs={"rows": 10}))
    key = forms.UUIDField(widget=forms.HiddenInput)
