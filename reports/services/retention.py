"""Taking away what is old: files after a month, what is known of runs and mails after more than a year."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from notifications.models import MailKind, MailState, OutboxMail
from reports.models import OPEN_STATES, Artifact, Delivery, Run, RunKind, Schedule

AT_ONCE = 200
UNSETTLED = (MailState.PENDING, MailState.SENDING)


def remove_old_files(*, now: datetime | None = None) -> int:
    """Delete the files of runs made before `REPORTS_KEEP_FILES_DAYS`, and write down that they are gone; returns how many.

    A file that a mail on its way still carries stays until that is settled. A row is marked once its file is gone, so a
    crash leaves a row whose file is missing, which the pages say too, and which the next call marks.
    """
    now = now or timezone.now()
    before = now - timedelta(days=settings.REPORTS_KEEP_FILES_DAYS)
    under_way = Delivery.objects.filter(mail__state__in=UNSETTLED).values("run")
    # What was canceled or failed half way has files too, and was never ready.
    is_old = Q(run__ready_at__lt=before) | Q(run__ready_at=None, run__finished_at__lt=before)
    old = Artifact.objects.filter(is_old, removed_at=None).exclude(run__state__in=OPEN_STATES)
    removed = 0
    while some := list(old.exclude(run__in=under_way).order_by("pk")[:AT_ONCE]):
        _delete_files(some)
        Artifact.objects.filter(pk__in=[artifact.pk for artifact in some]).update(removed_at=now)
        removed += len(some)
    return removed


def _delete_files(artifacts: Iterable[Artifact]) -> None:
    storage = storages["private"]
    for artifact in artifacts:
        storage.delete(artifact.path)


def remove_old_runs(*, now: datetime | None = None) -> int:
    """Delete runs that were due before `REPORTS_KEEP_ROWS_DAYS`, with their files, deliveries, mails and attempts, and the
    notices about them; returns how many runs.

    The newest run on schedule of each schedule stays, however old: what is due is counted from it, so that no period
    before it can ever be sent again. What is not settled stays too.
    """
    now = now or timezone.now()
    before = now - timedelta(days=settings.REPORTS_KEEP_ROWS_DAYS)
    last = Run.objects.filter(schedule=OuterRef("pk"), kind=RunKind.SCHEDULED).order_by("-scheduled_for", "-pk")
    newest = Schedule.objects.annotate(newest=Subquery(last.values("pk")[:1])).filter(newest__isnull=False)
    under_way = Delivery.objects.filter(mail__state__in=UNSETTLED).values("run")
    old = (
        Run.objects.filter(scheduled_for__lt=before)
        .exclude(state__in=OPEN_STATES)
        .exclude(pk__in=newest.values("newest"))
        .exclude(pk__in=under_way)
    )
    removed = 0
    while some := list(old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        _remove_runs(some)
        removed += len(some)
    OutboxMail.objects.filter(kind=MailKind.REPORT_NOTICE, created_at__lt=before).exclude(state__in=UNSETTLED).delete()
    return removed


@transaction.atomic
def _remove_runs(ids: list[int]) -> None:
    artifacts = Artifact.objects.filter(run__in=ids)
    _delete_files(artifacts.filter(removed_at=None))
    artifacts.delete()
    deliveries = Delivery.objects.filter(run__in=ids)
    mails = list(deliveries.exclude(mail=None).values_list("mail", flat=True))
    deliveries.delete()
    OutboxMail.objects.filter(pk__in=mails).delete()
    Run.objects.filter(pk__in=ids).delete()
