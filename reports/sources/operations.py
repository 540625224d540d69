"""Reports on what runs by itself: the runs of schedules, the mails of the site, and imported files."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from notifications.models import MailKind, MailState, OutboxMail
from notifications.policies import visible_to as visible_mails
from reports.columns import Column, Type
from reports.expressions import SecondsBetween, is_true, over
from reports.models import Delivery, Run, RunKind, RunState
from reports.policies import ALL_ROWS, visible_to
from reports.registries import Source, register_source
from reports.sources.people import PERSON, person_name
from workbench.models import BatchState, ImportBatch
from workbench.policies import visible_to as visible_imports

SCHEDULE, RUN, MAIL, FILE = _("Schedule"), _("Run"), _("Mail"), _("File")


@register_source
class Runs(Source):
    """One period of a schedule."""

    key = "report-runs"
    title = _("Runs of schedules")
    description = _(
        "Which scheduled report was made when, and what became of it. One row for each schedule and period."
    )
    model = Run
    permission = "reports.view_run"
    details = ("schedule", "period", "due", "state", "finished", "why")

    schedule = Column(label=_("Schedule"), entity=SCHEDULE, type=Type.TEXT, expression="schedule__title")
    report = Column(label=_("Report"), entity=SCHEDULE, type=Type.TEXT, expression="schedule__report")
    period = Column(label=_("Period"), entity=RUN, type=Type.TEXT, expression="period")
    kind = Column(label=_("Kind"), entity=RUN, type=Type.CHOICE, expression="kind", choices=tuple(RunKind.choices))
    state = Column(label=_("State"), entity=RUN, type=Type.CHOICE, expression="state", choices=tuple(RunState.choices))
    went_wrong = Column(
        label=_("Went wrong"),
        entity=RUN,
        type=Type.BOOLEAN,
        expression=is_true(Q(state__in=[RunState.FAILED, RunState.MISSED, RunState.PARTIAL])),
        help=_("Failed, missed, or not sent to everybody."),
    )
    due = Column(label=_("Due"), entity=RUN, type=Type.DATETIME, expression="scheduled_for")
    finished = Column(label=_("Finished"), entity=RUN, type=Type.DATETIME, expression="finished_at")
    took = Column(
        label=_("Time taken"),
        entity=RUN,
        type=Type.DURATION,
        expression=SecondsBetween("scheduled_for", "finished_at"),
        help=_("From when it was due until it was finished."),
    )
    attempts = Column(label=_("Attempts"), entity=RUN, type=Type.NUMBER, expression="attempts")
    recipients = Column(
        label=_("Recipients"),
        entity=RUN,
        type=Type.NUMBER,
        expression=over(Delivery.objects.all(), "run", Count("pk"), empty=0),
    )
    why = Column(label=_("What went wrong"), entity=RUN, type=Type.TEXT, expression="error")

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return visible_to(viewer, queryset)

    def scope_key(self, viewer: Any) -> str:
        return "all" if viewer.has_perm(ALL_ROWS) else super().scope_key(viewer)

    def scope_words(self, viewer: Any) -> str:
        if viewer.has_perm(ALL_ROWS):
            return _now("all schedules")
        return _now("the schedules of %(name)s") % {"name": viewer.name}


@register_source
class Mails(Source):
    """Every mail of the outbox, without what it says."""

    key = "mails"
    title = _("Mails")
    description = _("What was sent to whom and what was not, without its text. One row for each mail.")
    model = OutboxMail
    permission = "notifications.view_report_mail"
    all_rows = "notifications.view_outboxmail"
    details = ("written", "kind", "address", "subject", "state", "sent", "why")

    kind = Column(label=_("Kind"), entity=MAIL, type=Type.CHOICE, expression="kind", choices=tuple(MailKind.choices))
    subject = Column(label=_("Subject"), entity=MAIL, type=Type.TEXT, expression="subject", is_personal=True)
    recipient = Column(
        label=_("Person"), entity=PERSON, type=Type.TEXT, expression=person_name("recipient"), is_personal=True
    )
    address = Column(
        label=_("E-mail address"), entity=PERSON, type=Type.TEXT, expression="to_address", is_personal=True
    )
    state = Column(
        label=_("State"), entity=MAIL, type=Type.CHOICE, expression="state", choices=tuple(MailState.choices)
    )
    went_wrong = Column(
        label=_("Went wrong"),
        entity=MAIL,
        type=Type.BOOLEAN,
        expression=is_true(Q(state__in=[MailState.FAILED, MailState.UNKNOWN])),
        help=_("Failed, or nobody knows whether it was sent."),
    )
    written = Column(label=_("Written"), entity=MAIL, type=Type.DATETIME, expression="created_at")
    sent = Column(label=_("Sent"), entity=MAIL, type=Type.DATETIME, expression="sent_at")
    took = Column(
        label=_("Time until sent"), entity=MAIL, type=Type.DURATION, expression=SecondsBetween("created_at", "sent_at")
    )
    attempts = Column(label=_("Attempts"), entity=MAIL, type=Type.NUMBER, expression="attempts_made")
    why = Column(
        label=_("Why not"),
        entity=MAIL,
        type=Type.TEXT,
        expression="last_error",
        # It may quote the server, with the address.
        is_personal=True,
    )

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return visible_mails(viewer, queryset)

    def scope_key(self, viewer: Any) -> str:
        for right in ("view_outboxmail", "view_report_mail"):
            if viewer.has_perm(f"notifications.{right}"):
                return right
        return super().scope_key(viewer)

    def scope_words(self, viewer: Any) -> str:
        if viewer.has_perm("notifications.view_outboxmail"):
            return _now("all mails")
        return _now("mails that carry reports")


@register_source
class Imports(Source):
    """Every uploaded file of records."""

    key = "imports"
    title = _("Imported files")
    description = _("Which file was imported by whom, and with what result. One row for each file.")
    model = ImportBatch
    permission = "workbench.add_importbatch"
    all_rows = "workbench.view_importbatch"
    details = ("uploaded", "file", "what", "by", "state", "rows", "errors")

    file = Column(label=_("Name of the file"), entity=FILE, type=Type.TEXT, expression="file_name")
    what = Column(label=_("What"), entity=FILE, type=Type.TEXT, expression="resource")
    by = Column(
        label=_("Uploaded by"), entity=PERSON, type=Type.TEXT, expression=person_name("created_by"), is_personal=True
    )
    state = Column(
        label=_("State"), entity=FILE, type=Type.CHOICE, expression="state", choices=tuple(BatchState.choices)
    )
    went_wrong = Column(
        label=_("Went wrong"),
        entity=FILE,
        type=Type.BOOLEAN,
        expression=is_true(Q(state=BatchState.FAILED) | Q(error_count__gt=0)),
        help=_("Failed, or has rows with errors, so that nothing was written."),
    )
    uploaded = Column(label=_("Uploaded"), entity=FILE, type=Type.DATETIME, expression="created_at")
    written = Column(label=_("Written"), entity=FILE, type=Type.DATETIME, expression="written_at")
    rows = Column(label=_("Rows in the file"), entity=FILE, type=Type.NUMBER, expression="rows_total")
    new = Column(label=_("New"), entity=FILE, type=Type.NUMBER, expression="new_count")
    changed = Column(label=_("Changed"), entity=FILE, type=Type.NUMBER, expression="changed_count")
    errors = Column(label=_("Rows with errors"), entity=FILE, type=Type.NUMBER, expression="error_count")

    def scope(self, queryset: QuerySet, viewer: Any) -> QuerySet:
        return visible_imports(viewer, queryset)

    def scope_key(self, viewer: Any) -> str:
        return "all" if viewer.has_perm("workbench.view_importbatch") else super().scope_key(viewer)

    def scope_words(self, viewer: Any) -> str:
        if viewer.has_perm("workbench.view_importbatch"):
            return _now("all imported files")
        return _now("files that %(name)s uploaded") % {"name": viewer.name}
