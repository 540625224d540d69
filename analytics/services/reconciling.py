"""Whether facts and rollups say what the site's own database says."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from analytics.models import NONE, ActivityFact, EventFact, Reconciliation, Rollup, ViewFact
from analytics.periods import Grain
from analytics.rollups import MEASURES, Feed, Measure, by_of
from analytics.services.adding_up import FACTS
from learning.models import ActivityDay, LearningEvent
from tracking.models import PageView
from workbench.days import site_day, site_zone

# Days that are over for so long change no more; the last ones are on their way.
SETTLED = timedelta(days=2)
KEEP = 90
# So many lines say enough.
MOST_DRIFTS = 200
COUNTS = ("rows", "learners", "hits", "clicks", "seconds", "value")
ACTIVITY, VIEWS = "activity", "page views"
# By day and by what: the verb, the activity, or the measure.
Figures = dict[tuple[date, str], dict[str, int]]


def reconcile(*, at: datetime | None = None) -> Reconciliation:
    """Compare all days but the last two and write down what differs: rows, learners and sums of each day and verb, and
    the rollups with their facts. What is found is an alarm; nothing is mended in silence."""
    at = at or timezone.now()
    until = site_day(at) - SETTLED
    drifts: list[list[Any]] = []
    days: set[date] = set()
    pairs = (
        (events_there(until), events_here(until)),
        (activity_there(until), activity_here(until)),
        (views_there(until), views_here(until)),
    )
    for source, facts in pairs:
        days |= {day for day, _what in source}
        drifts += differences(source, facts)
    for measure in MEASURES.values():
        drifts += differences(added_up_here(measure, until), rolled_up(measure, until))
    result = Reconciliation.objects.create(at=at, until=until, days=len(days), drifts=drifts[:MOST_DRIFTS])
    old = Reconciliation.objects.order_by("-at", "-pk")[KEEP:]
    Reconciliation.objects.filter(pk__in=[row.pk for row in old]).delete()
    return result


def differences(source: Figures, facts: Figures) -> list[list[Any]]:
    """Day, what, name of the number, what it should be, and what it is; in the order of the days."""
    found = []
    for day, what in sorted(source.keys() | facts.keys()):
        should, is_now = source.get((day, what), {}), facts.get((day, what), {})
        found += [
            [day.isoformat(), what, name, should.get(name, 0), is_now.get(name, 0)]
            for name in COUNTS
            if should.get(name, 0) != is_now.get(name, 0)
        ]
    return found


def figures(rows: Iterable[Any], what: str = "") -> Figures:
    return {
        (row["on"], row.get("verb", what)): {name: row[name] for name in COUNTS if row.get(name) is not None}
        for row in rows
    }


def events_there(until: date) -> Figures:
    midnight = datetime.combine(until, time.min, site_zone())
    rows = LearningEvent.objects.filter(occurred_at__lt=midnight).order_by()
    by_day = rows.annotate(on=TruncDate("occurred_at", tzinfo=site_zone())).values("on", "verb")
    return figures(by_day.annotate(rows=Count("pk"), learners=Count("learner", distinct=True)))


def events_here(until: date) -> Figures:
    rows = EventFact.objects.filter(day__lt=until).order_by().annotate(on=F("day")).values("on", "verb")
    known = Count("learner", distinct=True, filter=~Q(learner=NONE))
    return figures(rows.annotate(rows=Count("uuid"), learners=known))


def activity_there(until: date) -> Figures:
    rows = ActivityDay.objects.filter(day__lt=until).order_by().annotate(on=F("day")).values("on")
    learners = Count("enrollment__learner", distinct=True)
    sums = {name: Sum(name) for name in ("hits", "clicks", "seconds")}
    return figures(rows.annotate(rows=Count("pk"), learners=learners, **sums), ACTIVITY)


def activity_here(until: date) -> Figures:
    rows = ActivityFact.objects.filter(day__lt=until).order_by().annotate(on=F("day")).values("on")
    sums = {name: Sum(name) for name in ("hits", "clicks", "seconds")}
    return figures(rows.annotate(rows=Count("enrollment"), learners=Count("learner", distinct=True), **sums), ACTIVITY)


def views_there(until: date) -> Figures:
    midnight = datetime.combine(until, time.min, site_zone())
    rows = PageView.objects.filter(at__gte=views_since(), at__lt=midnight).order_by()
    by_day = rows.annotate(on=TruncDate("at", tzinfo=site_zone())).values("on")
    return figures(by_day.annotate(rows=Count("pk"), value=Sum("weight")), VIEWS)


def views_here(until: date) -> Figures:
    rows = ViewFact.objects.filter(day__gte=site_day(views_since()), day__lt=until).order_by().annotate(on=F("day"))
    return figures(rows.values("on").annotate(rows=Count("uuid"), value=Sum("weight")), VIEWS)


def views_since() -> datetime:
    """The first midnight since when no page view was thrown away; the future where there is none."""
    oldest = PageView.objects.order_by("at").values_list("at", flat=True).first()
    if oldest is None:
        return timezone.now()
    return datetime.combine(site_day(oldest) + timedelta(days=1), time.min, site_zone())


def first_day(measure: Measure) -> date:
    """From which day on the facts of ``measure`` are all there: the oldest of page views go, their sums stay. The oldest
    day that is left may be there in part, since months end by UTC."""
    if measure.feed != Feed.VIEWS:
        return date.min
    first = ViewFact.objects.aggregate(first=Min("day"))["first"]
    return first + timedelta(days=1) if first else date.max


def added_up_here(measure: Measure, until: date) -> Figures:
    """What the rollups of ``measure`` should add up to, by day."""
    facts = FACTS[measure.feed]._default_manager
    rows = facts.filter(measure.where, day__gte=first_day(measure), day__lt=until).order_by()
    by_day = rows.annotate(on=F("day")).values("on").annotate(value=measure.value())
    return {day: rounded(row) for day, row in figures(by_day, f"rollup {measure.key}").items()}


def rolled_up(measure: Measure, until: date) -> Figures:
    by = by_of(() if () in measure.keys else measure.keys[0])
    rolled = Rollup.objects.filter(measure=measure.key, grain=Grain.DAY, by=by)
    rows = rolled.filter(start__gte=first_day(measure), start__lt=until).order_by()
    return figures(rows.annotate(on=F("start")).values("on").annotate(value=Sum("value")), f"rollup {measure.key}")


def rounded(row: dict[str, Any]) -> dict[str, int]:
    return {name: round(value) for name, value in row.items()}
