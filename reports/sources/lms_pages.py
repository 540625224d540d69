"""Reports on courses: what is in them, whether it is published, and what became of the people on them."""

from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    FloatField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, NullIf, Substr
from django.utils.translation import gettext_lazy as _

from learning.models import Enrollment, EnrollmentStatus
from learning.policies import visible_to
from lms_pages.models import CompletionRule, CoursePage, EnrollmentPolicy, LessonPage, Level, ModulePage, Visibility
from lms_pages.policies import COURSE_PATH_LENGTH
from reports.columns import Column, ForViewer, Type
from reports.expressions import days_since, over
from reports.moments import Moment
from reports.registries import register_source
from reports.sources.people import COURSE, LearnersRows, courses_of, visible_courses, within

CONTENT, PEOPLE = _("Content"), _("People")

DRAFT, CHANGED, LIVE = "draft", "changed", "live"
STATES = ((DRAFT, _("Draft")), (CHANGED, _("Live, with a newer draft")), (LIVE, _("Live")))
# A picture that is neither described nor marked as decorative, in a stream as it is stored.
UNDESCRIBED = r'"alt": ""[^}]*"decorative": false'
VIDEO = '"type": "video"'


def below(pages: QuerySet, added_up: Any, empty: Any = 0) -> Any:
    """A number about the pages of a course."""
    own = pages.annotate(above=Substr("path", 1, COURSE_PATH_LENGTH)).filter(above=OuterRef("path")).order_by()
    found = Subquery(own.values("above").annotate(added_up=added_up).values("added_up"))
    return found if empty is None else Coalesce(found, empty)


def count_lessons(condition: Q | None = None, *, live: bool = True) -> Any:
    """How many lessons and quizzes meet ``condition``."""
    pages = LessonPage.objects.filter(live=live)
    return below(pages.filter(condition) if condition else pages, Count("pk"))


def lessons_by_body(condition: Q) -> Any:
    """How many live lessons, not quizzes, have a body that meets ``condition`` as text."""
    pages = LessonPage.objects.filter(live=True).exclude(completion_rule=CompletionRule.QUIZ)
    return below(pages.annotate(text=Cast("body", TextField())).filter(condition), Count("pk"))


def runs(added_up: Any, empty: Any = 0) -> ForViewer:
    """A number about the runs through a course that the viewer may see."""
    return ForViewer(
        lambda moment, viewer: over(visible_to(viewer, Enrollment.objects.counted()), "course", added_up, empty=empty)
    )


def share_of_runs(condition: Q) -> ForViewer:
    share = 100.0 * Cast(Count("pk", filter=condition), FloatField()) / NullIf(Count("pk"), 0)
    return runs(share, empty=None)


def days_since_publishing(moment: Moment) -> Any:
    return days_since("last_published_at")(moment)


