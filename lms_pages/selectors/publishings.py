"""How courses that are published in the background stand."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lms_pages.models import BUSY, Publishing, PublishingState
from operations.registries import WorkState
from operations.selectors.work import FAILURES_COUNT_FOR


def publishings_state() -> WorkState:
    """For the page of background work: one query. A failed one is asked about for as long as failed tasks are."""
    recent = Q(state=PublishingState.FAILED, ended_at__gte=timezone.now() - FAILURES_COUNT_FOR)
    rows = Publishing.objects.filter(Q(state__in=BUSY) | recent).order_by().values_list("state").annotate(Count("pk"))
    counts = dict(rows)
    url = reverse("lms_pages_publishings")
    return WorkState(
        label=_("Courses being published"),
        waiting=counts.get(PublishingState.WAITING, 0),
        running=counts.get(PublishingState.RUNNING, 0),
        failed=counts.get(PublishingState.FAILED, 0),
        url=url,
        failed_url=url,
    )
