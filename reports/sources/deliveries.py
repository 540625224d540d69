"""Reports on scheduled reports: what was sent to whom, and what was not."""

from typing import Any

from django.db.models import Case, CharField, F, Q, QuerySet, When
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from notifications.models import MailState
from reports.columns import Column, Type
from reports.expressions import SecondsBetween, is_true
from reports.models import Delivery, DeliveryState, RunKind, RunState
from reports.policies import ALL_ROWS, visible_to
from reports.registries import Source, register_source
from reports.sources.people import PERSON, person_name

SCHEDULE, DELIVERY = _("Schedule"), _("Delivery")

STATES = tuple(dict([*DeliveryState.choices, *MailState.choices]).items())


@register_source
class Deliveries(Source):
    """One recipient of one run of a schedule."""

    key = "deliveries"
    title = _("Report deliveries")
    description = _(
        "Which scheduled report went to whom, and what kept it back. One row for each recipient and period."
    )
    model = Delivery
    permission = "reports.view_delivery"
    details = ("schedule", "period", "recipient", "address", "state", "reason", "sent")

    schedule = Column(label=_("Schedule"), entity=SCHEDULE, type=Type.TEXT, expression="schedule__title")
    report = Column(label=_("Report"), entity=SCHEDULE, type=Type.TEXT, expression="schedule__report")
    period = Column(label=_("Period"), entity=SCHEDULE, type=Type.TEXT, expression="period")
    kind = Column(
        label=_("Kind"),
        entity=SCHEDULE,
        type=Type.CHOICE,
        expression="run__kind",
        choices=tuple(RunKind.choices),
    )
    run_state = Column(
        label=_("State of the run"),
        entity=SCHEDULE,
        type=Type.CHOICE,
        expression="run__state",
        choices=tuple(RunState.choices),
    )
    due = Column(label=_("Due"), entity=SCHEDULE, type=Type.DATETIME, expression="run__scheduled_for")
    recipient = Column(
        label=_("Person"), entity=PERSON, type=Type.TEXT, expression=person_name("recipient"), is_personal=True
    )
    address = Column(label=_("E-mail address"), entity=PERSON, type=Type.TEXT, expression="address", is_personal=True)
    state = Column(
        label=_("State"),
        entity=DELIVERY,
        type=Type.CHOICE,
        expression=Case(When(mail__isnull=False, then=F("mail__state")), default=F("state"), output_field=CharField()),
        choices=STATES,
    )
    was_sent = Column(
        label=_("Was sent"),
        entity=DELIVERY,
        type=Type.BOOLEAN,
        expression=is_true(Q(mail__state=MailState.SENT)),
    )
    sent = Column(label=_("Sent"), entity=DELIVERY, type=Type.DATETIME, expression="mail__sent_at")
    took = Column(
        label=_("Time until sent"),
        entity=DELIVERY,
        type=Type.DURATION,
        expression=SecondsBetween("run__scheduled_for", "mail__sent_at"),
        help=_("From when it was due."),
    )
    attempts = Column(label=_("Attempts"), entity=DELIVERY, type=Type.NUMBER, expression="mail__attempts_made")
    reason = Column(
        label=_("Why not"),
        entity=DELIVERY,
        type=Type.TEXT,
        expression=Case(
            When(mail__isnull=False, then=F("mail__last_error")), default=F("reason"), output_field=CharField()
        ),
        # It may name whose rows were not sent, or quote the server with an address.
        is_personal=True,
    )

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return visible_to(viewer, queryset)

    def scope_key(self, viewer: Any) -> str:
        return "all" if viewer.has_perm(ALL_ROWS) else super().scope_key(viewer)

    def scope_words(self, viewer: Any) -> str:
        if viewer.has_perm(ALL_ROWS):
            return _now("all schedules")
        return _now("the schedules of %(name)s") % {"name": viewer.name}
