"""Reports on quizzes and knowledge checks: attempts, answers, and how the questions did.

A learner sees by a quiz's review rule what was right, and when. So one's own attempts and answers to quizzes are in
these reports only for those who answer for everybody, as in the admin's list of attempts. Knowledge checks tell at once.
"""

from typing import Any

from django.db.models import BooleanField, Case, F, FloatField, Q, QuerySet, When
from django.db.models.functions import Cast
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessment.models import Attempt, AttemptQuestion, AttemptState, ItemStatistic, Response, SubmittedBy
from assessment.policies import visible_to
from learning.policies import answers_for_all
from lms_pages.models import CoursePage
from questions.models import Difficulty
from questions.types import QUESTION_TYPES
from reports.columns import Column, Things, Type
from reports.expressions import SecondsBetween, is_true, percent_of, title_of
from reports.registries import Source, register_source
from reports.sources.people import (
    COURSE,
    LearnersRows,
    cohort_column,
    course_column,
    courses_of,
    lesson_column,
    own_answers_key,
    person_columns,
    text,
    visible_courses,
    within,
)

ATTEMPT, ANSWER, QUESTION, FIGURES = _("Attempt"), _("Answer"), _("Question"), _("Figures")
KINDS = tuple((kind.name, kind.label) for kind in QUESTION_TYPES.values())


def not_ones_own(queryset: QuerySet, viewer: Any, learner: str) -> QuerySet:
    return queryset if answers_for_all(viewer) else queryset.exclude(**{learner: viewer})


def right(share: str) -> Any:
    """Yes for all of the points, nothing where there is no verdict."""
    return Case(
        When(**{share: 1, "then": True}),
        When(**{f"{share}__lt": 1, "then": False}),
        output_field=BooleanField(null=True),
    )


def questions_in(path: str, candidates: Any) -> dict[str, Column]:
    """The question a row is about; ``path`` leads to it."""
    return {
        "question": Column(
            label=_("Question"),
            entity=QUESTION,
            type=Type.REFERENCE,
            expression=f"{path}__uuid",
            label_expression=f"{path}__title",
            candidates=candidates,
        ),
        "kind": Column(label=_("Kind"), entity=QUESTION, type=Type.CHOICE, expression=f"{path}__type", choices=KINDS),
        "difficulty": Column(
            label=_("Difficulty"),
            entity=QUESTION,
            type=Type.CHOICE,
            expression=f"{path}__difficulty",
            choices=tuple(Difficulty.choices),
        ),
    }


def seen_figures(viewer: Any) -> QuerySet:
    figures = ItemStatistic.objects.all()
    return figures if viewer.has_perm("learning.view_all_enrollments") else visible_to(viewer, figures)


def named_questions(rows: QuerySet) -> QuerySet:
    found = rows.annotate(thing=F("question__uuid"), called=text("question__title"))
    return found.order_by("called", "thing").distinct()


@Things
def measured_questions(viewer: Any) -> QuerySet:
    """Questions whose figures one may see: those of the last night."""
    return named_questions(seen_figures(viewer))


@Things
def asked_questions(viewer: Any) -> QuerySet:
    """Questions that were answered by last night in courses whose rows one may see."""
    keys = visible_courses(viewer).order_by().values("translation_key")
    return named_questions(ItemStatistic.objects.filter(course_key__in=keys))


