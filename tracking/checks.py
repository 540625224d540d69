"""Whether analytics services are told what they are to be told."""

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from operations.checks import Finding
from tracking.models import DEAD, Dispatch, DispatchState
from tracking.selectors.site import services_on


def usage_tracking() -> Finding:
    """Not well while something waits for an hour, or ended badly."""
    part, services = _("Analytics services"), services_on()
    if not services:
        return Finding(part, _("none is switched on; nothing leaves this site"))
    names = ", ".join(str(vendor.label) for vendor in services)
    found = Dispatch.objects.aggregate(
        waiting=Count("pk", filter=Q(state=DispatchState.WAITING)),
        oldest=Min("at", filter=Q(state=DispatchState.WAITING)),
        dead=Count("pk", filter=Q(state__in=DEAD)),
    )
    mend = _("See why under Reports > Sent to analytics.")
    if found["dead"]:
        words = ngettext("%(n)d event ended badly", "%(n)d events ended badly", found["dead"]) % {"n": found["dead"]}
        return Finding(part, f"{names}: {words}", False, mend)
    if found["oldest"] and (timezone.now() - found["oldest"]).total_seconds() > 3600:
        words = _("%(n)d events wait, the first for %(time)s")
        named = {"n": found["waiting"], "time": timesince(found["oldest"])}
        return Finding(part, f"{names}: {words % named}", False, mend)
    return Finding(part, _("%s: told of all that people agreed to") % names)
