"""How events on their way to services stand."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from operations.registries import WorkState
from tracking.models import DEAD, Dispatch, DispatchState
from tracking.vendors import VENDORS


def dispatch_state() -> WorkState:
    """For the page of background work."""
    found = Dispatch.objects.aggregate(
        waiting=Count("pk", filter=Q(state=DispatchState.WAITING)),
        running=Count("pk", filter=Q(state=DispatchState.SENDING)),
        failed=Count("pk", filter=Q(state__in=DEAD)),
    )
    url = reverse("tracking_dispatch_modeladmin_index")
    return WorkState(label=_("Events for analytics services"), url=url, failed_url=f"{url}?state=dead", **found)


def vendor_label(key: str) -> str:
    return str(VENDORS[key].label) if key in VENDORS else key