@register_source
class Attempts(LearnersRows):
    """Every attempt at every quiz."""

    key = "attempts"
    title = _("Quiz attempts")
    description = _("Who took which quiz, when, and with what result. One row for each attempt.")
    model = Attempt
    details = ("person", "team", "course", "quiz", "number", "submitted", "score", "passed")

    locals().update(person_columns("enrollment__learner"))
    course = course_column("enrollment")
    cohort = cohort_column("enrollment")
    quiz = lesson_column("quiz_key", _("Quiz"))
    number = Column(label=_("Attempt"), entity=ATTEMPT, type=Type.NUMBER, expression="number")
    state = Column(
        label=_("State"),
        entity=ATTEMPT,
        type=Type.CHOICE,
        expression="state",
        choices=tuple(AttemptState.choices),
    )
    started = Column(label=_("Began"), entity=ATTEMPT, type=Type.DATETIME, expression="started_at")
    submitted = Column(label=_("Handed in"), entity=ATTEMPT, type=Type.DATETIME, expression="submitted_at")
    submitted_by = Column(
        label=_("Handed in by"),
        entity=ATTEMPT,
        type=Type.CHOICE,
        expression="submitted_by",
        choices=tuple(SubmittedBy.choices),
    )
    duration = Column(
        label=_("Time taken"),
        entity=ATTEMPT,
        type=Type.DURATION,
        expression=SecondsBetween("started_at", "submitted_at"),
        help=_("From the beginning to handing in."),
    )
    points = Column(label=_("Points"), entity=ATTEMPT, type=Type.DECIMAL, expression="score")
    points_of = Column(label=_("Points in all"), entity=ATTEMPT, type=Type.DECIMAL, expression="max_score")
    score = Column(label=_("Score"), entity=ATTEMPT, type=Type.PERCENT, expression=percent_of("score", "max_score"))
    passed = Column(
        label=_("Passed"),
        entity=ATTEMPT,
        type=Type.BOOLEAN,
        expression="passed",
        help=_("Empty where the quiz has no pass mark, or it is not graded yet."),
    )
    is_graded = Column(
        label=_("Is graded"),
        entity=ATTEMPT,
        type=Type.BOOLEAN,
        expression=is_true(Q(state=AttemptState.GRADED)),
    )
    graded = Column(label=_("Graded"), entity=ATTEMPT, type=Type.DATETIME, expression="graded_at", as_day=True)

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return not_ones_own(visible_to(viewer, queryset), viewer, "enrollment__learner")

    def scope_key(self, viewer: Any) -> str:
        return own_answers_key(super().scope_key(viewer), viewer)


@register_source
class Responses(LearnersRows):
    """Every answer in a knowledge check."""

    key = "responses"
    title = _("Answers in knowledge checks")
    description = _("What was answered in lessons, and whether it was right. One row for each answer.")
    model = Response
    details = ("person", "team", "course", "lesson", "question", "number", "answered", "is_right")

    locals().update(person_columns("enrollment__learner"))
    course = course_column("enrollment")
    cohort = cohort_column("enrollment")
    lesson = lesson_column()
    locals().update(questions_in("question", asked_questions))
    number = Column(
        label=_("Try"),
        entity=ANSWER,
        type=Type.NUMBER,
        expression="attempt",
        help=_("1 is the first answer to this question at this place."),
    )
    is_latest = Column(label=_("Is the latest"), entity=ANSWER, type=Type.BOOLEAN, expression="is_latest")
    answered = Column(label=_("Answered"), entity=ANSWER, type=Type.DATETIME, expression="answered_at")
    is_right = Column(
        label=_("Is right"),
        entity=ANSWER,
        type=Type.BOOLEAN,
        expression=right("score"),
        help=_("Wholly right. Empty for polls and essays."),
    )
    score = Column(label=_("Score"), entity=ANSWER, type=Type.PERCENT, expression=100.0 * Cast("score", FloatField()))

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return visible_to(viewer, queryset)


