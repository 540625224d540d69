"""Schedules and the history of their runs, as people read them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.models import MailAttempt, MailState, OutboxMail
from notifications.selectors import attempt_moment
from operations.registries import WorkState
from reports.checking import check_spec
from reports.definitions import Definition
from reports.exceptions import BeyondReach, ReportError
from reports.expressions import over
from reports.models import Artifact, Audience, Days, Delivery, DeliveryState, Run, RunKind, RunState, Schedule
from reports.moments import Moment
from reports.policies import may_run_as
from reports.selectors.audiences import beyond_reach, share_names
from reports.selectors.reports import report_for
from reports.selectors.results import Prepared
from reports.timing import Occurrence, next_occurrences
from reports.windows import pinned_in_words, values_at
from reports.wording import day_in_words

# Of one mail: who sends it again and again has its own page in the outbox.
MOST_ATTEMPTS_SHOWN = 20


def when_in_words(schedule: Schedule) -> str:
    """ "Every Monday at 08:00 (Europe/Berlin), until 31 Mar 2027" and the like."""
    words = _("%(days)s at %(at)s (%(zone)s)") % {
        "days": days_in_words(schedule),
        "at": time_format(schedule.time, "H:i"),
        "zone": schedule.zone,
    }
    if schedule.days == Days.HOURLY:
        words = _("Every hour at minute %(minute)02d (%(zone)s)") % {
            "minute": schedule.time.minute,
            "zone": schedule.zone,
        }
    if schedule.starts_on:
        words = _("%(when)s, from %(day)s") % {"when": words, "day": day_in_words(schedule.starts_on)}
    if schedule.ends_on:
        words = _("%(when)s, until %(day)s") % {"when": words, "day": day_in_words(schedule.ends_on)}
    return words


def days_in_words(schedule: Schedule) -> str:
    match schedule.days:
        case Days.DAILY:
            return _("Every day")
        case Days.WEEKDAYS:
            return _("Monday to Friday")
        case Days.MONTH_END:
            return _("The last day of every month")
        case Days.QUARTER_END:
            return _("The last day of every quarter")
        case Days.MONTHLY if schedule.month_day == 31:
            return _("The last day of every month")
        case Days.MONTHLY:
            return _("Day %(day)s of every month") % {"day": schedule.month_day}
        case Days.QUARTERLY:
            return _("Day %(day)s of January, April, July and October") % {"day": schedule.month_day}
    chosen = sorted(set(schedule.weekdays))
    if len(chosen) == 7:
        return _("Every day")
    if chosen == [0, 1, 2, 3, 4]:
        return _("Monday to Friday")
    if len(chosen) == 1:
        return _("Every %(day)s") % {"day": WEEKDAYS[chosen[0]]}
    return ", ".join(str(WEEKDAYS_ABBR[day]) for day in chosen)


def moment_in_words(moment: datetime, schedule: Schedule) -> str:
    return date_format(moment.astimezone(schedule.tz), "D j M Y, H:i")


def coming_occurrences(
    *,
    schedule: Schedule,
    now: datetime | None = None,
    count: int = 5,
    handled: Iterable[tuple[str, datetime]] | None = None,
) -> list[Occurrence]:
    """The next times this schedule sends: nothing while it is paused, and no period or day it has handled already.

    ``handled`` spares the query for the periods of the last runs and their times, where they are known.
    """
    if not schedule.is_enabled:
        return []
    after = max(now or timezone.now(), schedule.active_since)
    if handled is None and schedule.pk:
        # Of what is to come only the first few can lie in a period that was sent already, or on a day that was.
        first = [entry.period for entry in next_occurrences(schedule.recurrence, after=after, count=count)]
        near = Q(period__in=first) | Q(scheduled_for__gte=after - timedelta(days=2))
        handled = schedule.runs.filter(near, kind=RunKind.SCHEDULED).values_list("period", "scheduled_for")
    return next_occurrences(schedule.recurrence, after=after, count=count, handled=handled or ())


def pinned_report(schedule: Schedule, definition: Definition, *, viewer: Any, at: datetime) -> Prepared:
    """The schedule's report as it is due ``at`` that moment, with what the schedule pins. InvalidSpec where that does
    not fit the report (any more)."""
    moment = Moment(at=at, zone=schedule.tz)
    given = values_at(schedule.params, definition.spec, moment)
    return Prepared(definition=definition, viewer=viewer, moment=moment, given=given)


def problems_of(schedule: Schedule, *, now: datetime | None = None) -> tuple[str, ...]:
    """Why its next run would fail, sentence by sentence."""
    try:
        definition = report_for(schedule.report)
        prepared = pinned_report(schedule, definition, viewer=schedule.owner, at=now or timezone.now())
    except ReportError as error:
        return getattr(error, "problems", (str(error),))
    if beyond := beyond_reach(schedule.owner, list(schedule.audiences.all())):
        return tuple(str(BeyondReach(entry.get_audience_display())) for entry in beyond)
    person = schedule.run_as_person
    if person is not None and not may_run_as(schedule.owner, person, prepared.source):
        return (_("The schedule's owner may not send the rows of %(name)s.") % {"name": person.name},)
    return ()


def pins_in_words(schedule: Schedule, *, at: datetime) -> list[str]:
    """What the schedule narrows its report to, as of a run due ``at`` that moment; nothing where that fits no more."""
    try:
        definition = report_for(schedule.report)
        moment = Moment(at=at, zone=schedule.tz)
        source = check_spec(definition.spec)
        return pinned_in_words(schedule.params, definition.spec, source, moment, schedule.owner)
    except (ReportError, OverflowError):
        return []


def audience_names(schedule: Schedule) -> list[str]:
    """Whom the schedule goes to besides single people, by name."""
    entries = list(schedule.audiences.order_by("pk"))
    words, found = share_names(entries), []
    for entry in entries:
        name = words.get((entry.audience, entry.key), _("somebody who is gone"))
        taught = entry.audience == Audience.COURSE_STAFF
        found.append(_("those who teach “%(course)s”") % {"course": name} if taught else name)
    return found


def audiences_in_short(schedule: Schedule) -> list[str]:
    """As `audience_names`, without a query where the audiences are at hand: of teams and the like only how many."""
    entries = list(schedule.audiences.all())
    named = [entry for entry in entries if entry.audience in (Audience.EVERYONE, Audience.ROLE)]
    words, counts = share_names(named), Counter(entry.audience for entry in entries)
    teams, cohorts, courses = (counts[one] for one in (Audience.TEAM, Audience.COHORT, Audience.COURSE_STAFF))
    found = [words[entry.audience, entry.key] for entry in named]
    if teams:
        found.append(ngettext("%d team", "%d teams", teams) % teams)
    if cohorts:
        found.append(ngettext("%d cohort", "%d cohorts", cohorts) % cohorts)
    if courses:
        found.append(ngettext("the staff of %d course", "the staff of %d courses", courses) % courses)
    return found


def schedules_for_listing(*, schedules: QuerySet[Schedule]) -> QuerySet[Schedule]:
    """``schedules`` with their recipients, the state and time of their last run, and the period and time of the last
    one on schedule, in two queries."""
    last = Run.objects.filter(schedule=OuterRef("pk")).order_by("-scheduled_for", "-pk")
    scheduled = last.filter(kind=RunKind.SCHEDULED)
    return (
        schedules.select_related("owner")
        .prefetch_related("recipients__person", "audiences")
        .annotate(
            last_state=Subquery(last.values("state")[:1]),
            last_for=Subquery(last.values("scheduled_for")[:1]),
            last_period=Subquery(scheduled.values("period")[:1]),
            last_scheduled=Subquery(scheduled.values("scheduled_for")[:1]),
        )
    )


def deliveries_to_tell() -> QuerySet[Delivery]:
    """Deliveries with what became of them, without the texts of their mails."""
    return Delivery.objects.select_related("mail", "recipient").defer("mail__text", "mail__html")


@dataclass(frozen=True)
class Attempt:
    """One attempt to hand a mail over: when, how far it came, what the server answered, and the whole in words."""

    at: datetime
    title: str
    code: int | None
    words: str
    tone: str


@dataclass(frozen=True)
class Recipient:
    """One recipient of a run: ``state`` is a fixed word, ``words`` says it to people, ``attempts`` are the newest."""

    delivery: Delivery
    state: str
    words: str
    reason: str
    attempts: tuple[Attempt, ...] = ()
    attempts_total: int = 0

    @classmethod
    def of(cls, delivery: Delivery) -> "Recipient":
        state, words = result_of(delivery)
        mail = delivery.mail
        attempts = [attempt_of(mail, attempt) for attempt in mail.attempts.all()] if mail is not None else []
        return cls(
            delivery=delivery,
            state=state,
            words=words,
            reason=reason_of(delivery),
            attempts=tuple(attempts[-MOST_ATTEMPTS_SHOWN:]),
            attempts_total=len(attempts),
        )


def attempt_of(mail: OutboxMail, attempt: MailAttempt) -> Attempt:
    told = attempt_moment(mail, attempt)
    return Attempt(at=told.at, title=told.title, code=attempt.code, words=told.detail, tone=told.tone)


@dataclass(frozen=True)
class PastRun:
    """One run in a schedule's history: what it was, what became of it, and its recipients and files."""

    run: Run
    when: str
    state: str
    recipients: tuple[Recipient, ...]
    recipients_total: int
    artifacts: tuple[Artifact, ...]
    artifacts_total: int


