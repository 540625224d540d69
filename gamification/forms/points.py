"""Point rules, and points given by hand."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from gamification.models import PointRule, PointRuleVersion
from gamification.models.points import EARNING_VERBS
from gamification.services.points import RuleTerms, save_rule
from gamification.tasks import settle_all
from learning.verbs import Verb
from lms_pages.models import CoursePage
from workbench.queue import enqueue_on_commit

# What of a rule's terms the form asks as the model says it.
TERMS = ("points", "once_per", "topic", "min_percent", "per_day", "per_course", "valid_from", "valid_to", "is_active")
SCORED = (Verb.QUIZ_GRADED, Verb.QUESTION_ANSWERED)


def asked(name: str, **changed: Any) -> forms.Field:
    """A field of a rule's terms as their model says it. The model is not cleaned by this form, so its limits are asked
    here."""
    field: Any = PointRuleVersion._meta.get_field(name)
    made = field.formfield(**changed)
    made.validators += field.validators
    return made


def happenings() -> list[tuple[str, str]]:
    """What a rule can be about, as a choice of its own and not in the middle of a sentence."""
    return [("", gettext("Choose what happens")), *((verb.value, capfirst(verb.label)) for verb in EARNING_VERBS)]


class PointRuleForm(WagtailAdminModelForm):
    """A rule with the terms that hold from now on. What it gave before keeps the terms of then."""

    verb = forms.ChoiceField(
        label=_("What happens"),
        choices=happenings,
        help_text=_("Cannot be changed later: make another rule instead."),
    )
    points = asked("points")
    once_per = asked("once_per")
    topic = asked("topic", empty_label=_("Of all topics"))
    min_percent = asked("min_percent")
    per_day = asked("per_day")
    per_course = asked("per_course")
    valid_from = asked("valid_from", widget=AdminDateInput)
    valid_to = asked("valid_to", widget=AdminDateInput)
    is_active = asked("is_active")
    course = forms.ModelChoiceField(
        label=_("Only in the course"),
        queryset=CoursePage.objects.none(),
        required=False,
        empty_label=_("In all courses"),
    )
    from_the_start = forms.BooleanField(
        label=_("Also for what happened before"),
        required=False,
        help_text=_("Gives these points for the past as well, in the background. Off: only from now on."),
    )

    class Meta:
        model = PointRule
        fields = ("name", "verb")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        terms = self.instance.versions.filter(until=None).first() if self.instance.pk else None
        for name in TERMS if terms is not None else ():
            self.initial.setdefault(name, terms.topic_id if name == "topic" else getattr(terms, name))
        courses = CoursePage.objects.order_by("title", "pk")
        self.fields["course"].queryset = courses
        if terms is not None:
            self.fields["verb"].disabled = True
            del self.fields["from_the_start"]
            if terms.course_key:
                course = courses.filter(translation_key=terms.course_key).first()
                self.initial.setdefault("course", course.pk if course else None)

    def clean(self):
        data = super().clean()
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("The last day lies before the first one."))
        if data.get("min_percent") is not None and data.get("verb") not in SCORED:
            self.add_error(
                "min_percent", _("This happening has no score: leave it empty, or choose a graded quiz or an answer.")
            )
        for name in ("per_day", "per_course"):
            if data.get(name) and data.get("points") and data[name] < data["points"]:
                self.add_error(name, _("This is less than the rule gives once, so nobody would get all of its points."))
        return data

    def save(self, commit=True):
        data = self.cleaned_data
        terms = RuleTerms(
            course_key=data["course"].translation_key if data["course"] else None,
            topic_id=data["topic"].pk if data["topic"] else None,
            **{name: data[name] for name in TERMS if name != "topic"},
        )
        is_new = self.instance.pk is None
        from_the_start = bool(data.get("from_the_start"))
        save_rule(rule=self.instance, terms=terms, actor=self.for_user, from_the_start=from_the_start)
        if is_new and from_the_start:
            enqueue_on_commit(settle_all, 0)
        return self.instance


class AdjustForm(forms.Form):
    points = forms.IntegerField(
        label=_("Points"),
        min_value=-100_000,
        max_value=100_000,
        help_text=_("Below zero takes them, such as −20."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The person reads this."),
    )

    def clean_points(self):
        if not self.cleaned_data["points"]:
            raise forms.ValidationError(_("Zero points change nothing."))
        return self.cleaned_data["points"]
