"""The page behind a mail's unsubscribe link. It needs no sign-in: whoever holds the mail holds the key.

Reading it changes nothing, since mail scanners follow every link; a POST does, from the page or, as RFC 8058 wants it,
from a mail program that carries no cookie and no token of ours.
"""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from reports.models import Subscription
from reports.selectors.subscriptions import subscription_of
from reports.services import opt_in, opt_out

ONE_CLICK = ("List-Unsubscribe", "One-Click")


def answer(request, token: str, subscription: Subscription | None) -> HttpResponse:
    context = {"subscription": subscription, "token": token}
    response = render(request, "reports/unsubscribe.html", context, status=200 if subscription else 404)
    # The key stays out of what other sites and search engines get to see.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


# Another site could only do what it has no key for.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request, token) -> HttpResponse:
    """Ask; a POST takes this recipient off this schedule's mails, any number of times, and does nothing else."""
    subscription = subscription_of(token)
    if subscription is None or request.method != "POST":
        return answer(request, token, subscription)
    opt_out(subscription=subscription)
    name, value = ONE_CLICK
    if request.POST.get(name) == value:
        # A mail program follows no redirect.
        return answer(request, token, subscription)
    return redirect("reports:unsubscribe", token)


@never_cache
@require_POST
def undo_view(request, token) -> HttpResponse:
    """The mails come again."""
    subscription = subscription_of(token)
    if subscription is None:
        return answer(request, token, subscription)
    opt_in(subscription=subscription)
    return redirect("reports:unsubscribe", token)