def run_history(*, runs: QuerySet[Run], limit: int, most: int) -> list[PastRun]:
    """The newest ``limit`` runs, each with at most ``most`` recipients and files, in a constant number of queries.

    Recipients who do not have the mail come first. The mails' texts are not read.
    """
    arrived = Case(When(mail__state__in=[MailState.SENT, MailState.KEPT], then=Value(1)), default=Value(0))
    found = (
        runs.select_related("schedule", "requested_by")
        # Each counted by itself: joined, a thousand recipients with as many files would be a million rows.
        .annotate(
            recipients_total=over(Delivery.objects.all(), "run", Count("pk"), empty=0),
            artifacts_total=over(Artifact.objects.all(), "run", Count("pk"), empty=0),
        )
        .prefetch_related(
            Prefetch(
                "deliveries",
                deliveries_to_tell().prefetch_related("mail__attempts").order_by(arrived, "address")[:most],
                to_attr="first_deliveries",
            ),
            Prefetch("artifacts", Artifact.objects.order_by("pk")[:most], to_attr="first_artifacts"),
        )
        .order_by("-scheduled_for", "-pk")[:limit]
    )
    return [
        PastRun(
            run=run,
            when=moment_in_words(run.scheduled_for, run.schedule),
            state=str(RunState(run.state).label),
            recipients=tuple(map(Recipient.of, run.first_deliveries)),
            recipients_total=run.recipients_total,
            artifacts=tuple(run.first_artifacts),
            artifacts_total=run.artifacts_total,
        )
        for run in found
    ]


