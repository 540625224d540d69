"""The rows behind each number of the dashboard: whoever shows a number counts these, whoever opens it lists these."""

import datetime as dt
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import TeamMembership
from learning.models import ActivityDay, Enrollment, EnrollmentStatus, LearningEvent
from learning.policies import visible_to
from learning.verbs import Verb
from reports.dashboards import Cut, What
from reports.periods import Stretch

# What a learner does alone. Being enrolled, approved or declined happens to somebody; it is no activity.
ACTS = (Verb.LESSON_COMPLETED, Verb.QUESTION_ANSWERED, Verb.COURSE_COMPLETED)


def within(field: str, stretch: Stretch) -> Q:
    return Q(**{f"{field}__gte": stretch.start, f"{field}__lt": stretch.end})


def condition(cut: Cut) -> Q:
    """What an enrollment has to fulfill to be counted by ``cut``, courses and teams aside.

    Enrollments and completions are those that happened in the stretch. Finished are the
    enrollments of the stretch that are completed by now. Overdue is the state today,
    whatever the stretch: active and past the due date on the site's calendar.
    """
    completed = Q(status=EnrollmentStatus.COMPLETED)
    if cut.what is What.ENROLLMENTS:
        return within("enrolled_at", cut.stretch)
    if cut.what is What.COMPLETIONS:
        return completed & within("completed_at", cut.stretch)
    if cut.what is What.FINISHED:
        return completed & within("enrolled_at", cut.stretch)
    if cut.what is What.OVERDUE:
        return Q(status=EnrollmentStatus.ACTIVE, due_on__lt=cut.period.today)
    raise ValueError(cut.what)


def with_team(queryset: QuerySet[Any], person: str, today: dt.date) -> QuerySet[Any]:
    """``queryset`` with the uuid and name of the team the ``person`` belongs to today, None where in none."""
    current = (
        TeamMembership.objects.current(today).filter(user=OuterRef(person), is_primary=True).order_by("-since", "-pk")
    )
    return queryset.annotate(
        team_uuid=Subquery(current.values("team__uuid")[:1]), team_name=Subquery(current.values("team__name")[:1])
    )


def counted_enrollments(viewer: Any) -> QuerySet[Enrollment]:
    """Every run that counts in figures and that ``viewer`` may see."""
    return visible_to(viewer, Enrollment.objects.counted()).order_by()


def enrollment_rows(*, viewer: Any, cut: Cut) -> QuerySet[Any]:
    """The enrollments ``cut`` counts, each with the person's team, in no order."""
    found = counted_enrollments(viewer).filter(condition(cut))
    if cut.courses is not None:
        found = found.filter(course_key__in=cut.courses)
    found = with_team(found, "learner", cut.period.today)
    if cut.teams is not None:
        teams = [team for team in cut.teams if team is not None]
        found = found.filter(Q(team_uuid__in=teams) | (Q(team_uuid=None) if None in cut.teams else Q(pk__in=[])))
    return found


def acts(*, viewer: Any, cut: Cut) -> QuerySet[LearningEvent]:
    """What learners did in the stretch, by the event log."""
    found = visible_to(viewer, LearningEvent.objects.filter(verb__in=ACTS, learner__isnull=False)).filter(
        within("occurred_at", cut.stretch)
    )
    return (found if cut.courses is None else found.filter(course_key__in=cut.courses)).order_by()


def reading_days(*, viewer: Any, cut: Cut) -> QuerySet[ActivityDay]:
    """Days on which learners opened lessons. They are kept as dates of the site's calendar, as periods are."""
    first = cut.stretch.start.astimezone(cut.period.zone).date()
    last = (cut.stretch.end - dt.timedelta(microseconds=1)).astimezone(cut.period.zone).date()
    found = visible_to(viewer, ActivityDay.objects.filter(day__gte=first, day__lte=last))
    return (found if cut.courses is None else found.filter(enrollment__course_key__in=cut.courses)).order_by()


def active_people(*, viewer: Any, cut: Cut) -> QuerySet[Any]:
    """Active learners: people who opened a lesson, answered a question or completed a lesson in the stretch."""
    return get_user_model().objects.filter(
        Q(pk__in=acts(viewer=viewer, cut=cut).values("learner"))
        | Q(pk__in=reading_days(viewer=viewer, cut=cut).values("enrollment__learner"))
    )


def with_achievements(people: QuerySet[Any], *, viewer: Any, cut: Cut) -> QuerySet[Any]:
    """``people`` with their team and what they did in the stretch: days of reading, lessons completed, answers."""

    def count(queryset: QuerySet[Any], person: str, counted: Count) -> Coalesce:
        own = queryset.filter(**{person: OuterRef("pk")}).values(person).annotate(n=counted).values("n")
        return Coalesce(Subquery(own), 0)

    done = acts(viewer=viewer, cut=cut)
    days = reading_days(viewer=viewer, cut=cut)
    return with_team(people, "pk", cut.period.today).annotate(
        days=count(days, "enrollment__learner", Count("day", distinct=True)),
        lessons=count(done.filter(verb=Verb.LESSON_COMPLETED), "learner", Count("pk")),
        answers=count(done.filter(verb=Verb.QUESTION_ANSWERED), "learner", Count("pk")),
    )