@register_source
class Courses(LearnersRows):
    """Every course with its content and its people."""

    key = "courses"
    title = _("Courses")
    description = _(
        "What is in each course, whether it is published, and how people fare on it. One row for each course."
    )
    model = CoursePage
    details = ("course", "state", "last_published", "lessons", "drafts", "people", "completion", "drop_off")

    course = Column(
        label=_("Course"),
        entity=COURSE,
        type=Type.REFERENCE,
        expression="translation_key",
        label_expression="title",
        candidates=courses_of,
    )
    language = Column(label=_("Language"), entity=COURSE, type=Type.TEXT, expression="locale__language_code")
    state = Column(
        label=_("State"),
        entity=COURSE,
        type=Type.CHOICE,
        expression=Case(
            When(live=False, then=Value(DRAFT)),
            When(has_unpublished_changes=True, then=Value(CHANGED)),
            default=Value(LIVE),
            output_field=CharField(),
        ),
        choices=STATES,
    )
    level = Column(label=_("Level"), entity=COURSE, type=Type.CHOICE, expression="level", choices=tuple(Level.choices))
    visibility = Column(
        label=_("Who sees it"),
        entity=COURSE,
        type=Type.CHOICE,
        expression="visibility",
        choices=tuple(Visibility.choices),
    )
    enrollment = Column(
        label=_("Enrollment"),
        entity=COURSE,
        type=Type.CHOICE,
        expression="enrollment_policy",
        choices=tuple(EnrollmentPolicy.choices),
    )
    first_published = Column(
        label=_("First published"),
        entity=CONTENT,
        type=Type.DATETIME,
        expression="first_published_at",
        as_day=True,
    )
    last_published = Column(
        label=_("Last published"),
        entity=CONTENT,
        type=Type.DATETIME,
        expression="last_published_at",
        as_day=True,
        help=_("The course's own page; its lessons may be newer."),
    )
    lesson_published = Column(
        label=_("Newest lesson"),
        entity=CONTENT,
        type=Type.DATETIME,
        expression=below(LessonPage.objects.filter(live=True), Max("last_published_at"), empty=None),
        as_day=True,
        help=_("When a lesson was last published."),
    )
    days_since_publishing = Column(
        label=_("Days since publishing"), entity=CONTENT, type=Type.NUMBER, expression=days_since_publishing
    )
    modules = Column(
        label=_("Modules"),
        entity=CONTENT,
        type=Type.NUMBER,
        expression=below(ModulePage.objects.filter(live=True), Count("pk")),
    )
    lessons = Column(
        label=_("Lessons"),
        entity=CONTENT,
        type=Type.NUMBER,
        expression=count_lessons(),
        help=_("Published lessons and quizzes."),
    )
    required = Column(
        label=_("Required lessons"), entity=CONTENT, type=Type.NUMBER, expression=count_lessons(Q(is_required=True))
    )
    quizzes = Column(
        label=_("Quizzes"),
        entity=CONTENT,
        type=Type.NUMBER,
        expression=count_lessons(Q(completion_rule=CompletionRule.QUIZ)),
    )
    drafts = Column(
        label=_("Drafts"),
        entity=CONTENT,
        type=Type.NUMBER,
        expression=count_lessons(live=False),
        help=_("Lessons and quizzes that are not published."),
    )
    newer_drafts = Column(
        label=_("Newer drafts"),
        entity=CONTENT,
        type=Type.NUMBER,
        expression=count_lessons(Q(has_unpublished_changes=True)),
        help=_("Published lessons and quizzes whose newest version is not published."),
    )
    empty_lessons = Column(
        label=_("Lessons without content"),
        entity=CONTENT,
        type=Type.NUMBER,
        expression=lessons_by_body(Q(text="[]")),
    )
    lessons_with_video = Column(
        label=_("Lessons with video"),
        entity=CONTENT,
        type=Type.NUMBER,
        expression=lessons_by_body(Q(text__contains=VIDEO)),
    )
    undescribed = Column(
        label=_("Lessons with undescribed pictures"),
        entity=CONTENT,
        type=Type.NUMBER,
        expression=lessons_by_body(Q(text__regex=UNDESCRIBED)),
        help=_("With a picture that has no alternative text and is not marked as decorative."),
    )
    people = Column(
        label=_("People"), entity=PEOPLE, type=Type.NUMBER, expression=runs(Count("learner", distinct=True))
    )
    enrollments = Column(label=_("Enrollments"), entity=PEOPLE, type=Type.NUMBER, expression=runs(Count("pk")))
    completed = Column(
        label=_("Completed"),
        entity=PEOPLE,
        type=Type.NUMBER,
        expression=runs(Count("pk", filter=Q(status=EnrollmentStatus.COMPLETED))),
    )
    completion = Column(
        label=_("Completion rate"),
        entity=PEOPLE,
        type=Type.PERCENT,
        expression=share_of_runs(Q(status=EnrollmentStatus.COMPLETED)),
    )
    drop_off = Column(
        label=_("Drop-off"),
        entity=PEOPLE,
        type=Type.PERCENT,
        expression=share_of_runs(Q(status__in=[EnrollmentStatus.WITHDRAWN, EnrollmentStatus.EXPIRED])),
        help=_("The share of enrollments that ended without completion: left or expired."),
    )
    last_activity = Column(
        label=_("Last activity"),
        entity=PEOPLE,
        type=Type.DATETIME,
        expression=runs(Max("last_activity_at"), empty=None),
        as_day=True,
    )

    def queryset(self) -> QuerySet:
        return CoursePage.objects.filter(alias_of=None)

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return within(queryset, visible_courses(viewer))
