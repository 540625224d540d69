"""Whether the analytics database answers, follows, and says what the site's own says."""

from datetime import timedelta

from django.db import Error as DatabaseError
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from analytics.models import Feed, FoldState, Reconciliation
from operations.checks import Finding

# A worker takes in what happened every minute.
BEHIND = timedelta(minutes=15)


def analytics() -> Finding:
    part = _("Analytics")
    try:
        states = list(FoldState.objects.all())
        last = Reconciliation.objects.first()
    except DatabaseError as error:
        words = _("the database does not answer (%s); nothing is lost: what happens meanwhile is taken in later")
        mend = _(
            "Start the server named by ANALYTICS_DATABASE_URL, and migrate it: manage.py migrate analytics --database analytics"
        )
        return Finding(part, words % type(error).__name__, False, mend)
    times = [state.folded_at for state in states if state.folded_at]
    if len(times) < len(Feed):
        return Finding(part, _("nothing was taken in yet; the worker does it every minute"))
    if last is not None and not last.is_well:
        day, what, name, should, is_now = last.drifts[0]
        words = _(
            "differs from the site: on %(day)s %(what)s, %(name)s %(is_now)s instead of %(should)s; differences: %(n)d"
        )
        named = {"day": day, "what": what, "name": name, "is_now": is_now, "should": should, "n": len(last.drifts)}
        return Finding(part, words % named, False, _("Make it anew: manage.py rebuild_analytics"))
    if timezone.now() - min(times) > BEHIND:
        words = _("took in what happened up to %s ago") % timesince(min(times))
        return Finding(part, words, False, _("See what the worker does, under Background work."))
    words = _("taken in %s ago") % timesince(min(times))
    if last is not None:
        words += _("; the same as the site on %d days") % last.days
    return Finding(part, words)