@dataclass(frozen=True)
class Line:
    """One recipient of one run: what became of it. ``result`` is a fixed word, ``words`` says it to people."""

    schedule: str
    schedule_uuid: str
    period: str
    kind: str
    scheduled_for: str
    address: str
    result: str
    words: str
    reason: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


RUN_RESULT: dict[str, str] = {
    RunState.DUE: "pending",
    RunState.RENDERING: "pending",
    RunState.READY: "pending",
    RunState.DELIVERING: "pending",
    RunState.MISSED: "missed",
    RunState.FAILED: "failed",
    RunState.SKIPPED: "skipped",
    RunState.CANCELLED: "cancelled",
}


def result_of(delivery: Delivery) -> tuple[str, str]:
    """The state of one delivery, as a fixed word and in words."""
    if delivery.mail is not None:
        return delivery.mail.state, str(MailState(delivery.mail.state).label)
    return delivery.state, str(DeliveryState(delivery.state).label)


def reason_of(delivery: Delivery) -> str:
    return delivery.mail.last_error if delivery.mail is not None else delivery.reason


def delivery_lines(*, runs: QuerySet[Run]) -> list[Line]:
    """Each run and recipient as one line, newest run first. A run that never came to recipients names the
    ones its schedule has now."""
    found = []
    rows = runs.select_related("schedule", "requested_by").prefetch_related(
        Prefetch("deliveries", deliveries_to_tell()), "schedule__recipients__person"
    )
    for run in rows:
        base = {
            "schedule": run.schedule.title,
            "schedule_uuid": str(run.schedule.uuid),
            "period": run.period,
            "kind": run.kind,
            "scheduled_for": run.scheduled_for.isoformat(),
        }
        deliveries = sorted(run.deliveries.all(), key=lambda delivery: delivery.address)
        for delivery in deliveries:
            result, words = result_of(delivery)
            found.append(Line(**base, address=delivery.address, result=result, words=words, reason=reason_of(delivery)))
        if not deliveries:
            addresses = (
                [run.requested_by.email if run.requested_by else ""]
                if run.kind == RunKind.MANUAL
                else sorted(entry.email for entry in run.schedule.recipients.all()) or [""]
            )
            for address in addresses:
                found.append(
                    Line(
                        **base,
                        address=address,
                        result=RUN_RESULT.get(run.state, run.state),
                        words=str(RunState(run.state).label),
                        reason=run.error,
                    )
                )
    return found


def runs_state() -> WorkState:
    """How the runs of schedules stand, for the page of background work: one query."""
    open_states = [RunState.DUE, RunState.RENDERING, RunState.READY, RunState.DELIVERING, RunState.FAILED]
    counts = dict(Run.objects.filter(state__in=open_states).order_by().values_list("state").annotate(Count("pk")))
    url = reverse("reports_run_modeladmin_index")
    return WorkState(
        label=_("Reports"),
        waiting=counts.get(RunState.DUE, 0) + counts.get(RunState.READY, 0),
        running=counts.get(RunState.RENDERING, 0) + counts.get(RunState.DELIVERING, 0),
        failed=counts.get(RunState.FAILED, 0),
        url=url,
        failed_url=f"{url}?state__exact={RunState.FAILED}",
    )
