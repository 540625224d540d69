"""What readers decide, and what their pages tell."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from tracking.exceptions import BadBeacon
from tracking.pages import wants_privacy
from tracking.policies import SEND_TEST
from tracking.selectors.consent import COOKIE, DECLINED, choice_of, may_tell
from tracking.selectors.site import services_on, tracking_settings
from tracking.services import agree, count_reading, decline, read_ticket, send_test_event, tell_of_video
from tracking.vendors.base import Verdict
from workbench.furniture import furniture

HALF_A_YEAR = 180 * 24 * 3600


@csrf_exempt
@require_http_methods(["GET", "POST"])
def choice_page(request: HttpRequest) -> HttpResponse:
    """What is noted, what is told to whom, and the reader's choice, which a POST changes.

    The question stands on pages that are the same for every visitor and so hold no token: instead the browser has to say
    that the form was on this site.
    """
    if request.method == "GET":
        context = {
            "settings": tracking_settings(),
            "services": services_on(),
            "choice": choice_of(request),
            "wants_privacy": wants_privacy(request),
        }
        return render(request, "tracking/choice.html", context)
    if not comes_from_here(request):
        return HttpResponseForbidden(_("Nothing was changed: the form was not sent from this site."))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("tracking:choice")
    response = redirect(back)
    remember(request, response, agrees=request.POST.get("choice") == "yes")
    return response


def comes_from_here(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin", "")
    own = f"{request.scheme}://{request.get_host()}"
    return origin == own or origin in settings.CSRF_TRUSTED_ORIGINS


def remember(request: HttpRequest, response: HttpResponse, *, agrees: bool) -> None:
    """Of whoever is signed in with their account, else with this browser."""
    if request.user.is_authenticated:
        if agrees:
            agree(person=request.user)
        else:
            decline(person=request.user)
        messages.success(
            request, _("Noted. You can change it at any time.") if agrees else _("Noted. Nothing is shared.")
        )
        return
    choice = choice_of(request)
    if agrees:
        value = choice.pseudonym or agree()
    else:
        decline(pseudonym=choice.pseudonym)
        value = DECLINED
    response.set_cookie(
        COOKIE, value, max_age=HALF_A_YEAR, httponly=True, samesite="Lax", secure=request.is_secure(), path="/"
    )


@require_POST
def beacon(request: HttpRequest) -> HttpResponse:
    """What an open lesson tells: how long it was visible in all, and how far a video came. 204, or 400 for what is not its
    own. A browser that asks for privacy is not listened to."""
    if wants_privacy(request):
        return HttpResponse(status=204)
    try:
        ticket = read_ticket(request.POST.get("ticket", ""))
        if "seconds" in request.POST:
            count_reading(ticket=ticket, reader=request.user.pk, seconds=number(request, "seconds"))
        elif choice := may_tell(request):
            media, percent = number(request, "media"), number(request, "percent")
            tell_of_video(ticket=ticket, reader=request.user.pk, media=media, percent=percent, choice=choice)
    except BadBeacon:
        return HttpResponseBadRequest(_("Nothing was noted: this is not from a lesson that you have open."))
    return HttpResponse(status=204)


def number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadBeacon
    return int(text)


@require_http_methods(["GET", "POST"])
def test_event_view(request: HttpRequest) -> HttpResponse:
    """In the admin: send a test event to a service and say what it answered."""
    if not request.user.has_perm(SEND_TEST):
        raise PermissionDenied
    services = services_on()
    if request.method == "POST":
        vendor = next((one for one in services if one.key == request.POST.get("service")), None)
        if vendor is None:
            messages.error(request, _("Nothing was sent: this service is not switched on."))
            return redirect("tracking_test_event")
        outcome = send_test_event(vendor=vendor.key, page=site_address())
        if outcome.verdict == Verdict.ACCEPTED:
            messages.success(request, _("%s accepted the test event “lectern_test”.") % vendor.label)
        else:
            messages.error(
                request, _("%(service)s did not take it: %(why)s") % {"service": vendor.label, "why": outcome.sentence}
            )
        return redirect("tracking_test_event")
    context = {"services": services, **furniture(_("Send a test event"), "globe")}
    return render(request, "tracking/admin/test_event.html", context)


def site_address() -> str:
    parts = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    return f"{parts.scheme}://{parts.netloc}/"
