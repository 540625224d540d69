"""Forms of people who grade, set grades by hand, and grant more time."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateTimeInput

from assessment.models import Extension
from assessment.rules import points_words, rounded
from assessment.selectors.grading import Criterion, ToGrade
from assessment.services import give_extension
from learning.models import Cohort, Enrollment
from learning.policies import courses_scope, taught_keys, visible_to
from lms_pages.models import CoursePage, QuizPage


class AnswerGradeForm(forms.Form):
    """Points for one answer: by criterion where its question has a rubric, else as one number; and a comment."""

    points = forms.DecimalField(label=_("Points"), min_value=0, max_digits=9, decimal_places=2)
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The learner reads it with the result."),
    )

    def __init__(self, *args, answer: ToGrade, **kwargs):
        self.answer = answer
        row = answer.row
        initial = {"comment": row.comment, "points": None if row.needs_grading else row.earned}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["points"].max_value = row.points
        self.fields["points"].help_text = _("Of %(points)s.") % {"points": points_words(row.points)}
        if not answer.rubric:
            return
        del self.fields["points"]
        fields = {}
        for number, line in enumerate(answer.rubric):
            fields[f"criterion_{number}"] = criterion_field(line)
        self.fields = fields | self.fields

    def clean_points(self):
        given = self.cleaned_data["points"]
        if given > self.answer.row.points:
            raise forms.ValidationError(_("Give at most %s points.") % points_words(self.answer.row.points))
        return given

    @property
    def rubric(self) -> list[dict[str, str]]:
        """What each criterion got, for the record."""
        return [
            {
                "criterion": line.name,
                "points": str(self.cleaned_data[f"criterion_{number}"]),
                "of": str(line.points),
            }
            for number, line in enumerate(self.answer.rubric)
        ]

    @property
    def earned(self) -> Decimal:
        """The points of the question: as given, or its share of what the rubric gives."""
        if not self.answer.rubric:
            return self.cleaned_data["points"]
        got = sum((Decimal(line["points"]) for line in self.rubric), Decimal(0))
        return rounded(got / self.answer.rubric_points * self.answer.row.points)


class GradeForm(forms.Form):
    """A score in place of what was earned, and why. Bounds are the service's to judge."""

    score = forms.DecimalField(
        label=_("Points"),
        min_value=Decimal(0),
        max_digits=9,
        decimal_places=4,
        widget=forms.NumberInput(attrs={"class": "input", "step": "any", "inputmode": "decimal"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The learner reads this beside the grade, and it stays in the history."),
    )


class ClearForm(forms.Form):
    """Why a grade set by hand is taken back."""

    why = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


def criterion_field(line: Criterion) -> forms.Field:
    """One of its levels, or, where it has none, points."""
    if not line.levels:
        most = _("At most %(points)s.") % {"points": points_words(line.points)}
        return forms.DecimalField(
            label=line.name,
            min_value=0,
            max_value=line.points,
            max_digits=9,
            decimal_places=2,
            initial=line.given,
            help_text=most,
        )
    return forms.TypedChoiceField(
        label=line.name,
        choices=[
            (points_words(level.points), f"{level.label} ({points_words(level.points)})") for level in line.levels
        ],
        coerce=Decimal,
        widget=forms.RadioSelect,
        initial=None if line.given is None else points_words(line.given),
        error_messages={"required": _("Choose a level.")},
    )


class ExtensionForm(WagtailAdminModelForm):
    """More time or attempts for one person, named by their address, or for a cohort."""

    quiz = forms.ModelChoiceField(queryset=QuizPage.objects.none(), label=_("Quiz"))
    address = forms.EmailField(
        label=_("E-mail address of the person"), required=False, help_text=_("Or choose a cohort below.")
    )
    cohort = forms.ModelChoiceField(
        queryset=Cohort.objects.none(), required=False, label=_("Cohort"), empty_label=_("None")
    )
    opens_at = forms.DateTimeField(
        label=_("Opens"), required=False, widget=AdminDateTimeInput, help_text=_("Empty: as for everybody.")
    )
    closes_at = forms.DateTimeField(
        label=_("Closes"), required=False, widget=AdminDateTimeInput, help_text=_("Empty: as for everybody.")
    )

    class Meta:
        model = Extension
        fields = ["quiz", "cohort", "extra_minutes", "extra_attempts", "opens_at", "closes_at", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        cohorts = Cohort.objects.filter(courses_scope(self.for_user)).select_related("course")
        self.fields["cohort"].queryset = cohorts.order_by("course__title", "name")
        self.fields["cohort"].label_from_instance = lambda cohort: f"{cohort.course.title}: {cohort.name}"
        self.fields["quiz"].queryset = quizzes_of(self.for_user).defer("body", "sections")

    def clean(self):
        data = super().clean()
        quiz, address, cohort = data.get("quiz"), data.get("address"), data.get("cohort")
        if bool(address) == bool(cohort):
            self.add_error("address", _("Name one person or one cohort."))
        if not any(data.get(name) for name in ("extra_minutes", "extra_attempts", "opens_at", "closes_at")):
            self.add_error("extra_minutes", _("Grant something: minutes, attempts, or other dates."))
        if not quiz or self.errors:
            return data
        course_key = course_of(quiz).translation_key
        if cohort and cohort.course_key != course_key:
            self.add_error("cohort", _("This cohort belongs to another course."))
        if address:
            runs = visible_to(self.for_user, Enrollment.objects.open().filter(course_key=course_key))
            self.run = runs.filter(learner__email__iexact=address).order_by("-run").first()
            if self.run is None:
                self.add_error("address", _("Nobody with this address is on the course of this quiz."))
        return data

    def save(self, commit=True):
        data = self.cleaned_data
        self.instance = give_extension(
            quiz=data["quiz"],
            actor=self.for_user,
            reason=data["reason"],
            enrollment=self.run if data.get("address") else None,
            cohort=data["cohort"],
            extra_minutes=data["extra_minutes"],
            extra_attempts=data["extra_attempts"],
            opens_at=data["opens_at"],
            closes_at=data["closes_at"],
        )
        return self.instance


def quizzes_of(viewer):
    """The quizzes of the courses a viewer teaches, or of all for those who answer for everyone."""
    if viewer.has_perm("learning.view_all_enrollments"):
        return QuizPage.objects.order_by("title")
    paths = [course.path for course in taught_courses(viewer)]
    found = QuizPage.objects.none()
    for path in paths:
        found = found | QuizPage.objects.filter(path__startswith=path)
    return found.order_by("title")


def taught_courses(viewer):
    return CoursePage.objects.filter(translation_key__in=taught_keys(viewer)).only("path")


def course_of(quiz):
    return CoursePage.objects.ancestor_of(quiz).first()