@register_source
class QuizAnswers(LearnersRows):
    """Every question of every attempt that was handed in."""

    key = "quiz-answers"
    title = _("Answers in quizzes")
    description = _(
        "Which question was asked in which attempt, and what the answer was worth. One row for each question."
    )
    model = AttemptQuestion
    details = ("person", "team", "course", "quiz", "question", "answered", "is_right", "earned", "points")

    locals().update(person_columns("attempt__enrollment__learner"))
    course = course_column("attempt__enrollment")
    cohort = cohort_column("attempt__enrollment")
    quiz = lesson_column("attempt__quiz_key", _("Quiz"))
    locals().update(questions_in("question", asked_questions))
    number = Column(label=_("Attempt"), entity=ANSWER, type=Type.NUMBER, expression="attempt__number")
    position = Column(label=_("Place"), entity=ANSWER, type=Type.NUMBER, expression="position")
    submitted = Column(label=_("Handed in"), entity=ANSWER, type=Type.DATETIME, expression="attempt__submitted_at")
    answered = Column(label=_("Answered"), entity=ANSWER, type=Type.DATETIME, expression="answered_at")
    was_answered = Column(
        label=_("Was answered"), entity=ANSWER, type=Type.BOOLEAN, expression=is_true(Q(answered_at__isnull=False))
    )
    is_right = Column(
        label=_("Is right"),
        entity=ANSWER,
        type=Type.BOOLEAN,
        expression=right("share"),
        help=_("Wholly right. Empty until it is graded."),
    )
    score = Column(label=_("Score"), entity=ANSWER, type=Type.PERCENT, expression=100.0 * Cast("share", FloatField()))
    earned = Column(label=_("Points"), entity=ANSWER, type=Type.DECIMAL, expression="earned")
    points = Column(label=_("Points in all"), entity=ANSWER, type=Type.DECIMAL, expression="points")
    needs_grading = Column(label=_("Waits to be graded"), entity=ANSWER, type=Type.BOOLEAN, expression="needs_grading")

    def queryset(self) -> QuerySet:
        return AttemptQuestion.objects.exclude(attempt__state=AttemptState.OPEN)

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return not_ones_own(visible_to(viewer, queryset), viewer, "attempt__enrollment__learner")

    def scope_key(self, viewer: Any) -> str:
        return own_answers_key(super().scope_key(viewer), viewer)


@register_source
class Questions(Source):
    """How each question did, as it was computed last night."""

    key = "questions"
    title = _("Questions")
    description = _(
        "How hard each question is and how well it tells learners apart, as computed last night. One row for each question "
        "and lesson, and one for each question across all lessons."
    )
    model = ItemStatistic
    details = ("question", "lesson", "course", "kind", "answers", "facility", "discrimination", "has_findings")

    locals().update(questions_in("question", measured_questions))
    course = Column(
        label=_("Course"),
        entity=COURSE,
        type=Type.REFERENCE,
        expression="course_key",
        label_expression=title_of(CoursePage.objects.all(), "course_key"),
        label_by_key=True,
        candidates=courses_of,
    )
    lesson = lesson_column("page_key", _("Lesson or quiz"))
    is_across = Column(
        label=_("Is across lessons"),
        entity=FIGURES,
        type=Type.BOOLEAN,
        expression=is_true(Q(page_key=None)),
        help=_("Yes for the row that adds up all lessons which ask the question."),
    )
    answers = Column(label=_("People who answered"), entity=FIGURES, type=Type.NUMBER, expression="n")
    facility = Column(
        label=_("Facility"),
        entity=FIGURES,
        type=Type.PERCENT,
        expression=100.0 * Cast("facility", FloatField()),
        help=_("The mean share of the points that was got: the lower, the harder."),
    )
    missed = Column(
        label=_("Missed"),
        entity=FIGURES,
        type=Type.PERCENT,
        expression=100.0 - 100.0 * Cast("facility", FloatField()),
        help=_("The mean share of the points that was not got."),
    )
    discrimination = Column(
        label=_("Discrimination"),
        entity=FIGURES,
        type=Type.DECIMAL,
        expression="discrimination",
        help=_("The facility of the better learners less that of the weaker ones, −1 to 1. Below 0.2 it tells little."),
    )
    item_rest = Column(
        label=_("Correlation with the rest"),
        entity=FIGURES,
        type=Type.DECIMAL,
        expression="item_rest",
        help=_("Of this question's score with the other questions', −1 to 1."),
    )
    has_findings = Column(
        label=_("Look at it"),
        entity=FIGURES,
        type=Type.BOOLEAN,
        expression=is_true(~Q(findings=[])),
        help=_("Whether something looks wrong: its page says what."),
    )
    computed = Column(label=_("Computed"), entity=FIGURES, type=Type.DATETIME, expression="computed_at")

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return within(queryset, seen_figures(viewer))

    def scope_key(self, viewer: Any) -> str:
        return "all" if viewer.has_perm("learning.view_all_enrollments") else super().scope_key(viewer)

    def scope_words(self, viewer: Any) -> str:
        if viewer.has_perm("learning.view_all_enrollments"):
            return gettext("all questions")
        return gettext("questions %(name)s may change, and those of the courses they teach") % {"name": viewer.name}
