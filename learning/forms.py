"""Forms with which staff change enrollments."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from learning.models import Enrollment
from learning.services import enroll, set_due_date
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
